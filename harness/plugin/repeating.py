"""Runs one scenario many times in one session: the pytest plugin that `harness flake` adds.

Each run is an item of its own, as if the scenario had one parameter more: it has a history, logs and a row in the
tables under a name that no other run has, while the servers are started once. pytest-repeat does the same with each
test that is collected; as a dependency it would bring its options and its marker to every suite that has the harness.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence

import pytest

from harness.errors import BadInputError, HarnessError
from harness.plugin import is_scenario
from harness.plugin.about import REPEATED
from harness.plugin.meant import meant, parts
from harness.plugin.saying import sentence
from harness.plugin.scenarios import FOLDER, OPTIONS, SHOWING, SUMMARY
from harness.report.flake import Repeat, Repeated
from harness.results import Result

#: The parameter that numbers the runs, and the fixture that takes it.
_RUN = "harness_flake_run"
_MOST_NAMED = 10


class Repeating:
    """Repeats the scenario that is meant, shows a line for each run, and writes after each what all of them say."""

    def __init__(self, scenario: str, count: int) -> None:
        """Repeats a scenario.

        Args:
            scenario: its id, where the file may be any path to it; or a part of the id that no other scenario has.
            count: how often.
        """
        self._said = scenario
        self._file, self._name = parts(scenario)
        self._count = count
        self._chosen = ""
        self._numbers: dict[str, int] = {}
        self._why: dict[str, str] = {}
        self._unread: list[str] = []
        self._runs: list[Repeat] = []
        self._session: pytest.Session | None = None
        #: What the runs say that have ended; None if none has.
        self.repeated: Repeated | None = None
        #: Why there are no more runs, unless a person wanted so or pytest itself has said it.
        self.problem: HarnessError | None = None

    @property
    def arguments(self) -> Sequence[str]:
        """The arguments of pytest with which the scenario is found, and no failure is hidden or ends the session."""
        return (
            *([self._file] if self._file else ()),
            *("-p", "harness.plugin"),
            # What the suite's own settings may say: to leave scenarios out, to stop at the first failure.
            *("-m", "", "-k", "", "--maxfail=0", "--continue-on-collection-errors"),
            *("-p", "no:harness.plugin.quarantine", "--runxfail"),
            # The command itself has imported the plugin already.
            *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
        )

    @property
    def lacking(self) -> Sequence[str]:
        """What the report lacks, and why."""
        summary = self._session.config.stash.get(SUMMARY, None) if self._session else None
        return tuple(dict.fromkeys(summary.lacking.lines)) if summary else ()

    def pytest_cmdline_main(self, config: pytest.Config) -> None:
        """Has the runs follow each other, even if the suite's settings spread tests over processes."""
        if hasattr(config.option, "dist"):
            config.option.dist = "no"

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Has pytest's own reporter write where nobody reads it: a run is one line here."""
        reporter = pytest.TerminalReporter(config, io.StringIO())
        reporter.showfspath = False
        config.pluginmanager.unregister(name="terminalreporter")
        config.pluginmanager.register(reporter, "terminalreporter")

    def pytest_internalerror(self, excrepr: object) -> None:
        """Shows an error of pytest or of a plugin, as its reporter would have done."""
        self.problem = HarnessError("pytest ended with an error of its own, see above")
        sys.stderr.write(f"{excrepr}\n")

    @pytest.hookimpl(trylast=True)
    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Makes as many items of each scenario that may be meant as there are to be runs."""
        function = self._name.partition("[")[0].lower()
        if is_scenario(metafunc.definition) and function in metafunc.definition.nodeid.lower():
            metafunc.parametrize(_RUN, range(1, self._count + 1), ids=self._id, indirect=True)

    @pytest.fixture(autouse=True)
    def harness_flake_run(self, request: pytest.FixtureRequest) -> int:
        """The number of the run."""
        return int(getattr(request, "param", 0))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Notes what can't be collected: the scenario may have been in it."""
        if report.failed:
            why = report.longreprtext.strip().splitlines()[-1:]
            self._unread.append(f"{report.nodeid} can't be collected: {''.join(why).removeprefix('E').strip()}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leaves the runs of the one scenario that is meant; nothing, if that is none or more than one."""
        runs: dict[str, list[pytest.Item]] = {}
        for item in items:
            if number := _number(item):
                self._numbers[item.nodeid] = number
                runs.setdefault(_without(item.nodeid, self._id(number)), []).append(item)
        try:
            self._chosen = self._meant(list(runs))
        except BadInputError as error:
            self.problem = error
            items.clear()
            return
        items[:] = runs[self._chosen]
        for item in items:
            item.stash[REPEATED] = self._chosen

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Says what is about to run, and where it is told."""
        self._session = session
        if session.items and FOLDER in session.config.stash:
            often = "once" if self._count == 1 else f"{self._count} times"
            self._say(session, f"{self._chosen}, {often}; reports in {session.config.stash[FOLDER].path}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Notes in a line why a run did not hold."""
        if call.excinfo:
            self._why.setdefault(item.nodeid, sentence(call.excinfo.value))

    def pytest_runtest_logfinish(self) -> None:
        """Takes in the run that has ended; one that is skipped ends them all, as the next would be skipped as well."""
        assert self._session
        outcome = self._session.config.stash[SUMMARY].outcomes[-1]
        why = self._why.get(outcome.scenario, "").removeprefix(f"{outcome.result}: ")
        if outcome.result is Result.SKIPPED:
            self.problem = BadInputError(f"{self._chosen} is skipped here: {why}")
            self._session.shouldfail = "skipped"
            return
        number, took_s = self._numbers[outcome.scenario], round(outcome.took_s, 1)
        self._runs.append(Repeat(number, outcome.result, outcome.anomalies, why, outcome.history, took_s))
        self._say(self._session, self._runs[-1].line)
        self._write(self._session.config)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Notes why there are no more runs; what comes before the collection is done, pytest says itself."""
        if self._session and excinfo.errisinstance(pytest.exit.Exception):
            self.problem = HarnessError(str(excinfo.value))
        elif not self._runs and excinfo.errisinstance(KeyboardInterrupt):
            self.problem = HarnessError("it was ended before one run was over")

    def _id(self, number: int) -> str:
        """The last part of a run's id; files in the order of their names are in the order of the runs."""
        return f"run{number:0{len(str(self._count))}}"

    def _meant(self, scenarios: Sequence[str]) -> str:
        """The scenario that is meant.

        Raises:
            BadInputError: it is none of these, or it may be several.
        """
        matches = meant(self._name, scenarios)
        if len(matches) == 1:
            return matches[0]
        if matches:
            named = ", ".join(matches[:_MOST_NAMED])
            more = f", and {len(matches) - _MOST_NAMED} more" if len(matches) > _MOST_NAMED else ""
            raise BadInputError(f"{self._said!r} may be {len(matches)} scenarios; name one of them: {named}{more}")
        unread = f"; {self._unread[0]}" if self._unread else ""
        raise BadInputError(f"no scenario has {self._said!r} in its id{unread}; pytest --collect-only -q lists the ids")

    def _say(self, session: pytest.Session, line: str) -> None:
        session.config.stash[SHOWING].screen.say(line)

    def _write(self, config: pytest.Config) -> None:
        """Writes after each run: whatever ends the session, what was found out stays."""
        folder, summary = config.stash[FOLDER], config.stash[SUMMARY]
        timings = config.stash[OPTIONS].timings
        self.repeated = Repeated(self._chosen, summary.backend, timings, self._count, tuple(self._runs))
        with summary.lacking.part("the rate of failure"):
            self.repeated.write(folder.flake_page, folder.flake_data)


def _number(item: pytest.Item) -> int:
    """The number of the run that an item is; 0 for what is not repeated."""
    callspec = getattr(item, "callspec", None)
    return int(callspec.params.get(_RUN, 0)) if callspec else 0


def _without(scenario: str, run: str) -> str:
    """The id of a scenario without that of its run, which is the last of its parameters."""
    alone = scenario.removesuffix(f"[{run}]")
    return alone if alone != scenario else f"{scenario.removesuffix(f'-{run}]')}]"
