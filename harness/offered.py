"""What a person can choose from, found by walking the packages: whatever is put into one is offered, without a list.

A room is a module or a package of that name (targets, effects, faults, checkers): the engine has one, and each kind of
server and each suite may have one of its own.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

#: Packages whose folders have rooms of their own.
_HOUSES = ("harness.servers", "harness.messages")


def modules(room: str) -> Iterator[ModuleType]:
    """The modules of every room of that name, the engine's first."""
    for home in _homes():
        for found in pkgutil.iter_modules(home.__path__, f"{home.__name__}."):
            if found.name == f"{home.__name__}.{room}":
                yield from _all(importlib.import_module(found.name))


def _homes() -> Iterator[ModuleType]:
    yield importlib.import_module("harness")
    for name in _HOUSES:
        house = importlib.import_module(name)
        yield house
        for found in pkgutil.iter_modules(house.__path__, f"{name}."):
            if found.ispkg:
                yield importlib.import_module(found.name)


def _all(module: ModuleType) -> Iterator[ModuleType]:
    """The module, or those in it if it is a package."""
    if not hasattr(module, "__path__"):
        yield module
        return
    for found in pkgutil.iter_modules(module.__path__, f"{module.__name__}."):
        yield importlib.import_module(found.name)
