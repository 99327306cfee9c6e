"""Lets a flaky scenario fail for a while, in the open: `@pytest.mark.quarantine(reason="...", until="2026-12-31")`.

A pytest plugin of its own. Until the end of that day a failure is reported, under a heading of its own, and does not
fail the run (pytest's non-strict xfail, so `--runxfail` takes no notice of quarantines). From the next day on the
scenario fails until somebody has decided: repaired, or given a new date.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date
from textwrap import shorten

import pytest

from harness.errors import EXIT_BAD_INPUT, BadInputError
from harness.plugin import uses_harness

_EXAMPLE = '@pytest.mark.quarantine(reason="the third server is slow to rejoin", until="2026-12-31")'


@dataclass(frozen=True)
class Quarantine:
    """The reason why a scenario may fail, and the last day on which it may."""

    reason: str
    until: date

    @classmethod
    def of(cls, item: pytest.Item) -> Quarantine | None:
        """The quarantine that the item's closest marker declares.

        Raises:
            BadInputError: it lacks the reason or the date, or has what is none.
        """
        marker = item.get_closest_marker("quarantine")
        if marker is None:
            return None
        reason, until = marker.kwargs.get("reason"), marker.kwargs.get("until")
        if marker.args or set(marker.kwargs) - {"reason", "until"}:
            raise _bad(item, "takes reason= and until= and nothing else")
        if not isinstance(reason, str) or not reason.strip():
            raise _bad(item, "has no reason")
        if not isinstance(until, str):
            raise _bad(item, "has no date in until")
        try:
            return cls(reason.strip(), date.fromisoformat(until))
        except ValueError as error:
            raise _bad(item, f"has until={until!r}, which is no date") from error

    def is_over(self, today: date) -> bool:
        """Whether the last day has passed."""
        return today > self.until

    def __str__(self) -> str:
        return f"in quarantine until {self.until}: {self.reason}"


def _bad(item: pytest.Item, problem: str) -> BadInputError:
    return BadInputError(f"the quarantine of {item.nodeid} {problem}; write it as {_EXAMPLE}")


_LONGEST = 200
_QUARANTINE = pytest.StashKey[Quarantine]()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Reads every quarantine, whatever is deselected afterwards: a bad one must not wait for its scenario to be run."""
    try:
        quarantined = [(item, own) for item in items if uses_harness(item) and (own := Quarantine.of(item))]
    except BadInputError as error:
        pytest.exit(str(error), returncode=EXIT_BAD_INPUT)
    for item, quarantine in quarantined:
        item.stash[_QUARANTINE] = quarantine
        if not quarantine.is_over(date.today()):
            item.add_marker(pytest.mark.xfail(reason=str(quarantine), strict=False))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fails a scenario whose quarantine is over before anything is started for it."""
    quarantine = item.stash.get(_QUARANTINE, None)
    if quarantine and quarantine.is_over(date.today()):
        pytest.fail(
            f"its quarantine ended on {quarantine.until} ({quarantine.reason}): repair the scenario and remove the "
            "marker, or decide on a new date and say why",
            pytrace=False,
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Notes what became of a scenario in quarantine; pytest itself turns the failure into one that was expected."""
    report = yield
    quarantine = item.stash.get(_QUARANTINE, None)
    if quarantine and hasattr(report, "wasxfail") and (report.skipped or call.when == "call"):
        why = str(call.excinfo.value).strip().replace("\n", " ") if call.excinfo else ""
        outcome = f"failed: {shorten(why, _LONGEST)}" if call.excinfo else "held"
        # On the report itself: a worker of pytest-xdist sends that to whoever writes the summary.
        report.__dict__["quarantined"] = f"{outcome}\n  {quarantine}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Lists scenarios in quarantine under a heading of their own: a failure that does not count has to be seen too."""
    reports = [report for outcome in ("xfailed", "xpassed") for report in terminalreporter.stats.get(outcome, [])]
    if quarantined := [report for report in reports if hasattr(report, "quarantined")]:
        terminalreporter.section("in quarantine: what failed here failed no run")
        for report in quarantined:
            terminalreporter.write_line(f"{report.nodeid} {report.quarantined}")
