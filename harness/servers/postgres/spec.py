"""A PostgreSQL server as a node spec: the external store of Hazelcast maps."""

from __future__ import annotations

from harness.servers.postgres.recipe import POSTGRES
from harness.topology.nodes import NodeSpec, PortReady

NAME = "postgres"
PORT = 5432
#: The database and the user that owns it; there is no password, and nobody else gets in.
DATABASE = "harness"


def server() -> NodeSpec:
    """One PostgreSQL server whose data outlives a kill."""
    return NodeSpec(
        name=NAME,
        role="postgres",
        index=1,
        kind=POSTGRES,
        ports={"sql": PORT},
        ready=PortReady("sql"),
        environment={"POSTGRES_HOST": f"${{{NAME}}}", "POSTGRES_PORT": str(PORT)},
        # After SIGTERM it would wait for its clients to leave.
        stop_signal="SIGINT",
        stop_timeout_s=20.0,
    )
