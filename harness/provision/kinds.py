"""Finds the kinds of nodes that the harness brings along, without a list of them."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from graphlib import TopologicalSorter
from types import ModuleType

from harness.errors import BadInputError
from harness.topology.kinds import NodeKind, Released

_MODULE = "recipe"
#: The packages in the first may have a module of that name, and so may the second itself.
_SERVERS, _MESSAGES = "harness.servers", "harness.messages"


def every_kind() -> Mapping[str, NodeKind]:
    """Every kind that is a value in a `recipe` module, by name, each after those that it uses."""
    kinds = {kind for module in _recipes() for kind in vars(module).values() if _is_kind(kind)}
    return {kind.name: kind for kind in in_order(sorted(kinds, key=lambda kind: kind.name))}


def released(given: Mapping[str, str]) -> Mapping[NodeKind, NodeKind]:
    """Which kinds are to run in place of others, by the releases that are `given` by the names of kinds.

    Raises:
        BadInputError: a kind is unknown or has no other release, or not that one.
    """
    several = {name: kind for name, kind in every_kind().items() if isinstance(kind, Released) and kind.releases[1:]}
    if unknown := sorted(given.keys() - several.keys()):
        raise BadInputError(f"--release: {unknown[0]!r} is not known in several releases; choose {', '.join(several)}")
    return {several[name]: several[name].release(version) for name, version in given.items()}


def in_order(kinds: Iterable[NodeKind]) -> tuple[NodeKind, ...]:
    """These kinds, and those that they use, each after the ones that it uses."""
    return tuple(sorter(kinds).static_order())


def sorter(kinds: Iterable[NodeKind]) -> TopologicalSorter[NodeKind]:
    """A sorter that tells in which order kinds, and those that they use, can be prepared, and which of them at once."""
    sorter: TopologicalSorter[NodeKind] = TopologicalSorter()
    left = list(kinds)
    while left:
        kind = left.pop()
        sorter.add(kind, *kind.uses)
        left += kind.uses
    return sorter


def _recipes() -> Iterator[ModuleType]:
    servers = pkgutil.iter_modules(importlib.import_module(_SERVERS).__path__, f"{_SERVERS}.")
    for package in (*(server.name for server in servers if server.ispkg), _MESSAGES):
        if importlib.util.find_spec(f"{package}.{_MODULE}"):
            yield importlib.import_module(f"{package}.{_MODULE}")


def _is_kind(value: object) -> bool:
    return isinstance(value, NodeKind) and not isinstance(value, type)
