"""Finds what a person can choose from by walking the packages: whatever is put into one is offered, without a list.

Targets, effects, faults and checkers are modules or packages of that name: the engine has one of each, and each kind
of server and each suite may have one of its own.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

_HERE = Path(__file__).parent
#: Packages whose folders may have modules of that name, too.
_ADDITIONS = ("servers", "messages")


def modules(name: str) -> Iterator[ModuleType]:
    """All modules of that name, or in a package of that name; the engine's first.

    A package that has none is not imported: clients of servers take their time, and a command line waits for it.
    """
    for package in _packages():
        if name in _modules_in(package):
            yield from _all(importlib.import_module(".".join(("harness", *package, name))))


def _packages() -> Iterator[tuple[str, ...]]:
    yield ()
    for addition in _ADDITIONS:
        yield (addition,)
        yield from ((addition, name) for name, is_package in _modules_in((addition,)).items() if is_package)


def _modules_in(package: tuple[str, ...]) -> dict[str, bool]:
    """The names of the modules in a package of the harness, and whether each is a package."""
    return {found.name: found.ispkg for found in pkgutil.iter_modules([str(_HERE.joinpath(*package))])}


def _all(module: ModuleType) -> Iterator[ModuleType]:
    """The module itself, or the modules in it if it is a package."""
    if not hasattr(module, "__path__"):
        yield module
        return
    for found in pkgutil.iter_modules(module.__path__, f"{module.__name__}."):
        yield importlib.import_module(found.name)
