"""Views of the running clusters; they ask the servers and never guess from names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.backends.protocol import Node
from harness.servers.hazelcast.view import HazelcastView
from harness.servers.kafka.view import KafkaView
from harness.servers.postgres.view import PostgresView


@dataclass(frozen=True)
class Clusters:
    """All that a target or an effect may ask: the nodes by name and a view of each cluster
    and of the external store."""

    nodes: Mapping[str, Node]
    hazelcast: HazelcastView
    kafka: KafkaView
    postgres: PostgresView

    def role(self, role: str) -> tuple[Node, ...]:
        """The nodes of a role in index order."""
        return tuple(sorted((n for n in self.nodes.values() if n.spec.role == role), key=lambda n: n.spec.index))
