"""The pytest plugin's second half: tells at the end of a run what became of all of it, and writes its tables.

Exit status: 0 everything held, 1 a guarantee was broken, 2 bad input or an unfit environment, 3 only inconclusive.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Generator, Mapping, Sequence

import pytest
from rich.console import Console

from harness.declared import About
from harness.errors import EXIT_BAD_INPUT, EXIT_INCONCLUSIVE
from harness.plugin.ended import Ended
from harness.report import html, owner, tables
from harness.report.environment import environment
from harness.report.experiments import Experiment, write
from harness.report.folder import ReportFolder
from harness.report.lacking import Lacking
from harness.report.outcome import Figures, Found, Outcome
from harness.results import Result
from harness.run import Options

#: A run of no more scenarios shows each one's figures, too.
_FEW = 3
#: How wide the tables may be that go to no terminal, in characters.
_PAGE = 150
#: The phase that pytest-xdist names where a worker died of an item.
_CRASHED = "???"


class Summary:
    """Collects how the items of a run ended, wherever they ran; without a folder it writes nothing."""

    def __init__(
        self,
        options: Options,
        folder: ReportFolder | None,
        lacking: Lacking,
        *,
        spent: bool,
        about: About | None = None,
        left_out: Mapping[str, int] | None = None,
    ) -> None:
        """Begins with no results.

        Args:
            options: of the run.
            folder: where the tables go.
            lacking: takes what can't be told.
            spent: whether to show what the time was spent on.
            about: somebody's own system, whose owner gets a page; None for the systems that scenarios name.
            left_out: how many scenarios were left out for what it lacks, by the reason.
        """
        self._about = about
        self._left_out = left_out or {}
        self._spent = spent
        self._options = options
        self._folder = folder
        self._results: dict[str, Result] = {}
        self._experiments: list[Experiment] = []
        self.outcomes: list[Outcome] = []
        self.lacking = lacking
        self.backend = options.backend

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Takes in how an item ended, as far as that is known."""
        if ended := Ended.on(report):
            self.backend = ended.backend
            self._results[report.nodeid] = ended.result
            self.lacking.add(ended.lacking)
            self.outcomes += [ended.outcome] if ended.outcome else []
            self._experiments += ended.experiments
        elif report.when == _CRASHED:
            self._results[report.nodeid] = Result.ERROR
            again, words = f'pytest "{report.nodeid}"', report.longreprtext
            found = (Found("", words.partition("\n")[0], judged=False),)
            self.outcomes.append(Outcome(report.nodeid, Result.ERROR, Figures(), 0, words, again, found))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Shows the table, and what could not be reported."""
        if self._folder and self.outcomes:
            with self.lacking.part("the table"):
                self._show(terminalreporter, self._folder)
        if self.lacking.lines:
            terminalreporter.section("what the report lacks")
            for line in dict.fromkeys(self.lacking.lines):
                terminalreporter.write_line(line)

    def _show(self, terminalreporter: pytest.TerminalReporter, folder: ReportFolder) -> None:
        terminalreporter.section("what was broken, and what it cost")
        if len(self.outcomes) <= _FEW and folder.figures.exists():
            terminalreporter.write(folder.figures.read_text() + "\n")
        self._print(terminalreporter, tables.terminal)
        if self._spent:
            terminalreporter.section("where the time went, in seconds")
            self._print(terminalreporter, tables.spent)
        where = {"backend": self.backend, "timings": self._options.timings}
        sentence = tables.in_one_sentence(self.outcomes, **where)
        terminalreporter.write_line(f"{sentence} {folder.summary}; `make report` makes the HTML of it.")
        if self._about:
            terminalreporter.write_line(f"what held, what broke, and what to mend first: {folder.owner}")

    def _print(
        self, terminalreporter: pytest.TerminalReporter, table: Callable[[Sequence[Outcome], Console], None]
    ) -> None:
        writer, shown = terminalreporter._tw, io.StringIO()
        # Where no terminal breaks the lines, names need not be broken either: a file or a pipeline's page has room.
        width = writer.fullwidth if writer.hasmarkup else max(writer.fullwidth, _PAGE)
        table(self.outcomes, Console(file=shown, width=width, force_terminal=writer.hasmarkup))
        terminalreporter.write(shown.getvalue())

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> Generator[None, None, None]:
        """Writes the tables; see the module for the exit status. What other plugins can't write ends nothing."""
        with self.lacking.part("JUnit XML"):
            yield
        self._write()
        counting = set(self._results.values()) - {Result.HELD, Result.SKIPPED, Result.QUARANTINED}
        if exitstatus == pytest.ExitCode.TESTS_FAILED and counting and counting <= {Result.UNFIT, Result.INCONCLUSIVE}:
            session.exitstatus = EXIT_BAD_INPUT if Result.UNFIT in counting else EXIT_INCONCLUSIVE

    def _write(self) -> None:
        if self._folder and self.outcomes:
            where = {"backend": self.backend, "timings": self._options.timings}
            with self.lacking.part("the summary"):
                tables.write_markdown(self._folder.summary, self.outcomes, **where)
            on_top: Mapping[str, str] = {}
            if self._about:
                with self.lacking.part("the page for the owner"):
                    ran = tables.in_one_sentence(self.outcomes, **where)
                    page = owner.OwnersPage(self._about, ran, self.outcomes, self._left_out)
                    on_top = page.variables
                    owner.write(self._folder.owner, page, self._folder.allure_results)
            with self.lacking.part("the table of experiments"):
                if self._experiments:
                    write(self._folder.path / "experiments.md", self._experiments)
            with self.lacking.part("how the page is to look"):
                facts = environment(**where, releases=self._options.releases)
                html.write_config(self._folder.path, {**on_top, **facts})
