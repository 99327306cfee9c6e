"""A queue is given to a certain member, also to one that has only just come back."""

import pytest

from harness.messages.application import queue_owned_by
from harness.messages.namespace import Namespace
from harness.pool import Pool
from harness.run import Run
from harness.servers.hazelcast import Hazelcast, hazelcast
from harness.targets import node
from harness.topology.timings import FAST

pytestmark = pytest.mark.process
#: One partition moves each second, so that there is time to look before the first has.
_SLOWLY = {"hazelcast.partition.migration.interval": "1"}


def test_a_member_that_has_just_come_back_is_given_the_queue_once_it_owns_a_partition(harness_run: Run) -> None:
    with Pool(harness_run.backend, print, FAST) as pool:
        deployment, clusters = pool.clusters([hazelcast(2, settings=_SLOWLY)])
        view = clusters[Hazelcast]
        deployment.nodes["hazelcast-2"].kill()
        view.await_members(1, timeout_s=30)
        deployment.nodes["hazelcast-2"].start()
        view.await_members(2, timeout_s=30)
        name = queue_owned_by(node("hazelcast-2"), clusters, Namespace("e1", "hazelcast"))
        assert view.owner_of(view.partition_of(name)).spec.name == "hazelcast-2"
