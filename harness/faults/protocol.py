"""What a fault is: it is done to nodes, proved to have bitten, and, unless it is over by itself, undone again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass
from typing import Any, Protocol, TypeVar, runtime_checkable

from harness.backends.protocol import Ability, Node

_Node = TypeVar("_Node", bound=Node)
_Value = TypeVar("_Value")


class Fault(Protocol):
    """Any fault. A new one is a class with these members, in a file of its own, with no edit elsewhere.

    All nodes that were picked come to it together, since some faults are of several: what is cut in two has two sides.
    `each` does something to each of them by itself. The nodes have the ability that the fault needs.
    """

    @property
    def name(self) -> str:
        """The name of the fault in the history and the report, and of its command."""

    @property
    def done(self) -> str:
        """The word for a node to which it was done."""

    @property
    def needs(self) -> Ability:
        """The ability that a node has to have."""

    def inject(self, nodes: Sequence[Any]) -> None:
        """Breaks the nodes, and returns once the operating system or the engine says that this is done."""

    def proof(self, nodes: Sequence[Any]) -> Mapping[str, str]:
        """Evidence from outside of each node, by its name, that the fault is in force now (or has been).

        Raises:
            FaultDidNotBiteError: there is none of one of them; the scenario is inconclusive then.
        """


@runtime_checkable
class Recoverable(Protocol):
    """A fault that stays in force until it is undone. One that is not recoverable is over as soon as it has bitten."""

    def undo(self, nodes: Sequence[Any]) -> None:
        """Puts the nodes back into service and returns when they are ready by their specs."""


@runtime_checkable
class Controlled(Protocol):
    """A fault whose proof says nothing unless the contrary was seen before."""

    def control(self, nodes: Sequence[Any]) -> None:
        """Sees the contrary of the proof, on nodes that are about to be hurt.

        Raises:
            FaultDidNotBiteError: it is not so, and nothing was done.
        """


def arguments(fault: Fault) -> dict[str, Any]:
    """What a fault was made with, by name, for the record; nothing if it needs nothing."""
    if not is_dataclass(fault):
        return {}
    return {one.name: getattr(fault, one.name) for one in fields(fault) if not one.name.startswith("_")}


def inability(fault: Fault, abilities: Collection[Ability]) -> str | None:
    """Why a fault can't be done to nodes that have these abilities, in words; None if it can."""
    if fault.needs in abilities:
        return None
    return f"can't {fault.name}: its nodes are not {ability_word(fault.needs)}"


def ability_word(ability: Ability) -> str:
    """What a node is that has an ability: killable, pausable, networked."""
    return str(ability.__name__).lower()


def each(nodes: Sequence[_Node], action: Callable[[_Node], _Value]) -> dict[str, _Value]:
    """Does something to each node, to all at once; gives what came of it, by the nodes' names."""
    with ThreadPoolExecutor(max(1, len(nodes))) as pool:
        done = pool.map(action, nodes)
        return {node.spec.name: value for node, value in zip(nodes, done, strict=True)}
