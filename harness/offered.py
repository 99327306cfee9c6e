"""Finds what a person can choose from by walking packages: whatever is put into one is offered, without a list.

Targets, effects, faults and checkers are modules or packages of that name: the engine has one of each, and each kind
of server and each suite may have one of its own. A suite elsewhere hands over its package by an entry point.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

from harness.errors import EnvironmentUnfitError

#: The group of the entry points, each of which names a package.
ENTRY_POINTS = "harness"
_HERE = Path(__file__).parent
#: Packages whose folders may have modules of that name, too.
_ADDITIONS = ("servers", "messages")


def modules(name: str) -> Iterator[ModuleType]:
    """All modules of that name, or in a package of that name; the engine's first, those of suites elsewhere last.

    Raises:
        EnvironmentUnfitError: an installed suite names a package that is not there.
    """
    yield from brought_along(name)
    for package, folders in _handed_over():
        yield from _in(package, folders, name)


def brought_along(name: str) -> Iterator[ModuleType]:
    """The modules of that name that the harness itself brings along, those of suites elsewhere left out."""
    for package in _packages():
        yield from _in(".".join(("harness", *package)), [str(_HERE.joinpath(*package))], name)


def _in(package: str, folders: Iterable[str], name: str) -> Iterator[ModuleType]:
    """The modules of that name in a package.

    One that has none is not imported: clients of servers take their time, and a command line waits for it.
    """
    if name in _modules_in(folders):
        yield from _all(importlib.import_module(f"{package}.{name}"))


def _packages() -> Iterator[tuple[str, ...]]:
    yield ()
    for addition in _ADDITIONS:
        yield (addition,)
        names = _modules_in([str(_HERE / addition)])
        yield from ((addition, name) for name, is_package in names.items() if is_package)


def _handed_over() -> Iterator[tuple[str, Iterable[str]]]:
    """The packages of suites elsewhere, and the folders of each."""
    # Here, as it takes a tenth of the time in which the command line starts; what only imports this module spares it.
    from importlib.metadata import entry_points

    for point in entry_points(group=ENTRY_POINTS):
        spec = importlib.util.find_spec(point.module)
        if spec is None or spec.submodule_search_locations is None:
            raise EnvironmentUnfitError(
                f"{point.dist.name if point.dist else 'a suite'} hands over the package {point.module}, which is not "
                "there; install the suite again, or remove it"
            )
        yield point.module, spec.submodule_search_locations


def _modules_in(folders: Iterable[str]) -> dict[str, bool]:
    """The names of the modules in these folders of a package, and whether each is a package."""
    return {module.name: module.ispkg for module in pkgutil.iter_modules(folders)}


def _all(module: ModuleType) -> Iterator[ModuleType]:
    """The module itself, or the modules in it if it is a package."""
    if not hasattr(module, "__path__"):
        yield module
        return
    for info in pkgutil.iter_modules(module.__path__, f"{module.__name__}."):
        yield importlib.import_module(info.name)
