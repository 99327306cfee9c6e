"""The pytest plugin's second half: tells what became of each scenario that this process runs, in words first."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from harness.assertions import GuaranteeBrokenError
from harness.backends.protocol import BACKENDS, Tried
from harness.checks import END, End, how_broken
from harness.errors import (
    BadInputError,
    EnvironmentUnfitError,
    FaultDidNotBiteError,
    HarnessError,
    InconclusiveError,
    LeftOutError,
    WentWrongError,
)
from harness.events import Events
from harness.history import History
from harness.plain import printable
from harness.plugin import about, is_scenario, standing_in
from harness.plugin.ended import Ended
from harness.plugin.found import found_in
from harness.plugin.options import value
from harness.plugin.planning import repeating
from harness.report import labels
from harness.report.experiments import Experiment
from harness.report.folder import ReportFolder, as_typed
from harness.report.forensics import explained
from harness.report.lacking import Lacking
from harness.report.outcome import Figures, Found, Outcome, title
from harness.results import Result
from harness.run import Options
from harness.spent import settled
from harness.telling import Symptom


class Results:
    """Judges the items of a run; without a folder it only puts failures into words."""

    def __init__(self, options: Options, folder: ReportFolder | None) -> None:
        self._options = options
        self._folder = folder
        self._results: dict[str, Result] = {}
        self._words: dict[str, str] = {}
        self._took_s: dict[str, float] = defaultdict(float)
        self._found: dict[str, tuple[Found, ...]] = {}
        self._tried: dict[str, tuple[Found, ...]] = {}
        self.lacking = Lacking()
        self.backend = options.backend

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        """Begins to count what the item's time is spent on."""
        settled()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        """Files the scenario in Allure: here, as allure-pytest names it anew at the end of each setup."""
        if self._folder and is_scenario(item):
            with self.lacking.part(f"{item.nodeid}, its place on the page"):
                _file(item, self._folder)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Collects the scenario's report, and tells a failure in plain words, without a traceback of ours."""
        try:
            answer = yield
        except (pytest.skip.Exception, LeftOutError) as reason:
            self._record_end(item, End(Result.SKIPPED, str(reason)))
            if isinstance(reason, LeftOutError):
                pytest.skip(str(reason))
            raise
        except (pytest.exit.Exception, KeyboardInterrupt):
            raise
        except BaseException as error:
            cost = _cost(item) if isinstance(error, WentWrongError) else ()
            _note_evidence(item)
            self._record_end(item, _end_of(error))
            self._collect(item, failed=True)
            self._fail(item, error, cost)
        _note_evidence(item)
        self._record_end(item, End(Result.HELD))
        self._collect(item, failed=False)
        return answer

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Notes the outcome of each phase, and sends what is known of it along with pytest's own report."""
        report = yield
        self._took_s[item.nodeid] += call.duration
        if call.excinfo:
            self._found.setdefault(item.nodeid, found_in(call.excinfo.value, title(item.nodeid), about.servers(item)))
        if report.failed:
            self._results.setdefault(item.nodeid, _result_of(call.excinfo.value if call.excinfo else None))
            self._words.setdefault(item.nodeid, report.longreprtext.strip())
        elif report.skipped and hasattr(report, "wasxfail"):
            # A failure in quarantine: pytest's own plugin has turned the report into this.
            self._results[item.nodeid] = Result.QUARANTINED
        elif report.skipped:
            self._results.setdefault(item.nodeid, Result.SKIPPED)
        if over := call.when == "teardown":
            self._results.setdefault(item.nodeid, Result.HELD)
        if item.nodeid in self._results:
            self._ended(item, whole=over and is_scenario(item)).put_on(report)
        return report

    def unfit(self, item: pytest.Item, words: str, error: BaseException) -> NoReturn:
        """Fails a scenario whose system did not come up, because of this error."""
        self._found[item.nodeid] = found_in(error, title(item.nodeid), about.servers(item))
        self._note_words(item, Result.UNFIT, words)
        self._record_end(item, _end_of(EnvironmentUnfitError(words)))
        fail(words)

    def failed(self, item: pytest.Item) -> bool:
        """Whether the scenario, its steps done, has failed."""
        return self._results.get(item.nodeid, Result.HELD) not in (Result.HELD, Result.SKIPPED)

    def note_tried(self, item: pytest.Item, tried: Sequence[Tried]) -> None:
        """Notes what confined services tried in a scenario."""
        self._tried[item.nodeid] = tuple(Found(each.name, each.words, judged=False) for each in tried)

    def ran(self, item: pytest.Item) -> Mapping[str, object]:
        """Which scenario an item is, and the options that it takes to run it again, by name."""
        backend = {"backend": self.backend} if self.backend in BACKENDS else {}
        options = {**backend, "timings": self._options.timings, "seed": self._options.seed}
        releases = {"releases": dict(self._options.releases)} if self._options.releases else {}
        return {"id": about.id_of(item), **options, **releases}

    def repeat(self, item: pytest.Item) -> str:
        """The command that repeats just this item."""
        # Nodes that all run already are on no backend that anybody could choose.
        backend = f" --backend {self.backend}" if self.backend in BACKENDS else ""
        command = f'pytest "{about.id_of(item)}"{backend} --timings {self._options.timings}'
        command += standing_in.repeating(item.config)
        command += f" --engines {shlex.quote(engines)}" if (engines := value(item.config, "--engines")) else ""
        command += f" --seed {self._options.seed}" if self._options.seed else ""
        command += "".join(f" --release {kind}={version}" for kind, version in self._options.releases.items())
        command += repeating(item)
        return f"{command} --attach" if self._options.attach else command

    def _record_end(self, item: pytest.Item, end: End) -> None:
        """Records the end in the history, so that whoever judges it later knows what no checker can tell."""
        history = (getattr(item, "funcargs", None) or {}).get("history")
        if isinstance(history, History):
            with self.lacking.part(f"{item.nodeid}, its end in the history"):
                history.event(END, end.value)

    def _collect(self, item: pytest.Item, *, failed: bool) -> None:
        report, system = about.made(item)
        if report and system:
            report.end(system, failed=failed, repeat=self.repeat(item))

    def _fail(self, item: pytest.Item, error: BaseException, cost: Sequence[Found]) -> NoReturn:
        """Fails a scenario in words only; with --pdb by the error itself, for a prompt where it happened."""
        self._found[item.nodeid] = (*found_in(error, title(item.nodeid), about.servers(item)), *cost)
        if isinstance(error, GuaranteeBrokenError):
            _, system = about.made(item)
            anomalies = error.verdict.anomalies
            names = dict.fromkeys(anomaly.name for anomaly in anomalies)
            words = str(error)
            with self.lacking.part(f"{item.nodeid}, what the lost have in common"):
                words = explained(anomalies, system.history.events if system else Events())
            self._note_words(item, result := _result_of(error), words)
            how = "guarantee broken" if result is Result.BROKEN else result
            words += f"\n\n{how}: {', '.join(names)}"
        elif isinstance(error, HarnessError):
            result = _result_of(error)
            words = f"inconclusive: {error}" if result is Result.INCONCLUSIVE else str(error)
            words += "".join(f"\n{each.sentence}" for each in cost)
            self._note_words(item, result, words)
        else:
            raise error
        if item.config.getoption("usepdb"):
            raise error
        fail(f"{words}\n{self._evidence(item)}repeat it: {self.repeat(item)}")

    def _note_words(self, item: pytest.Item, result: Result, words: str) -> None:
        self._results[item.nodeid] = result
        self._words[item.nodeid] = words

    def _evidence(self, item: pytest.Item) -> str:
        report, _ = about.made(item)
        if not report or not self._folder:
            return ""
        with self.lacking.part(f"{item.nodeid}, where its evidence is"):
            return f"evidence: {as_typed(report.history_path)}, {as_typed(report.logs_path)}/\n"
        return ""

    def _ended(self, item: pytest.Item, *, whole: bool) -> Ended:
        """How an item ends, as far as that is known; the whole of it for a scenario that is over."""
        if not whole:
            return Ended(self._results[item.nodeid], self.backend)
        report, _ = about.made(item)
        lines = report.lines if report else ()
        lacking = [f"{item.nodeid}, {line}" for line in report.lacking.lines] if report else []
        seen: Sequence[Symptom] = ()
        with self.lacking.part(f"{item.nodeid}, what else was seen"):
            seen = report.symptoms if report else ()
        found = self._found.get(item.nodeid, ())
        known = {each.name for each in found}
        wrong = (Found(each.name, each.sentence, judged=False) for each in seen if each.wrong)
        outcome = Outcome(
            item.nodeid,
            self._results[item.nodeid],
            report.measured if report else Figures(),
            self._took_s[item.nodeid],
            self._words.get(item.nodeid, ""),
            self.repeat(item),
            (*found, *(each for each in wrong if each.name not in known)),
            about.guarantee(item),
            self._history(item),
            self._logs(item),
            {on: round(seconds, 3) for on, seconds in settled().items()},
            (
                *(Found(each.name, each.sentence, judged=False) for each in seen if not each.wrong),
                *self._tried.get(item.nodeid, ()),
            ),
            " ".join(about.docstring(item).split()),
        )
        name = item.nodeid.rpartition("/")[2]
        repeated = [marker.args for marker in item.iter_markers("experiment")]
        experiments = [Experiment(number, did, saw, name, outcome.result, lines) for number, did, saw in repeated]
        return Ended(outcome.result, self.backend, outcome, tuple(experiments), (*self.lacking.lines, *lacking))

    def _history(self, item: pytest.Item) -> Path | None:
        report, _ = about.made(item)
        with self.lacking.part(f"{item.nodeid}, where its history is"):
            return report.history_path if report and report.history_path.exists() else None
        return None

    def _logs(self, item: pytest.Item) -> Path | None:
        report, _ = about.made(item)
        with self.lacking.part(f"{item.nodeid}, where its logs are"):
            return report.logs_path if report and self._folder else None
        return None


def fail(message: str) -> NoReturn:
    """Fails a test in words only: the errors that it came from say nothing more."""
    raise pytest.fail.Exception(message, pytrace=False) from None


def _result_of(error: BaseException | None) -> Result:
    """The result that an error means which a scenario, its setup or its end raised."""
    if isinstance(error, GuaranteeBrokenError):
        return how_broken(error.verdict)
    if isinstance(error, AssertionError | WentWrongError):
        return Result.BROKEN
    if isinstance(error, InconclusiveError | FaultDidNotBiteError):
        return Result.INCONCLUSIVE
    return Result.UNFIT if isinstance(error, EnvironmentUnfitError | BadInputError) else Result.ERROR


def _end_of(error: BaseException) -> End:
    return End(_result_of(error), "\n".join(map(printable, str(error).splitlines())))


def _cost(item: pytest.Item) -> Sequence[Found]:
    """What else is wrong where a system did not go on: whatever was broken is mended, and what is left is judged."""
    report, system = about.made(item)
    if not report or not system:
        return ()
    try:
        if report.nemesis:
            report.nemesis.heal()
        system.judge_the_rest()
    except (GuaranteeBrokenError, HarnessError) as error:
        return tuple(found for found in found_in(error, title(item.nodeid), about.servers(item)) if found.name)
    return ()


def _note_evidence(item: pytest.Item) -> None:
    report, system = about.made(item)
    if report and system:
        report.note_evidence(system)


def _file(item: pytest.Item, folder: ReportFolder) -> None:
    """Tells Allure where to show the scenario."""
    path, line, _ = item.location
    labels.file(
        labels.Scenario(
            id=item.nodeid,
            system=about.subject(item),
            words=about.docstring(item),
            markers=frozenset(marker.name for marker in item.iter_markers()),
            guarantee=about.guarantee(item) or "other",
            path=path,
            line=(line or 0) + 1,
        ),
        page=folder.page,
    )
