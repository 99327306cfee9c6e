"""The external store by itself: its data outlives its processes, and only its own user gets in."""

from collections.abc import Iterator

import psycopg
import pytest

from harness.backends.protocol import Node
from harness.run import Run
from harness.servers.postgres.spec import DATABASE, NAME
from harness.servers.postgres.spec import server as postgres
from harness.servers.postgres.view import PostgresView
from harness.topology.nodes import Topology

pytestmark = pytest.mark.process
_TIMEOUT_S = 30.0


@pytest.fixture
def server(harness_run: Run) -> Iterator[Node]:
    with harness_run.backend.deploy(Topology("an external store", (postgres(),)), print) as deployment:
        yield deployment.nodes[NAME]


def _connect(server: Node, user: str) -> psycopg.Connection:
    host, _, port = server.endpoint("sql").rpartition(":")
    return psycopg.connect(host=host, port=int(port), user=user, dbname=DATABASE, connect_timeout=2)


def test_what_was_committed_outlives_a_kill_and_a_stop(server: Node) -> None:
    view = PostgresView([server])
    view.await_formed(timeout_s=_TIMEOUT_S)
    view.create_table("kept")
    with _connect(server, DATABASE) as connection:
        connection.execute("INSERT INTO kept VALUES ('key', 'value')")

    for end in (server.kill, server.stop):
        # Who is connected is sent away, and keeps neither the server nor its successor from its work.
        _connect(server, DATABASE)
        end()
        assert not view.answers()
        server.start()
        view.await_formed(timeout_s=_TIMEOUT_S)
        assert view.entries("kept") == {"key": "value"}


def test_the_administrator_does_not_get_in_over_the_network(server: Node) -> None:
    PostgresView([server]).await_formed(timeout_s=_TIMEOUT_S)
    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba.conf entry for host .* user \"postgres\""):
        _connect(server, "postgres")
