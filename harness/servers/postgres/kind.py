"""PostgreSQL as a kind of server, by value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.backends.protocol import Node
from harness.clusters import Servers
from harness.servers.postgres.spec import server
from harness.topology.nodes import NodeSpec
from harness.topology.timings import Timings

if TYPE_CHECKING:
    from harness.servers.postgres.view import PostgresView


@dataclass(frozen=True)
class Postgres(Servers["PostgresView"]):
    """One PostgreSQL server."""

    @property
    def words(self) -> str:
        """The server's name."""
        return "PostgreSQL"

    def nodes(self, timings: Timings) -> tuple[NodeSpec, ...]:
        """The server's node spec; it detects no failures."""
        return (server(),)

    def view(self, nodes: Sequence[Node]) -> PostgresView:
        """The view of the server."""
        # Here: psycopg takes its time to import, and a run without these servers needs none.
        from harness.servers.postgres.view import PostgresView

        return PostgresView(nodes)


def postgres() -> Postgres:
    """One PostgreSQL server whose data outlives a kill: the external store of Hazelcast maps."""
    return Postgres()
