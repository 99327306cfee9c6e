"""Runs scenarios on somebody's system (`--system FILE`) or clusters (`--given FILE`), but for those that need more."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.declared import StandIn
from harness.errors import BadInputError, LeftOutError
from harness.given.consent import OPTION
from harness.plugin import parallel
from harness.plugin.options import RUNNING, value
from harness.topology.given import given_kinds
from harness.topology.timings import PROFILES
from harness.typed import readable

_STAND_IN = pytest.StashKey[StandIn | None]()
LEFT_OUT = pytest.StashKey[Counter[str]]()
#: So many reasons are in one line.
_SHOWN = 3


def stand_in(config: pytest.Config) -> StandIn | None:
    """The system of somebody's own, or the clusters, that the command line names; None if it names none.

    Raises:
        BadInputError: the file can't be used, or a cluster is not there.
    """
    if _STAND_IN not in config.stash:
        config.stash[_STAND_IN] = _named(config)
    return config.stash[_STAND_IN]


def _named(config: pytest.Config) -> StandIn | None:
    system, file = value(config, "--system"), value(config, "--given")
    said = {name: text for name in RUNNING if (text := value(config, name))}
    names = [*(["--given"] if file else []), *said]
    if not names:
        return _own(config, system)
    if system:
        raise BadInputError(
            f"--system: {system} says which servers there are, also those that run already ([servers] running): leave "
            f"out --system, or {names[0]}"
        )
    if value(config, "--attach"):
        raise BadInputError(f"--attach has servers of its own: leave out --attach, or {names[0]}")
    _refuse_workers(config, names[0])
    # Here, as few runs need it.
    from harness.given.clusters import clusters

    return clusters(Path(file) if file else None, said, PROFILES[value(config, "--timings")])


def _own(config: pytest.Config, file: str | None) -> StandIn | None:
    folder, trusted = value(config, "--checkout"), value(config, "--confined") is None
    if file:
        timings = PROFILES[value(config, "--timings")]
        own = readable().read(Path(file), Path(folder) if folder else None, trusted, timings)
        if given_kinds(own.declared.kinds):
            if value(config, "--attach"):
                raise BadInputError(f"--attach has nodes of its own, and those of {file} run already: leave it out")
            _refuse_workers(config, f"--system {file}, which runs already")
        return own
    if folder or not trusted:
        option = "--checkout" if folder else "--confined"
        raise BadInputError(f"{option} is about somebody's own system: name its file with --system FILE")
    return None


def _refuse_workers(config: pytest.Config, what: str) -> None:
    if parallel.has_workers(config):
        raise BadInputError(f"{what}: several workers would break the same nodes at once; leave out -n")


def repeating(config: pytest.Config) -> str:
    """The options that name what stands in, for the command that repeats a scenario."""
    options = ("--system", "--checkout", "--confined", "--given", *RUNNING)
    named = "".join(f" {name} {shlex.quote(text)}" for name in options if (text := value(config, name)))
    return f"{named} {OPTION}" if value(config, OPTION) else named


def leave_out(items: list[pytest.Item], declare: Callable[[pytest.Item], object]) -> None:
    """Takes away the items for which `declare` says that the system lacks what they need; remembers the reasons."""
    reasons: dict[pytest.Item, str] = {}
    for item in items:
        try:
            declare(item)
        except LeftOutError as error:
            reasons[item] = str(error)
    if reasons:
        config = items[0].config
        config.stash[LEFT_OUT] = Counter(reasons.values())
        config.hook.pytest_deselected(items=list(reasons))
        items[:] = [item for item in items if item not in reasons]


def left_out(config: pytest.Config) -> Counter[str]:
    """How many scenarios were left out, by the reason; if workers collected them, as these say."""
    if parallel.has_workers(config):
        return Counter(parallel.left_out(config))
    return config.stash.get(LEFT_OUT, Counter[str]())


def nothing_left(config: pytest.Config) -> str:
    """One line for a run of which every scenario was left out, with the most frequent reasons; empty if none was."""
    reasons = left_out(config)
    if not reasons:
        return ""
    shown = "; ".join(f"{reason} ({count})" for reason, count in reasons.most_common(_SHOWN))
    more = f"; and {len(reasons) - _SHOWN} more reasons" if len(reasons) > _SHOWN else ""
    plural = "s were" if reasons.total() > 1 else " was"
    return (
        f"nothing was tried: {reasons.total()} scenario{plural} left out, each for what the system lacks: {shown}{more}"
    )


def words(config: pytest.Config) -> list[str]:
    """What was left out, the most frequent reason first; a line each."""
    reasons = left_out(config)
    if not reasons:
        return []
    return [
        f"left out of the scenarios: {reasons.total()}",
        *(f"  {count:4} {reason}" for reason, count in reasons.most_common()),
    ]
