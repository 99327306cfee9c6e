"""What a fault is: something done to one node, undone again, and proved to have bitten."""

from __future__ import annotations

from typing import Literal, Protocol, runtime_checkable

from harness.backends.protocol import Capability, Node


class Fault(Protocol):
    """A new fault is a class with these members, in a file of its own, and no edit elsewhere."""

    @property
    def name(self) -> str:
        """What the history and the report call it."""

    @property
    def needs(self) -> Capability:
        """What the backend has to be capable of."""

    def inject(self, node: Node) -> None:
        """Does it and returns once the operating system or the engine says that it is done."""

    def undo(self, node: Node) -> None:
        """Puts the node back into service and returns when it is ready by its spec."""

    def proof(self, node: Node) -> str:
        """Evidence from outside of the node that the fault is in force now.

        Raises:
            FaultDidNotBiteError: there is none; the scenario is inconclusive then.
        """


@runtime_checkable
class Momentary(Protocol):
    """What a fault has besides that is over as soon as it has bitten: the nemesis notes at once that it is undone."""

    momentary: Literal[True]


@runtime_checkable
class Controlled(Protocol):
    """What a fault has besides whose proof says nothing unless the contrary was seen before."""

    def control(self, node: Node) -> None:
        """Sees it, of a node that is about to be hurt.

        Raises:
            FaultDidNotBiteError: it is not so, and nothing was done.
        """
