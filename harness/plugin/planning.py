"""Gives scenarios with a random nemesis their plans: of the seeds that they name, or of what the command line says."""

from __future__ import annotations

import datetime
import re
import shlex
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from harness.backends.protocol import Ability
from harness.errors import EXIT_BAD_INPUT, BadInputError
from harness.faults.following import refuse_impossible, refuse_unknown
from harness.faults.offered import possible_faults
from harness.faults.plan import Draw, Plan, read
from harness.plugin import options

_SEEDS = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")
#: What the part of a scenario's id is that names its plan, from a file and drawn from a seed.
_FROM_A_FILE, _SEED_IN_ID = "plan", re.compile(r"(?<=[\[-])seed \d+(?=[\]-])")
#: The seed that is another every day: the day itself, in UTC, such as 20261130.
_TODAY = "today"
#: More scenarios than this are no run that somebody waits for.
_MOST_SEEDS = 10_000
_A_DAY_S = 86_400


@dataclass(frozen=True)
class Asked:
    """What the command line says of plans.

    Attributes:
        plan: the one of a file.
        seeds: those to draw by, in place of what the scenarios say.
        duration_s: how long plans are that are drawn, likewise.
    """

    plan: Plan | None
    seeds: Sequence[int]
    duration_s: float | None

    @property
    def words(self) -> str:
        """The seeds, for the head of a run; empty if none is asked for."""
        first, last = (self.seeds[0], self.seeds[-1]) if self.seeds else ("", "")
        return f"{first}" if first == last else f"{first}-{last}"

    @classmethod
    def by(cls, config: pytest.Config) -> Asked:
        """What these options say.

        Raises:
            BadInputError: one of them can't be used.
        """
        if (known := config.stash.get(_ASKED, None)) is not None:
            return known
        file, seeds, seconds = (options.value(config, f"--nemesis-{name}") for name in ("plan", "seed", "duration"))
        if file and (seeds or seconds or options.value(config, "--nemesis-one")):
            others = "--nemesis-seed, --nemesis-one and --nemesis-duration"
            raise BadInputError(f"--nemesis-plan has its plan already: leave out {others}")
        plan = read(Path(file)) if file else None
        if plan:
            refuse_unknown(plan)
        # A history is long to read, and each function of a suite asks.
        return config.stash.setdefault(_ASKED, cls(plan, _seeds(seeds), _seconds(seconds)))


_ASKED = pytest.StashKey[Asked]()


def parametrize(metafunc: pytest.Metafunc, marker: pytest.Mark) -> None:
    """Makes a scenario of each seed, or one of the plan in a file."""
    try:
        draw, seeds = _said(marker)
    except BadInputError as error:
        pytest.exit(str(error), returncode=EXIT_BAD_INPUT)
    asked = Asked.by(metafunc.config)
    if asked.plan:
        metafunc.parametrize("plan", [asked.plan], ids=[_FROM_A_FILE], indirect=True)
        return
    lasting = replace(draw, duration_s=asked.duration_s) if asked.duration_s else draw
    draws = [(lasting, seed) for seed in asked.seeds or seeds]
    metafunc.parametrize("plan", draws, ids=[f"seed {seed}" for _, seed in draws], indirect=True)


def plan(request: pytest.FixtureRequest, abilities: Collection[Ability]) -> Plan:
    """The plan of a scenario: drawn from the faults that the backend can do, or the one of a file."""
    if isinstance(request.param, Plan):
        try:
            refuse_impossible(request.param, abilities)
        except BadInputError as error:
            pytest.exit(str(error), returncode=EXIT_BAD_INPUT)
        return request.param
    draw: Draw
    draw, seed = request.param
    possible = possible_faults(abilities)
    return replace(draw, faults=tuple(name for name in draw.faults if name in possible)).plan(seed)


def seed_of(item: pytest.Item) -> int | None:
    """The seed that a scenario's plan is drawn from; None if it has no such plan."""
    asked = _asked_of(item)
    return int(asked[1]) if isinstance(asked, tuple) and isinstance(asked[0], Draw) else None


def repeating(item: pytest.Item) -> str:
    """The options that give a scenario the plan which it has now, for its command; empty if it has none."""
    asked = _asked_of(item)
    if isinstance(asked, Plan):
        return f" --nemesis-plan {shlex.quote(options.value(item.config, '--nemesis-plan'))}"
    if (seed := seed_of(item)) is None:
        return ""
    given = options.value(item.config, "--nemesis-duration")
    return f" --nemesis-seed {seed}{f' --nemesis-duration {given}' if given else ''}"


def _asked_of(item: pytest.Item) -> object:
    """The plan that a scenario is given, or what it is drawn from and by which seed."""
    return getattr(getattr(item, "callspec", None), "params", {}).get("plan")


def with_a_file(scenario: str) -> str:
    """The id that a scenario has with a plan from a file, by the one that it had with a seed or a file."""
    return _SEED_IN_ID.sub(_FROM_A_FILE, scenario)


def _said(marker: pytest.Mark) -> tuple[Draw, Sequence[int]]:
    seeds = marker.kwargs.get("seeds", (1,))
    if len(marker.args) != 1 or not isinstance(marker.args[0], Draw) or marker.kwargs.keys() - {"seeds"}:
        raise BadInputError("the marker `nemesis` takes a harness.Draw, and perhaps seeds=(...), and nothing else")
    return marker.args[0], seeds


def _seeds(given: str | None) -> Sequence[int]:
    if given is None:
        return ()
    if given == _TODAY:
        given = f"{datetime.datetime.now(datetime.UTC):%Y%m%d}"
    match = _SEEDS.fullmatch(given)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if not first <= last < first + _MOST_SEEDS:
        raise BadInputError(f"--nemesis-seed is {given!r}; give a number such as 7, some such as 1-200, or today")
    return range(first, last + 1)


def _seconds(given: str | None) -> float | None:
    if given is None:
        return None
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < _A_DAY_S:
        raise BadInputError(f"--nemesis-duration is {given!r}; give seconds, such as 60")
    return seconds
