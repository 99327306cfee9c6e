"""A queue is given to a certain member, also to one that has only just come back."""

import pytest

from harness.clusters import Clusters
from harness.pool import Pool
from harness.run import Run, queue_owned_by
from harness.targets import node
from harness.topology.hazelcast import hazelcast
from harness.topology.nodes import NodeSpec, Topology
from harness.topology.services import Epoch

pytestmark = pytest.mark.process


def test_a_member_that_has_just_come_back_is_given_the_queue(harness_run: Run) -> None:
    topology = Topology("two members", hazelcast(2))
    names: list[str] = []

    def once_formed(clusters: Clusters) -> tuple[NodeSpec, ...]:
        names.append(queue_owned_by(node("hazelcast-2"), clusters, Epoch("e1", "hazelcast")))
        return ()

    with Pool(harness_run.backend, print, forming_timeout_s=30) as pool:
        deployment, clusters = pool.clusters(topology, (), once_formed=once_formed)
        deployment.nodes["hazelcast-2"].kill()
        clusters.hazelcast.await_members(1, timeout_s=30)
        pool.clusters(topology, (), once_formed=once_formed)
        view = clusters.hazelcast
        assert view.owner_of(view.partition_of(names[-1])).spec.name == "hazelcast-2"
    assert len(names) == 2
