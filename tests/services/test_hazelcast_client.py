"""The services' Hazelcast client against a real cluster."""

import pytest

from harness import Kill, Nemesis, System, node, together
from harness.servers.hazelcast import Hazelcast, hazelcast, member_list_of
from harness.servers.hazelcast.spec import CLUSTER_NAME
from harness.waiting import until
from services import settings
from services.hazelcast_client import Cluster
from services.logs import Log
from services.parts import NotConnectedError


def cluster_of(system: System) -> Cluster:
    """A client, not started, that has been told of all members."""
    endpoints = [node.endpoint("client").rpartition(":") for node in system.clusters[Hazelcast].nodes]
    members = tuple(settings.Address(host, int(port)) for host, _, port in endpoints)
    return Cluster(settings.Hazelcast(CLUSTER_NAME, members), lambda client: None, Log("test"))


@pytest.mark.system(hazelcast())
def test_a_client_that_was_given_up_does_not_speak_for_the_next(system: System) -> None:
    cluster = cluster_of(system)
    cluster.start()
    try:
        until("the client to be connected", cluster.problem, lambda problem: problem is None, timeout_s=10)
        # It connects only after the next one has taken its place, and is shut down: as after a member that hung.
        cluster._make().client.shutdown()
        assert cluster.problem() is None
    finally:
        cluster.stop(1.0)


@pytest.mark.system(hazelcast())
def test_a_client_leaves_who_is_left_with_a_minority_and_is_let_in_by_a_majority(
    system: System, faults: Nemesis
) -> None:
    cluster = cluster_of(system)
    cluster.start()
    try:
        until("the client to be connected", cluster.problem, lambda problem: problem is None, timeout_s=10)
        dead = faults.inject(Kill(), together(node("hazelcast-1"), node("hazelcast-2"))).until(member_list_of(1))
        until("the client to leave", cluster.problem, bool, timeout_s=5)
        with pytest.raises(NotConnectedError, match="one of a minority"):
            cluster._prepared(cluster._settings.members[2])
        dead.undo().until(member_list_of(3))
        until("the client to be connected", cluster.problem, lambda problem: problem is None, timeout_s=10)
    finally:
        cluster.stop(1.0)
