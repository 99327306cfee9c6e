"""On which machine each node is: those of a role on one after the other, so that a machine has as few as can be."""

from __future__ import annotations

from collections.abc import Sequence

from harness.topology.nodes import NodeSpec


class Spread:
    """Spreads nodes over machines; one that comes again, under its name, is where it was."""

    def __init__(self, machines: Sequence[str]) -> None:
        """Over machines of these names, none of which has a node."""
        self._machines = tuple(machines)
        self._placed: dict[str, tuple[str, str]] = {}

    def machine(self, spec: NodeSpec) -> str:
        """The machine with the fewest nodes of that role; of several that with the fewest nodes, then the first."""
        if spec.name not in self._placed:
            placed = list(self._placed.values())
            fewest = min(
                self._machines,
                key=lambda machine: (placed.count((spec.role, machine)), sum(at == machine for _, at in placed)),
            )
            self._placed[spec.name] = spec.role, fewest
        return self._placed[spec.name][1]
