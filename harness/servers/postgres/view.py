"""The view of the external store, asked of PostgreSQL itself and not of the maps that write to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from psycopg.sql import SQL, Identifier

from harness.backends.protocol import Node, running_nodes
from harness.clusters import DutyQuestions
from harness.errors import InconclusiveError
from harness.servers.postgres.spec import DATABASE
from harness.waiting import until

_TIMEOUT_S = 2


class PostgresView:
    """Asks the PostgreSQL server of one deployment, if it has one; opens a connection for each question."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = tuple(nodes)

    def create_table(self, name: str) -> None:
        """Makes a table of keys and values, both of them text."""
        columns = SQL("CREATE TABLE {} (id varchar PRIMARY KEY, value varchar)")
        with self._connected() as connection:
            connection.execute(columns.format(Identifier(name)))

    def entries(self, table: str) -> dict[str, str]:
        """The whole content of a table, by key."""
        with self._connected() as connection:
            return dict(connection.execute(SQL("SELECT id, value FROM {}").format(Identifier(table))).fetchall())

    def answers(self) -> bool:
        """Whether PostgreSQL answers a question now."""
        if self._running() is None:
            return False
        try:
            with self._connected() as connection:
                return connection.execute("SELECT 1").fetchone() is not None
        except psycopg.OperationalError:
            return False

    def await_formed(self, *, timeout_s: float) -> None:
        """Waits until PostgreSQL answers: its port is open before it has recovered."""
        until("PostgreSQL to answer", self.answers, timeout_s=timeout_s)

    @property
    def duties(self) -> DutyQuestions:
        """None that is worth a word."""
        return {}

    def close(self) -> None:
        """Nothing to close: each question has a connection of its own."""

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection]:
        server = self._running()
        if server is None:
            raise InconclusiveError("PostgreSQL does not run, so it can't be asked")
        host, _, port = server.endpoint("sql").rpartition(":")
        with psycopg.connect(
            host=host,
            port=int(port),
            user=DATABASE,
            dbname=DATABASE,
            connect_timeout=_TIMEOUT_S,
            options=f"-c statement_timeout={_TIMEOUT_S * 1000}",
        ) as connection:
            yield connection

    def _running(self) -> Node | None:
        """The server if it runs; the port of one that does not may be somebody else's by now."""
        return next(iter(running_nodes(self._nodes)), None)
