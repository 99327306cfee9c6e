"""Follows one random plan after the other until the time is over: the pytest plugin that `harness explore` adds.

Every scenario that follows a random plan takes its turn with a few seeds, so that servers are started seldom and all
kinds of scenarios come early. Each outcome is written to a journal as it ends, and the history of what did not hold is
kept beside that, so that the next exploration goes on where this one stopped, whatever ended it.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.errors import BadInputError
from harness.plugin.planning import seed_of
from harness.plugin.saying import sentence
from harness.plugin.scenarios import SUMMARY
from harness.results import Result

#: So many seeds of one scenario follow each other before the next scenario takes its turn.
_TURN = 5
#: More seeds than a day has time for.
_SEEDS = 500


@dataclass(frozen=True)
class Explored:
    """What became of one scenario with one plan.

    Attributes:
        scenario: its id without the seed.
        seed: of the plan.
        backend: where its nodes ran.
        result: what became of it.
        anomalies: the names of what its checkers found.
        sentence: why it did not hold, in a line; empty if it did.
        repeat: the command that follows the plan again.
        history: the name of the file that is kept of what did not hold.
        took_s: in seconds.
    """

    scenario: str
    seed: int
    backend: str
    result: Result
    anomalies: tuple[str, ...]
    sentence: str
    repeat: str
    history: str | None
    took_s: float


class Journal:
    """The folder of an exploration: a line for each plan that was followed, and histories of what did not hold."""

    def __init__(self, folder: Path) -> None:
        """Opens the folder, or makes it.

        Raises:
            BadInputError: it can't be made, or holds lines that are none of a journal.
        """
        self.folder, self._file = folder, folder / "explored.jsonl"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lines = self._file.read_text().splitlines() if self._file.exists() else []
            self.explored = [_explored(json.loads(line)) for line in lines]
        except OSError as error:
            raise BadInputError(f"{folder} can't be used for the exploration: {error.strerror}") from error
        except (ValueError, TypeError, KeyError) as error:
            raise BadInputError(
                f"{self._file} is no journal of an exploration ({error}); give --into another folder"
            ) from error

    @property
    def last_seed(self) -> int:
        """The last seed that a scenario has had; 0 if there is none."""
        return max((each.seed for each in self.explored), default=0)

    def add(self, explored: Explored, history: Path | None) -> None:
        """Writes a line, and keeps a copy of the history, if there is one to keep."""
        if history:
            shutil.copyfile(history, self.folder / history.name)
        with self._file.open("a") as file:
            file.write(json.dumps(asdict(explored)) + "\n")
        self.explored.append(explored)


class Exploring:
    """Runs what follows a random plan until the time is over, and tells the journal."""

    def __init__(self, journal: Journal, seconds: float) -> None:
        """Begins now, and begins no scenario after so many seconds."""
        self._journal = journal
        self._ends_s = time.monotonic() + seconds
        self._items: dict[str, tuple[str, int]] = {}
        self._why: dict[str, str] = {}
        self._session: pytest.Session | None = None
        #: Whether anything could be run.
        self.has_items = False

    @property
    def arguments(self) -> Sequence[str]:
        """The arguments of pytest with which seeds follow each other, and no failure ends the session."""
        # From the first on, as not every scenario has had all of them.
        seeds = f"--nemesis-seed=1-{self._journal.last_seed + _SEEDS}"
        return ("-q", "-p", "harness.plugin", "-p", "no:cacheprovider", "--maxfail=0", seeds)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leaves what follows a random plan and has not been explored, the scenarios taking turns."""
        known = {(each.scenario, each.seed) for each in self._journal.explored}
        for item in items:
            if (plan := _of(item)) and plan not in known:
                self._items[item.nodeid] = plan
        left = [item for item in items if item.nodeid in self._items]
        items[:] = sorted(left, key=lambda item: (self._items[item.nodeid][1] - 1) // _TURN)
        self.has_items = bool(items)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Has the session at hand, to end it."""
        self._session = session

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Notes in a line why a scenario did not hold."""
        if call.excinfo:
            self._why.setdefault(item.nodeid, sentence(call.excinfo.value))

    def pytest_runtest_logfinish(self) -> None:
        """Writes down what has ended; ends the session when the time is over."""
        assert self._session
        summary = self._session.config.stash[SUMMARY]
        outcome = summary.outcomes[-1]
        scenario, seed = self._items[outcome.scenario]
        kept = outcome.history if outcome.result.failed else None
        self._journal.add(
            Explored(
                scenario,
                seed,
                summary.backend,
                outcome.result,
                outcome.anomalies,
                self._why.get(outcome.scenario, ""),
                outcome.repeat,
                kept.name if kept else None,
                round(outcome.took_s, 1),
            ),
            kept,
        )
        if time.monotonic() > self._ends_s:
            self._session.shouldstop = "the time for the exploration is over"


def _of(item: pytest.Item) -> tuple[str, int] | None:
    """The scenario without its seed, and the seed, of what follows a random plan."""
    if (seed := seed_of(item)) is None:
        return None
    return item.nodeid.replace(f"seed {seed}", "").replace("[]", ""), seed


def _explored(value: Mapping[str, Any]) -> Explored:
    return Explored(**{**value, "result": Result(value["result"]), "anomalies": tuple(value["anomalies"])})
