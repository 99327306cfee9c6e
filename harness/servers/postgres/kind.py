"""PostgreSQL as a kind of server, by value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.backends.protocol import Node
from harness.clusters import Servers
from harness.servers.postgres.spec import server
from harness.topology.nodes import NodeSpec
from harness.topology.settings import disk_of
from harness.topology.timings import Timings

if TYPE_CHECKING:
    from harness.servers.postgres.view import PostgresView

#: Its programs and an empty database, which every server has for itself, take up most of this.
_LEAST_MB = 256


@dataclass(frozen=True)
class Postgres(Servers["PostgresView"]):
    """One PostgreSQL server; see `postgres`."""

    disk_mb: int | None = None

    @property
    def words(self) -> str:
        """The server's name, and what it has for itself."""
        return "PostgreSQL" + (f" on a disk of {self.disk_mb} MB" if self.disk_mb else "")

    def nodes(self, timings: Timings) -> tuple[NodeSpec, ...]:
        """The server's node spec; it detects no failures."""
        return (replace(server(), disk_mb=self.disk_mb),)

    def view(self, nodes: Sequence[Node]) -> PostgresView:
        """The view of the server."""
        # Here: psycopg takes its time to import, and a run without these servers needs none.
        from harness.servers.postgres.view import PostgresView

        return PostgresView(nodes)


def postgres(*, disk_mb: int | None = None) -> Postgres:
    """One PostgreSQL server whose data outlives a kill: the external store of Hazelcast maps.

    Args:
        disk_mb: the size of a disk that it has for itself, in megabytes; by default it is on the machine's.

    Raises:
        BadInputError: a disk too small to start on.
    """
    return Postgres(disk_of(_LEAST_MB, disk_mb, "postgres"))
