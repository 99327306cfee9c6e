"""Finds what a person can choose from by walking the packages: whatever is put into one is offered, without a list.

Targets, effects, faults and checkers are modules or packages of that name: the engine has one of each, and each kind
of server and each suite may have one of its own.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

#: Packages whose folders may have modules of that name, too.
_ADDITIONS = ("harness.servers", "harness.messages")


def modules(name: str) -> Iterator[ModuleType]:
    """All modules of that name, or in a package of that name; the engine's first."""
    for package in _packages():
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            if found.name == f"{package.__name__}.{name}":
                yield from _all(importlib.import_module(found.name))


def _packages() -> Iterator[ModuleType]:
    yield importlib.import_module("harness")
    for name in _ADDITIONS:
        package = importlib.import_module(name)
        yield package
        for found in pkgutil.iter_modules(package.__path__, f"{name}."):
            if found.ispkg:
                yield importlib.import_module(found.name)


def _all(module: ModuleType) -> Iterator[ModuleType]:
    """The module itself, or the modules in it if it is a package."""
    if not hasattr(module, "__path__"):
        yield module
        return
    for found in pkgutil.iter_modules(module.__path__, f"{module.__name__}."):
        yield importlib.import_module(found.name)
