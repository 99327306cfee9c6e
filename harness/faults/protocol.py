"""What a fault is: it is done to nodes, proved to have bitten, and, unless it is over by itself, undone again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass
from typing import Any, Protocol, TypeVar, runtime_checkable

from harness.backends.protocol import Ability, Node
from harness.errors import BadInputError
from harness.taken import Taken

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

    @property
    def takes(self) -> Set[Taken]:
        """What it takes from a node, for those that judge what may be lost; nothing if it takes none of that.

        The history has it, and nothing else is asked: no rule and no checker knows a fault by its name.
        """

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


@runtime_checkable
class Joint(Protocol):
    """A fault of nodes together: what it does to each depends on which the others are; it is undone of all at once."""

    @property
    def joint(self) -> bool:
        """Always true."""


def record(fault: Fault) -> dict[str, Any]:
    """What a history has of a fault, whatever it is done to: what it was made with, by name, and what it says itself.

    Raises:
        BadInputError: it does not say what it takes.
    """
    return {**_arguments(fault), "done": fault.done, "takes": taken(fault)}


def taken(fault: Fault) -> list[str]:
    """What a fault takes from a node, in the words of a history.

    Raises:
        BadInputError: it does not say it.
    """
    takes = getattr(fault, "takes", None)
    if not isinstance(takes, Set) or not takes <= frozenset(Taken):
        raise BadInputError(
            f"the fault {fault.name} does not say what it takes from a node: give its class `takes`, a set of "
            "harness.taken.Taken, which may be empty"
        )
    return [each.value for each in Taken if each in takes]


def _arguments(fault: Fault) -> dict[str, Any]:
    """What a fault was made with, by name; nothing if it needs nothing."""
    if not is_dataclass(fault):
        return {}
    return {field.name: getattr(fault, field.name) for field in fields(fault) if not field.name.startswith("_")}


def inability(fault: Fault, abilities: Collection[Ability]) -> str | None:
    """Why a fault can't be done to nodes that have these abilities, in words; None if it can."""
    if fault.needs in abilities:
        return None
    return f"can't {fault.name}: its nodes are not {ability_word(fault.needs)}"


def ability_word(ability: Ability) -> str:
    """What a node is that has an ability: killable, pausable, networked, interposable."""
    return str(ability.__name__).lower()


def each(nodes: Sequence[_Node], action: Callable[[_Node], _Value]) -> dict[str, _Value]:
    """Does something to each node, to all at once; gives what came of it, by the nodes' names."""
    with ThreadPoolExecutor(max(1, len(nodes))) as pool:
        done = pool.map(action, nodes)
        return {node.spec.name: value for node, value in zip(nodes, done, strict=True)}
