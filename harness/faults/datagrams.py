"""Datagrams between a node and others: proofs for faults that a connection says nothing of."""

from __future__ import annotations

from collections.abc import Mapping

from harness.backends.impairment import Direction, Others
from harness.backends.protocol import Networked
from harness.errors import FaultDidNotBiteError


def all_arrive(node: Networked, count: int, fault: str, others: Others | None = None) -> None:
    """Sees that so many datagrams to each of the others arrive, and as many from each; of its peers, if none are given.

    Raises:
        FaultDidNotBiteError: one is lost, so that the loss of others would say nothing; or nobody is there to ask.
    """
    for words, arrived in arriving(node, count, Direction.BOTH, fault, others).items():
        if arrived < count:
            raise FaultDidNotBiteError(
                f"{fault} of {node.spec.name} could prove nothing: before it, {arrived} of {count} datagrams arrived "
                f"from {words}"
            )


def arriving(
    node: Networked, count: int, direction: Direction, fault: str, others: Others | None = None
) -> Mapping[str, int]:
    """How many of so many datagrams arrive between a node and each of the others, or of its peers, by words.

    Raises:
        FaultDidNotBiteError: nobody is there to ask.
    """
    arrived = node.arriving(count, direction, others)
    if not arrived:
        raise FaultDidNotBiteError(
            f"{fault} of {node.spec.name} can't be proved: no other node runs between which and it nothing else is lost"
        )
    return arrived
