"""The services' Hazelcast client against a real cluster."""

import pytest

from harness import System
from harness.servers.hazelcast import Hazelcast, hazelcast
from harness.servers.hazelcast.spec import CLUSTER_NAME
from harness.waiting import until
from services import settings
from services.hazelcast_client import Cluster
from services.logs import Log


@pytest.mark.system(hazelcast())
def test_a_client_that_was_given_up_does_not_speak_for_the_next(system: System) -> None:
    endpoints = [node.endpoint("client").rpartition(":") for node in system.clusters[Hazelcast].nodes]
    members = tuple(settings.Address(host, int(port)) for host, _, port in endpoints)
    cluster = Cluster(settings.Hazelcast(CLUSTER_NAME, members), lambda client: None, Log("test"))
    cluster.start()
    try:
        until("the client to be connected", cluster.problem, lambda problem: problem is None, timeout_s=10)
        # It connects only after the next one has taken its place, and is shut down: as after a member that hung.
        cluster._make().client.shutdown()
        assert cluster.problem() is None
    finally:
        cluster.stop(1.0)
