"""What operations on sets mean: which set an `add` or a `read` is of, and which elements it has.

A history of one set has the plain form: `add` an element, `read` ok: the elements. One of several sets (maps and their
keys, say) names each: `add` {"set": name, "element": element}; `read` {"set": name}, ok: {"set": name, "elements":
[...]}. Elements are JSON scalars, told apart by `harness.checkers.identity`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from harness.events import Operation


def added(name: str, element: object) -> dict[str, object]:
    """The value that an `add` to the set of that name is recorded with."""
    return {"set": name, "element": element}


def read_of(name: str, elements: Collection[object] | None = None) -> dict[str, object]:
    """The value that a `read` of the set of that name is recorded with; after the read with what it returned."""
    return {"set": name} if elements is None else {"set": name, "elements": list(elements)}


def by_set(history: Sequence[Operation]) -> Mapping[str | None, Sequence[Operation]]:
    """The additions and reads of each set, by its name; None is the name of the only one of a history."""
    sets: dict[str | None, list[Operation]] = {}
    for operation in history:
        if operation.f == "add" or operation.f == "read":
            sets.setdefault(set_of(operation), []).append(operation)
    return sets


def set_of(operation: Operation) -> str | None:
    """The name of the set that an addition or a read is of."""
    value = operation.invoke.value
    return value["set"] if isinstance(value, dict) else None


def element_of(add: Operation) -> Any:
    """The element that an `add` was to add."""
    value = add.invoke.value
    return value["element"] if isinstance(value, dict) else value


def elements_of(read: Operation) -> Sequence[Any]:
    """The elements that a successful `read` returned."""
    value = read.value
    elements: Sequence[Any] = value["elements"] if isinstance(value, dict) else value
    return elements
