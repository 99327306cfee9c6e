"""A pytest plugin that runs real scenarios with mutants in place: each item is a mutant and a scenario of a plan.

    pytest -p tests.zoo.plugin --zoo-plan PLAN --zoo-results RESULTS scenarios

The plan is a JSON list of [mutant, scenario]; how each item ended is appended to the results. Scenarios that a mutant
does not name are tried until one has seen it.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path

import pytest

from harness.assertions import GuaranteeBrokenError
from harness.checks import evaluate
from harness.errors import AwaitTimeoutError, FaultDidNotBiteError, InconclusiveError, WentWrongError
from harness.events import Events
from harness.history import History
from harness.plugin.ordering import declared_by
from harness.report.fates import anomalies
from harness.telling import tellings
from tests.zoo.mutant import Mutant
from tests.zoo.mutants import MUTANTS
from tests.zoo.results import ERROR, GREEN, RED, SKIPPED, Result, append

#: In words, what ended a scenario that no checker ended.
KINDS = {
    InconclusiveError: "inconclusive",
    FaultDidNotBiteError: "did not bite",
    AwaitTimeoutError: "timeout",
    WentWrongError: "went wrong",
    AssertionError: "assertion",
}
_ITEM = pytest.StashKey[tuple[Mutant, str]]()
_MOST_WORDS = 400
_OVER = "the mutant is caught already"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options; `python -m tests.zoo` gives them."""
    parser.addoption("--zoo-plan", type=Path, required=True)
    parser.addoption("--zoo-results", type=Path, required=True)


def pytest_configure(config: pytest.Config) -> None:
    """Makes the zoo's hooks, which share what they have seen."""
    plan = [tuple(pair) for pair in json.loads(config.getoption("--zoo-plan").read_text())]
    config.pluginmanager.register(Zoo(plan, config.getoption("--zoo-results")), "zoo")


class Zoo:
    """The hooks.

    Args:
        plan: the mutants with their scenarios, in order.
        results: the file to append to.
    """

    def __init__(self, plan: list[tuple[str, str]], results: Path) -> None:
        self._plan, self._results = plan, results
        self._by_function: defaultdict[str, list[str]] = defaultdict(list)
        for mutant, scenario in plan:
            if mutant not in self._by_function[function := scenario.partition("[")[0]]:
                self._by_function[function].append(mutant)
        self._caught: set[str] = set()
        self._ended: dict[str, tuple[str, str]] = {}
        self._began_s: dict[str, float] = {}
        self._told: dict[str, tuple[str, ...]] = {}

    @pytest.fixture(autouse=True)
    def mutant(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Mutant:
        """Puts a mutant's patch in place, before the scenario's system is made."""
        found = MUTANTS[request.param]
        if found.patch:
            found.patch(monkeypatch)
        return found

    @pytest.hookimpl(trylast=True)
    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Makes an item of each mutant that the plan has for a scenario."""
        function = metafunc.definition.nodeid.rpartition("/")[2]
        metafunc.parametrize("mutant", self._by_function[function], indirect=True)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leaves the items of the plan, in its order, and changes the systems that they declare."""
        places = {pair: place for place, pair in enumerate(self._plan)}
        found: dict[int, pytest.Item] = {}
        for item in items:
            pair = _pair(item)
            if pair in places:
                mutant = MUTANTS[pair[0]]
                item.stash[_ITEM] = mutant, pair[1]
                item.add_marker(pytest.mark.system(*mutant.system(declared_by(item))), append=False)
                found[places[pair]] = item
        if missing := [scenario for place, (_, scenario) in enumerate(self._plan) if place not in found]:
            pytest.exit(f"there is no scenario {missing[0]!r}", returncode=2)
        config.hook.pytest_deselected(items=[item for item in items if _ITEM not in item.stash])
        # Those that patch modules last: the servers of all others can be shared.
        items[:] = sorted((found[place] for place in sorted(found)), key=lambda item: bool(item.stash[_ITEM][0].patch))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Passes over what else was to be tried with a mutant that was caught, beside its own scenarios.

        By a skip: pytest has to see each item, to tear down what the next one does not share.
        """
        self._began_s[item.nodeid] = time.monotonic()
        mutant, scenario = item.stash[_ITEM]
        if mutant.name in self._caught and scenario not in mutant.seen:
            pytest.skip(_OVER)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Notes by what the scenario ended, before the harness puts it into words."""
        try:
            answer = yield
        except BaseException as error:
            self._ended[item.nodeid] = RED, words_of(error)
            raise
        self._ended[item.nodeid] = GREEN, ""
        return answer

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Files the item's end."""
        report = yield
        if report.skipped and call.excinfo and str(call.excinfo.value) == _OVER:
            return report
        if report.skipped:
            self._ended[item.nodeid] = SKIPPED, _in_a_line(str(call.excinfo.value)) if call.excinfo else ""
        elif report.failed and item.nodeid not in self._ended and call.excinfo:
            self._ended[item.nodeid] = ERROR, words_of(call.excinfo.value)
        # By now the harness has recorded the evidence.
        if report.failed and call.when == "call":
            self._told[item.nodeid] = _told_of(item)
        if report.when == "teardown" and item.nodeid in self._ended:
            mutant, scenario = item.stash[_ITEM]
            colour, words = self._ended[item.nodeid]
            if colour == RED:
                self._caught.add(mutant.name)
            took_s = round(time.monotonic() - self._began_s[item.nodeid], 1)
            told = self._told.get(item.nodeid, ())
            append(self._results, Result(mutant.name, scenario, colour, words, took_s, told))
        return report


def words_of(error: BaseException) -> str:
    """What ended a scenario, in a line: the names of the anomalies, or the kind of error and what it says."""
    if isinstance(error, GuaranteeBrokenError):
        return ", ".join(dict.fromkeys(anomaly.name for anomaly in error.verdict.anomalies))
    kind = next((words for kind, words in KINDS.items() if isinstance(error, kind)), type(error).__name__)
    return f"{kind}: {_in_a_line(str(error))}"


def _told_of(item: pytest.Item) -> tuple[str, ...]:
    history = (getattr(item, "funcargs", None) or {}).get("history")
    return told_by(history.events) if isinstance(history, History) else ()


def told_by(events: Events) -> tuple[str, ...]:
    """Where the messages of each anomaly went wrong, a line of each kind; what nobody knows is one."""
    found = anomalies(evaluate(events))
    fates = [fate for telling in tellings() for each in telling.fates for fate in each.of(events, found)]
    kinds = {(fate.anomaly, fate.kind): f"{fate.anomaly}: {fate.sentence}" for fate in reversed(fates)}
    return tuple(reversed(kinds.values()))


def _in_a_line(text: str) -> str:
    return " ".join(text.split())[:_MOST_WORDS]


def _pair(item: pytest.Item) -> tuple[str, str]:
    """The mutant of an item, and the scenario's own id, without the mutant, which is the last of its parameters."""
    mutant = str(item.callspec.params["mutant"])  # type: ignore[attr-defined]
    scenario = item.nodeid.removeprefix("scenarios/").removesuffix(f"{mutant}]")
    return mutant, scenario.removesuffix("[") if scenario.endswith("[") else f"{scenario.removesuffix('-')}]"
