"""Runs the scenarios by their servers, so that each distinct topology is deployed once; a pytest plugin.

The order within a topology stays that of the files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import pytest

from harness.declared import Declared, Need, declared, is_part
from harness.errors import EXIT_BAD_INPUT, BadInputError
from harness.faults.protocol import Fault
from harness.given.consent import OPTION, refuse_unasked, refuse_unbreakable
from harness.plugin import is_ours, standing_in, uses_harness
from harness.plugin.options import value
from harness.run import by_kind

_FIXTURE = "system"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Groups the scenarios by their servers, those that are asked for first coming first; what is none stays.

    A marker that says what no system can be made of ends the run before anything is started, with exit status 2.
    """
    standing_in.leave_out(items, _declared_if_any)
    _ask_before_breaking(items)
    places = [place for place, item in enumerate(items) if uses_harness(item)]
    by_place = {place: servers_of(items[place]) for place in places}
    ranks = {servers: rank for rank, servers in enumerate(dict.fromkeys(by_place.values()))}
    order = sorted(places, key=lambda place: ranks[by_place[place]])
    for place, item in zip(places, [items[place] for place in order], strict=True):
        items[place] = item


def servers_of(item: pytest.Item) -> object:
    """The servers that a test asks for; equal ones can share what runs. None for a test that asks for none."""
    if not has_system(item):
        return None
    try:
        needed_by(item)
        return declared_by(item).servers
    except BadInputError as error:
        pytest.exit(str(error), returncode=EXIT_BAD_INPUT)


def _declared_if_any(item: pytest.Item) -> None:
    if standing_in.stand_in(item.config) and has_system(item):
        with suppress(BadInputError):  # what is wrong with the marker is said when the scenarios are put in order
            refuse_unbreakable(declared_by(item), _known_faults(item), breaks=_breaks(item))


def _ask_before_breaking(items: Sequence[pytest.Item]) -> None:
    """Ends the run before anything is started, if it would break what the harness did not start and nobody agreed."""
    config = items[0].config if items else None
    if not config or config.option.collectonly or value(config, OPTION) or not standing_in.stand_in(config):
        return
    try:
        refuse_unasked(declared_by(item) for item in items if has_system(item) and _breaks(item))
    except BadInputError as error:
        pytest.exit(str(error), returncode=EXIT_BAD_INPUT)


def _breaks(item: pytest.Item) -> bool:
    """Whether a scenario breaks anything."""
    return is_ours(item, "faults")


def _known_faults(item: pytest.Item) -> Sequence[Fault]:
    """The faults that a scenario is known to do: those that its markers name, and those that it is run with."""
    given = getattr(getattr(item, "callspec", None), "params", {}).values()
    return [*needed_by(item), *(each for each in given if hasattr(each, "needs") and hasattr(each, "inject"))]


def has_system(item: pytest.Item) -> bool:
    """Whether a test asks for a system: a suite may have a marker or a fixture of that name for something else."""
    marker = item.get_closest_marker(_FIXTURE)
    return is_ours(item, _FIXTURE) or (marker is not None and any(map(is_part, marker.args)))


def declared_by(item: pytest.Item) -> Declared:
    """The system that the closest of a test's `system` markers declares, in the releases that the command line gives.

    Raises:
        BadInputError: there is none, or it says what no system can be made of.
    """
    releases = by_kind("--release", "VERSION", value(item.config, "--release") or ())
    marker = item.get_closest_marker(_FIXTURE)
    if marker is None:
        raise BadInputError(
            f"{item.nodeid} has the fixture `system`, but no marker says what it is made of, "
            "such as @pytest.mark.system(kafka(3))"
        )
    try:
        if marker.kwargs:
            raise BadInputError(f"it takes values, such as kafka(3), and no {', '.join(marker.kwargs)}=...")
        whole = declared(marker.args).in_releases(releases)
        own = standing_in.stand_in(item.config)
        return own.in_place_of(whole, needs_of(item), subject_of(item, whole)) if own else whole
    except BadInputError as error:
        raise BadInputError(f"{item.nodeid}: the marker `system`: {error}") from None


def needed_by(item: pytest.Item) -> tuple[Fault, ...]:
    """The faults that a test's `needs` markers name.

    Raises:
        BadInputError: what one names is no fault.
    """
    named = [fault for fault in _named(item) if not isinstance(fault, Need)]
    for fault in named:
        if isinstance(fault, type) or not hasattr(fault, "needs"):
            raise BadInputError(f"{item.nodeid}: the marker `needs` takes faults, such as Isolate(), and not {fault!r}")
    return tuple(named)


def needs_of(item: pytest.Item) -> frozenset[Need]:
    """The needs beside faults that a test's `needs` markers name: what its application has to have."""
    return frozenset(need for need in _named(item) if isinstance(need, Need))


def subject_of(item: pytest.Item, system: Declared) -> tuple[str, ...]:
    """The names of those kinds of a system's servers that a test is about, as its markers say."""
    markers = {marker.name for marker in item.iter_markers()}
    return tuple(name for name in system.server_names if name.lower() in markers)


def _named(item: pytest.Item) -> Iterator[Any]:
    return (each for marker in item.iter_markers("needs") for each in marker.args)
