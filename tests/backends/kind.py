"""Tiny servers as a kind, so that a scenario of a test's own suite starts something real at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.backends.protocol import Node
from harness.clusters import Servers, View
from harness.topology.nodes import NodeSpec
from harness.topology.timings import Timings
from tests.backends.specs import tiny


class TinyView(View):
    """A view that asks nothing: each server is for itself."""

    def await_formed(self, *, timeout_s: float) -> None:
        """They are no cluster, so there is nothing to wait for."""


@dataclass(frozen=True)
class Tiny(Servers[TinyView]):
    """So many tiny servers, `tiny-1` and so on."""

    count: int

    @property
    def words(self) -> str:
        """How many there are."""
        return f"{self.count} tiny servers"

    def nodes(self, timings: Timings) -> tuple[NodeSpec, ...]:
        """Their specs."""
        return tuple(tiny(index) for index in range(1, self.count + 1))

    def view(self, nodes: Sequence[Node]) -> TinyView:
        """Their view."""
        return TinyView(nodes)
