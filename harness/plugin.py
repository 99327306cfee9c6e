"""The pytest plugin: options, fixtures, and what is kept of a scenario. Thin; the work is done in harness.run.

Exit status: 0 everything held, 1 a guarantee was broken, 2 bad input or an unfit environment, 3 only inconclusive.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NoReturn

import allure
import pytest

from harness.errors import (
    EXIT_BAD_INPUT,
    EXIT_INCONCLUSIVE,
    BadInputError,
    EnvironmentUnfitError,
    FaultDidNotBiteError,
    HarnessError,
    InconclusiveError,
)
from harness.faults.nemesis import Nemesis
from harness.history import History
from harness.judgement import GuaranteeBrokenError
from harness.report.comparison import LOCKS, Compared
from harness.report.experiments import Experiment, write
from harness.report.folder import ReportFolder
from harness.report.scenario import ScenarioReport
from harness.run import Options, Run
from harness.system import System
from harness.topology.nodes import Kind

#: Plugins of their own, registered with this one.
pytest_plugins = ("harness.sharding", "harness.quarantine")

_OPTIONS = pytest.StashKey[Options]()
_FOLDER = pytest.StashKey[ReportFolder]()
_FAILED = pytest.StashKey[bool]()
_WORDS = pytest.StashKey[str]()
_COMPARED = pytest.StashKey[list[Compared]]()
_EXPERIMENTS = pytest.StashKey[list[Experiment]]()
_TESTS_OF_THE_HARNESS = "tests"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The harness' own options."""
    group = parser.getgroup("faulttolerance")
    group.addoption("--backend", default="auto", help="where nodes run: auto (default), docker or process")
    group.addoption("--timings", default="fast", help="failure detectors: fast (default) or vendor")
    group.addoption(
        "--reports",
        default="reports",
        help="folder for the run's reports, with the =: --reports=DIR (default: reports)",
    )
    group.addoption("--hazelcast-image", default=None, help="run Hazelcast from this image (docker only)")
    group.addoption("--kafka-image", default=None, help="run Kafka from this image (docker only)")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Checks the options and points Allure and JUnit to the report folder, before their plugins look."""
    images: dict[Kind, str | None] = {
        "hazelcast": config.getoption("--hazelcast-image"),
        "kafka": config.getoption("--kafka-image"),
    }
    try:
        options = Options(
            backend=config.getoption("--backend"),
            timings=config.getoption("--timings"),
            reports=Path(config.getoption("--reports")),
            images={kind: image for kind, image in images.items() if image},
        )
        config.stash[_OPTIONS] = options
        if _runs_scenarios(config):
            folder = config.stash[_FOLDER] = ReportFolder(options.reports)
            config.option.allure_report_dir = config.option.allure_report_dir or str(folder.allure_results)
            config.option.xmlpath = config.option.xmlpath or str(folder.junit)
    except BadInputError as error:
        pytest.exit(str(error), returncode=EXIT_BAD_INPUT)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Says what the run was asked for and where it writes."""
    if folder := config.stash.get(_FOLDER, None):
        options = config.stash[_OPTIONS]
        return [f"faulttolerance: backend {options.backend}, timings {options.timings}, reports in {folder.path}"]
    return []


def _runs_scenarios(config: pytest.Config) -> bool:
    """Whether anything but the harness' own tests is asked for; those leave the reports alone."""
    if config.option.collectonly:
        return False
    paths = [Path(argument.split("::")[0]).resolve() for argument in config.args]
    tests = config.rootpath / _TESTS_OF_THE_HARNESS
    return not all(path == tests or tests in path.parents for path in paths)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Lets another run have the report folder."""
    if folder := config.stash.get(_FOLDER, None):
        folder.close()


@pytest.fixture(scope="session")
def harness_run(request: pytest.FixtureRequest) -> Iterator[Run]:
    """The run that owns everything; made when the first scenario asks for it."""
    config = request.config
    terminal = config.pluginmanager.getplugin("terminalreporter")
    capture = config.pluginmanager.getplugin("capturemanager")

    def say(line: str) -> None:
        with capture.global_and_fixture_disabled():
            terminal.ensure_newline()
            terminal.write_line(f"  {line}")

    with ExitStack() as resources:
        try:
            run = resources.enter_context(Run(config.stash[_OPTIONS], say))
        except (BadInputError, EnvironmentUnfitError) as error:
            pytest.exit(str(error), returncode=EXIT_BAD_INPUT)
        yield run


@pytest.fixture
def report(request: pytest.FixtureRequest, tmp_path: Path) -> ScenarioReport:
    """Where this scenario's history, logs and figures go; the harness' own tests leave none in the report folder."""
    name = str(request.node.nodeid).removeprefix("scenarios/")
    compared = request.session.stash.setdefault(_COMPARED, [Compared(LOCKS)])
    return ScenarioReport(name, request.config.stash.get(_FOLDER, None) or ReportFolder(tmp_path), compared)


@pytest.fixture
def history(report: ScenarioReport) -> Iterator[History]:
    """The history that this scenario's clients and faults write."""
    with History.open(report.history_path) as history:
        yield history


@pytest.fixture
def system(
    request: pytest.FixtureRequest, harness_run: Run, history: History, report: ScenarioReport
) -> Iterator[System]:
    """The whole system in an epoch of its own; `@pytest.mark.system(queue="hazelcast")` says what it should be."""
    for needed in request.node.iter_markers("needs"):
        if needed.args[0] not in harness_run.backend.capabilities:
            pytest.skip(f"the {harness_run.backend.name} backend lacks the capability {needed.args[0]!r}")
    wanted = {name: value for marker in _outermost_first(request) for name, value in marker.kwargs.items()}
    try:
        system = harness_run.system(history, _step, **wanted)
    except HarnessError as error:
        report.keep_logs(harness_run.nodes)
        _fail(f"the system did not come up: {error}")
    report.begin(system, backend=harness_run.backend.name, timings=harness_run.options.timings)
    try:
        yield system
    finally:
        request.node.stash[_WORDS] = report.end(system, failed=request.node.stash.get(_FAILED, True))
        system.close()


def _outermost_first(request: pytest.FixtureRequest) -> list[pytest.Mark]:
    return list(reversed(list(request.node.iter_markers("system"))))


@pytest.fixture
def faults(harness_run: Run, system: System, history: History, report: ScenarioReport) -> Iterator[Nemesis]:
    """What the scenario breaks things with; what it leaves broken is healed before the next one."""
    nemesis = Nemesis(
        system.clusters,
        history,
        harness_run.backend.capabilities,
        detection_s=harness_run.options.profile.detection_s,
        narrate=_step,
    )
    yield nemesis
    report.faults(nemesis.injected)


@contextmanager
def _step(words: str) -> Iterator[None]:
    with allure.step(words):
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Tells a failure of the harness' assumptions from a broken guarantee, without a traceback of ours."""
    try:
        yield
    except GuaranteeBrokenError as error:
        _fail(f"a guarantee was broken\n{error}\n\n{_again(item)}")
    except (InconclusiveError, FaultDidNotBiteError) as error:
        item.stash[_UNDECIDED] = True
        _fail(f"inconclusive: {error}\n\n{_again(item)}")
    except HarnessError as error:
        _fail(f"{error}\n\n{_again(item)}")


def _fail(message: str) -> NoReturn:
    """In words only: the errors that it came from say nothing more."""
    raise pytest.fail.Exception(message, pytrace=False) from None


def _again(item: pytest.Item) -> str:
    """Where the evidence is, and how to repeat just this."""
    options = item.config.stash[_OPTIONS]
    command = f'pytest "{item.nodeid}" --backend {options.backend} --timings {options.timings}'
    folder = item.config.stash.get(_FOLDER, None)
    evidence = f"history and logs: {folder.path}/histories, {folder.path}/logs\n" if folder else ""
    return f"{evidence}repeat it: {command}"


_INCONCLUSIVE = pytest.StashKey[int]()
_UNDECIDED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Notes whether the scenario failed, for what is kept of it."""
    report = yield
    if call.when == "call":
        item.stash[_FAILED] = call.excinfo is not None
        item.stash[_OUTCOME] = report.outcome
        # Not one in quarantine: its report says that it was skipped, and no failure is counted for it.
        if report.failed and item.stash.get(_UNDECIDED, False):
            item.session.stash[_INCONCLUSIVE] = item.session.stash.get(_INCONCLUSIVE, 0) + 1
    if call.when == "teardown":
        _note_experiments(item)
    return report


_OUTCOME = pytest.StashKey[str]()


def _note_experiments(item: pytest.Item) -> None:
    """Keeps what the scenario measured for the table of the reports' experiments."""
    noted = item.session.stash.setdefault(_EXPERIMENTS, [])
    for marker in item.iter_markers("experiment"):
        scenario = item.nodeid.rpartition("/")[2]
        outcome = item.stash.get(_OUTCOME, "skipped")
        report, did, saw = marker.args
        noted.append(Experiment(report, did, saw, scenario, outcome, item.stash.get(_WORDS, "")))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Shows the experiments in words."""
    folder = config.stash.get(_FOLDER, None)
    if folder and folder.summary.exists():
        terminalreporter.section("what was broken, and what it cost")
        terminalreporter.write(folder.summary.read_text())


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Writes the table of the experiments; exit status 3 when nothing failed but what was inconclusive."""
    if (folder := session.config.stash.get(_FOLDER, None)) and (experiments := session.stash.get(_EXPERIMENTS, [])):
        write(folder.path / "experiments.md", experiments)
    if exitstatus == pytest.ExitCode.TESTS_FAILED and session.stash.get(_INCONCLUSIVE, 0) == session.testsfailed:
        session.exitstatus = EXIT_INCONCLUSIVE
