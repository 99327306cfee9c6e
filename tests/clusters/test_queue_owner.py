"""A queue is given to a certain member, also to one that has only just come back."""

from dataclasses import replace

import pytest

from harness.messages.services import Epoch
from harness.pool import Pool
from harness.run import Run, queue_owned_by
from harness.servers.hazelcast.spec import hazelcast
from harness.targets import node
from harness.topology.nodes import NodeSpec, Topology

pytestmark = pytest.mark.process
#: One partition moves each second, so that there is time to look before the first has.
_SLOWLY = " -Dhazelcast.partition.migration.interval=1"


def _slow(spec: NodeSpec) -> NodeSpec:
    return replace(spec, environment={**spec.environment, "JAVA_OPTS": spec.environment["JAVA_OPTS"] + _SLOWLY})


def test_a_member_that_has_just_come_back_is_given_the_queue_once_it_owns_a_partition(harness_run: Run) -> None:
    topology = Topology("two members that hand over slowly", tuple(map(_slow, hazelcast(2))))
    with Pool(harness_run.backend, print, forming_timeout_s=30) as pool:
        deployment, clusters = pool.clusters(topology, (), once_formed=lambda _: ())
        view = clusters.hazelcast
        deployment.nodes["hazelcast-2"].kill()
        view.await_members(1, timeout_s=30)
        deployment.nodes["hazelcast-2"].start()
        view.await_members(2, timeout_s=30)
        name = queue_owned_by(node("hazelcast-2"), clusters, Epoch("e1", "hazelcast"))
        assert view.owner_of(view.partition_of(name)).spec.name == "hazelcast-2"
