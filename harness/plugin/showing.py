"""pytest's side of the terminal: a scenario is shown while it runs, but not while pytest or a debugger writes."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TextIO

import pytest
from _pytest.terminal import TerminalReporter

from harness.plugin import is_scenario, parallel
from harness.report.outcome import title
from harness.report.screen import Screen


class Showing:
    """Shows scenarios on the terminal; registered for the time of a run."""

    def __init__(self, config: pytest.Config) -> None:
        self._file = _nowhere() if parallel.is_worker(config) else _terminal()
        self._config = config
        self.screen = Screen(self._file, self._new_line, steps=config.option.verbose > 0)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Shows the scenario that begins."""
        if is_scenario(item):
            self.screen.begin(title(item.nodeid))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Leaves the terminal to pytest, which shows the outcome next."""
        if report.when != "setup" or not report.passed:
            self.screen.rest()

    def pytest_enter_pdb(self) -> None:
        """Leaves the terminal to the debugger."""
        self.screen.rest()

    def pytest_unconfigure(self) -> None:
        """Closes what this plugin opened."""
        self._file.close()

    def _new_line(self) -> None:
        """Ends the line on which pytest shows the outcomes of a file."""
        reporter = self._config.pluginmanager.getplugin("terminalreporter")
        if isinstance(reporter, TerminalReporter) and reporter.currentfspath:
            self._file.write("\n")
            reporter.currentfspath = None


def _terminal() -> TextIO:
    """The terminal as it is now: while a scenario runs, pytest captures what is written to the usual places."""
    return os.fdopen(os.dup(sys.__stdout__.fileno() if sys.__stdout__ else 1), "w")


def _nowhere() -> TextIO:
    """Where a worker writes: the terminal is the controller's, which shows what became of each scenario."""
    return Path(os.devnull).open("w")
