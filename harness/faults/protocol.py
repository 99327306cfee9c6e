"""What a fault is: it is done to a node, undone again, and proved to have bitten."""

from __future__ import annotations

from typing import Literal, Protocol, runtime_checkable

from harness.backends.protocol import Capability, Node


class Fault(Protocol):
    """Any fault. A new one is a class with these members, in a file of its own, with no edit elsewhere."""

    @property
    def name(self) -> str:
        """The name of the fault in the history and the report."""

    @property
    def needs(self) -> Capability:
        """The capability that the backend has to have."""

    def inject(self, node: Node) -> None:
        """Breaks the node, and returns once the operating system or the engine says that this is done."""

    def undo(self, node: Node) -> None:
        """Puts the node back into service and returns when it is ready by its spec."""

    def proof(self, node: Node) -> str:
        """Evidence from outside of the node that the fault is in force now.

        Raises:
            FaultDidNotBiteError: there is none; the scenario is inconclusive then.
        """


@runtime_checkable
class Momentary(Protocol):
    """A fault that is over as soon as it has bitten: the nemesis notes at once that it is undone."""

    momentary: Literal[True]


@runtime_checkable
class Controlled(Protocol):
    """A fault whose proof says nothing unless the contrary was seen before."""

    def control(self, node: Node) -> None:
        """Sees the contrary of the proof, on a node that is about to be hurt.

        Raises:
            FaultDidNotBiteError: it is not so, and nothing was done.
        """
