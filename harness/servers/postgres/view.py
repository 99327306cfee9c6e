"""The view of the external store, asked of PostgreSQL itself and not of the maps that write to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.sql import SQL, Identifier

from harness.clusters import View
from harness.errors import InconclusiveError
from harness.servers.postgres.spec import DATABASE
from harness.waiting import until

_TIMEOUT_S = 2


class PostgresView(View):
    """Asks the PostgreSQL server of one deployment, if it has one; opens a connection for each question."""

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
        if not self.running():
            return False
        try:
            with self._connected() as connection:
                return connection.execute("SELECT 1").fetchone() is not None
        except psycopg.OperationalError:
            return False

    def await_formed(self, *, timeout_s: float) -> None:
        """Waits until PostgreSQL answers: its port is open before it has recovered."""
        until("PostgreSQL to answer", self.answers, timeout_s=timeout_s)

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection]:
        # The port of one that does not run may be somebody else's by now.
        running = self.running()
        if not running:
            raise InconclusiveError("PostgreSQL does not run, so it can't be asked")
        host, _, port = running[0].endpoint("sql").rpartition(":")
        with psycopg.connect(
            host=host,
            port=int(port),
            user=DATABASE,
            dbname=DATABASE,
            connect_timeout=_TIMEOUT_S,
            options=f"-c statement_timeout={_TIMEOUT_S * 1000}",
        ) as connection:
            yield connection
