"""Takes the K-th of N parts of the scenarios, so that N machines share them: `--shard K/N`.

A pytest plugin of its own. The parts depend only on the scenarios and on `scenarios/durations.json` in the checkout, so
machines that know nothing of each other agree. Scenarios of one topology stay together where that is no slower, since
whoever runs one of them has to start that topology first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.errors import EXIT_BAD_INPUT, BadInputError
from harness.plugin.options import value
from harness.plugin.ordering import servers_of

#: Where the seconds that each scenario took are kept, beside the scenarios; `make durations` writes them.
DURATIONS = Path("scenarios/durations.json")
_UNKNOWN_S = 12.0
_TOPOLOGY_S = 20.0
_SHARD = pytest.StashKey["Shard"]()
_SHARED = pytest.StashKey[int]()


@dataclass(frozen=True)
class Shard:
    """A part of the scenarios: the part `number`, counted from 1, of `count`."""

    number: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """The shard that "K/N" names.

        Raises:
            BadInputError: it is not two numbers with 1 <= K <= N.
        """
        match = re.fullmatch(r"([0-9]{1,4})/([0-9]{1,4})", text)
        if not match or not 1 <= int(match[1]) <= int(match[2]):
            raise BadInputError(
                f"--shard {text!r} is not a part of a whole; give K/N with K from 1 to N, such as --shard 2/3"
            )
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"


@dataclass(frozen=True)
class Work:
    """The work of one scenario: its name, the servers it needs, and how long it takes."""

    name: str
    topology: Hashable
    seconds: float = _UNKNOWN_S


def partition(work: Sequence[Work], count: int) -> tuple[frozenset[str], ...]:
    """The names of the scenarios of each of `count` parts; every name is in exactly one.

    What needs a rare topology stays together and goes, longest first, to the part that is done soonest; the scenarios
    of a topology that takes longer than a fair share fill up what is uneven then. The order of `work` does not matter.
    """
    groups: dict[Hashable, list[Work]] = {}
    for scenario in sorted(work, key=lambda scenario: (-scenario.seconds, scenario.name)):
        groups.setdefault(scenario.topology, []).append(scenario)
    fair_s = sum(map(_together_s, groups.values())) / count
    whole_groups = [group for group in groups.values() if _together_s(group) <= fair_s]
    spread = [[scenario] for group in groups.values() if _together_s(group) > fair_s for scenario in group]
    parts = [_Part() for _ in range(count)]
    for piece in [*sorted(whole_groups, key=lambda group: (-_together_s(group), group[0].name)), *spread]:
        min(parts, key=lambda part: part.busy_s_with(piece)).take(piece)
    return tuple(frozenset(part.names) for part in parts)


class _Part:
    """The work that one machine has so far."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self._busy_s = 0.0
        self._started: set[Hashable] = set()

    def busy_s_with(self, piece: Sequence[Work]) -> float:
        """The seconds that the part would take with this work as well; servers are started once."""
        return self._busy_s + _together_s(piece) - (_TOPOLOGY_S if piece[0].topology in self._started else 0.0)

    def take(self, piece: Sequence[Work]) -> None:
        """Adds this work to the part."""
        self._busy_s = self.busy_s_with(piece)
        self._started.add(piece[0].topology)
        self.names.update(scenario.name for scenario in piece)


def _together_s(group: Sequence[Work]) -> float:
    """The seconds that the scenarios take one after the other, with the start of their servers."""
    return _TOPOLOGY_S + sum(scenario.seconds for scenario in group)


def pytest_configure(config: pytest.Config) -> None:
    """Checks the option before anything is made."""
    if (text := value(config, "--shard")) is not None:
        try:
            config.stash[_SHARD] = Shard.parse(text)
        except BadInputError as error:
            pytest.exit(str(error), returncode=EXIT_BAD_INPUT)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves this part of the items that -m and -k have left."""
    if not (shard := config.stash.get(_SHARD, None)):
        return
    config.stash[_SHARED] = len(items)
    known = _known(config.rootpath / DURATIONS)
    work = [Work(item.nodeid, str(servers_of(item)), known.get(item.nodeid, _UNKNOWN_S)) for item in items]
    mine = partition(work, shard.count)[shard.number - 1]
    others = [item for item in items if item.nodeid not in mine]
    items[:] = [item for item in items if item.nodeid in mine]
    config.hook.pytest_deselected(items=others)


def pytest_report_collectionfinish(config: pytest.Config, items: Sequence[pytest.Item]) -> list[str]:
    """Says which part of the scenarios this run takes."""
    if shard := config.stash.get(_SHARD, None):
        return [f"shard {shard}: {len(items)} of {config.stash[_SHARED]} scenarios"]
    return []


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Lets a part without a scenario succeed, if there was one to share at all."""
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and session.config.stash.get(_SHARED, 0):
        session.exitstatus = pytest.ExitCode.OK


def _known(path: Path) -> Mapping[str, float]:
    if not path.exists():
        return {}
    try:
        seconds = json.loads(path.read_text())
        return {str(name): float(value) for name, value in seconds.items()}
    except (ValueError, AttributeError, TypeError):
        pytest.exit(
            f"{path} is not a JSON object of scenarios and their seconds; write it anew with make durations",
            returncode=EXIT_BAD_INPUT,
        )
