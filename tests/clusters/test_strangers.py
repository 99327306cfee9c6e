"""No question to a cluster goes to a server of somebody else's that listens where ours might."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from harness.backends.process import ProcessBackend
from harness.errors import InconclusiveError
from harness.run import Run
from harness.servers.hazelcast.clients import connect
from harness.servers.hazelcast.spec import CLUSTER_NAME
from harness.servers.hazelcast.view import HazelcastView
from harness.servers.kafka.view import KafkaView
from harness.servers.postgres.spec import NAME
from harness.servers.postgres.spec import server as postgres
from harness.servers.postgres.view import PostgresView
from harness.topology.nodes import Topology


@contextmanager
def stranger(host: str, port: int) -> Iterator[socket.socket]:
    """Somebody else's server."""
    with socket.create_server((host, port)) as listening:
        listening.setblocking(False)
        yield listening


def assert_nobody_came(listening: socket.socket) -> None:
    with pytest.raises(BlockingIOError):
        listening.accept()


def test_without_a_running_member_nobody_on_the_default_port_is_asked() -> None:
    with stranger("127.0.0.1", 5701) as listening, HazelcastView([], {}) as view:
        with pytest.raises(InconclusiveError, match="no Hazelcast member runs"):
            view.partition_of("key")
        with pytest.raises(InconclusiveError, match="no Hazelcast member runs"), connect([]):
            pass
        assert_nobody_came(listening)


def test_the_members_are_of_no_cluster_that_others_may_have_as_well() -> None:
    assert CLUSTER_NAME != "dev"


def test_without_a_running_broker_there_is_no_answer() -> None:
    with KafkaView([]) as view, pytest.raises(InconclusiveError, match="no Kafka broker runs"):
        view.live()


@pytest.mark.process
def test_nobody_in_the_place_of_the_external_store_is_asked(harness_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    # As processes: the port of a stopped container stays held, so that nobody gets into its place there. And without
    # networks of their own: nobody else can listen in such a one.
    monkeypatch.setattr("harness.backends.process.why_not", lambda: "the place is to be one of this machine's")
    backend = ProcessBackend(harness_run.session)
    topology = Topology("an external store", (postgres(),))
    with backend.deploy(topology, print) as deployment:
        server = deployment.nodes[NAME]
        view = PostgresView([server])
        host, _, port = server.endpoint("sql").rpartition(":")
        server.kill()
        with stranger(host, int(port)) as listening:
            assert not view.answers()
            with pytest.raises(InconclusiveError, match="PostgreSQL does not run"):
                view.entries("kept")
            assert_nobody_came(listening)
