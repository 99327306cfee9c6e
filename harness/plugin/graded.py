"""What `harness grade` adds to a run: a journal that outlives whatever ends it, and an end where nothing starts."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from harness.grading import journal
from harness.plugin import standing_in
from harness.plugin.ended import Ended
from harness.plugin.scenarios import FOLDER, OPTIONS
from harness.report.outcome import Outcome

_JOURNAL = pytest.StashKey[Path]()


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Begins the journal, once the run has its folder."""
    config = session.config
    own = standing_in.stand_in(config)
    if own is None or FOLDER not in config.stash:
        return
    options = config.stash[OPTIONS]
    subject = journal.Subject(
        own.about, options.backend, options.timings, len(session.items), standing_in.left_out(config)
    )
    config.stash[_JOURNAL] = config.stash[FOLDER].path / journal.NAME
    config.stash[_JOURNAL].write_text(journal.line(subject))


class _Journalist:
    """Writes each scenario down as it ends."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._outcomes: list[Outcome] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Takes in how a scenario ended."""
        ended = Ended.on(report)
        if not ended or not ended.outcome or _JOURNAL not in self._config.stash:
            return
        with self._config.stash[_JOURNAL].open("a") as file:
            file.write(journal.line(ended.outcome))
        self._outcomes.append(ended.outcome)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Ends the run after a scenario, if it is no use to go on."""
        answer = yield
        if journal.gives_up(self._outcomes):
            item.session.shouldstop = f"its services did not start in {journal.ENOUGH} scenarios in a row"
        return answer


def pytest_configure(config: pytest.Config) -> None:
    """Stands by to write."""
    config.pluginmanager.register(_Journalist(config), "harness-journalist")
