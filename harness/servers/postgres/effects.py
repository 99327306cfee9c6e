"""Effects in the external store: what PostgreSQL has to show after a fault."""

from __future__ import annotations

from collections.abc import Sequence

from harness.backends.protocol import Node
from harness.clusters import Clusters
from harness.effects import Effect
from harness.servers.postgres.kind import Postgres


def store_answers() -> Effect:
    """The external store answers questions."""

    def probe(clusters: Clusters, hurt: Sequence[Node]) -> object:
        return clusters[Postgres].answers()

    return Effect("store", "PostgreSQL to answer", probe)
