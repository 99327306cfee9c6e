"""The faults that a person can choose from: all that the packages have, whoever put them there."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from harness.backends.protocol import Ability
from harness.faults.protocol import Fault, inability
from harness.offered import modules


@dataclass(frozen=True)
class Offered:
    """A class of faults, with what its module says of it in a sentence that begins with its name."""

    kind: type[Any]
    words: str


@cache
def offered_faults() -> Mapping[str, Offered]:
    """The classes of faults by the names of their faults."""
    return {
        value.name: Offered(value, (inspect.getdoc(module) or "").partition("\n")[0])
        for module in modules("faults")
        for name, value in vars(module).items()
        if not name.startswith("_") and _is_fault(value) and value.__module__ == module.__name__
    }


def plain_faults() -> Mapping[str, Fault]:
    """The faults that need no argument, by name: commands and buttons do them."""
    return {name: fault.kind() for name, fault in offered_faults().items() if _needs_nothing(fault.kind)}


def possible_faults(abilities: Collection[Ability]) -> list[str]:
    """The names of the plain faults that nodes with these abilities can suffer."""
    return [name for name, fault in plain_faults().items() if inability(fault, abilities) is None]


def _is_fault(value: object) -> bool:
    # The protocol has the members, but no words for them.
    named = inspect.isclass(value) and isinstance(getattr(value, "name", None), str)
    return named and all(hasattr(value, member) for member in ("done", "needs", "takes", "inject", "proof"))


def _needs_nothing(kind: type[Any]) -> bool:
    return all(each.default is not inspect.Parameter.empty for each in inspect.signature(kind).parameters.values())
