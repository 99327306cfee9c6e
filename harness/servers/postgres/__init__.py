"""The PostgreSQL kind of server: the external store of Hazelcast maps."""

from harness.servers.postgres.effects import store_answers
from harness.servers.postgres.kind import Postgres, postgres

__all__ = ["Postgres", "postgres", "store_answers"]
