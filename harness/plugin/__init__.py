"""The pytest plugin: options and fixtures. Thin; the work is done in harness.run, and `results` tells of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import allure
import pytest

from harness.errors import EXIT_BAD_INPUT, BadInputError, EnvironmentUnfitError, HarnessError
from harness.faults.nemesis import Nemesis
from harness.history import History
from harness.messages.system import System
from harness.plugin.allure_files import AllureFiles
from harness.plugin.debugging import Holding, add_options, check_options
from harness.plugin.results import Results
from harness.plugin.showing import Showing
from harness.progress import Step
from harness.report.comparison import LOCKS, Compared
from harness.report.folder import ReportFolder
from harness.report.scenario import ScenarioReport
from harness.run import Options, Run, Shape, images_by_kind
from harness.session.attach_client import attached
from harness.topology.kinds import NodeKind

#: Plugins of their own, registered with this one.
pytest_plugins = ("harness.plugin.ordering", "harness.plugin.sharding", "harness.plugin.quarantine")

_OPTIONS = pytest.StashKey[Options]()
_FOLDER = pytest.StashKey[ReportFolder]()
_COMPARED = pytest.StashKey[list[Compared]]()
_RESULTS = pytest.StashKey[Results]()
_SHOWING = pytest.StashKey[Showing]()
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
    group.addoption(
        "--image",
        action="append",
        metavar="KIND=IMAGE",
        help="run nodes of this kind from this image (docker only); may be given for several kinds",
    )
    group.addoption("--attach", action="store_true", help="work in the system of harness up, and leave it running")
    add_options(group)
    group.addoption("--trace-http", action="store_true", help="show each request of the clients, and its answer")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Checks the options and points Allure and JUnit to the report folder, before their plugins look."""
    try:
        options = Options(
            backend=config.getoption("--backend"),
            timings=config.getoption("--timings"),
            reports=Path(config.getoption("--reports")),
            images=images_by_kind(config.getoption("--image") or ()),
            attach=config.getoption("--attach"),
            trace_http=config.getoption("--trace-http"),
        )
        check_options(config)
        config.stash[_OPTIONS] = options
        if _runs_scenarios(config):
            folder = config.stash[_FOLDER] = ReportFolder(options.reports)
            config.option.allure_report_dir = config.option.allure_report_dir or str(folder.allure_results)
            config.option.xmlpath = config.option.xmlpath or str(folder.junit)
        config.stash[_RESULTS] = Results(options, config.stash.get(_FOLDER, None))
        config.stash[_SHOWING] = Showing(config)
        config.pluginmanager.register(config.stash[_RESULTS], "harness-results")
        config.pluginmanager.register(config.stash[_SHOWING], "harness-showing")
        config.pluginmanager.register(AllureFiles(config.stash[_RESULTS].lacking), "harness-allure-files")
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
    options = config.stash[_OPTIONS]
    with ExitStack() as resources:
        try:
            running = resources.enter_context(attached(options)) if options.attach else None
            say, kinds = config.stash[_SHOWING].screen.say, _kinds(request.session.items)
            run = resources.enter_context(Run(options, say, attached=running, kinds=kinds))
        except (BadInputError, EnvironmentUnfitError) as error:
            pytest.exit(str(error), returncode=EXIT_BAD_INPUT)
        config.stash[_RESULTS].backend = run.backend.name
        yield run


@pytest.fixture
def report(request: pytest.FixtureRequest, tmp_path: Path) -> ScenarioReport:
    """Where this scenario's history, logs and figures go; the harness' own tests leave none in the report folder."""
    name = str(request.node.nodeid).removeprefix("scenarios/")
    compared = request.session.stash.setdefault(_COMPARED, [Compared(LOCKS)])
    return ScenarioReport(name, request.config.stash.get(_FOLDER, None) or ReportFolder(tmp_path / "reports"), compared)


@pytest.fixture
def history(request: pytest.FixtureRequest, report: ScenarioReport) -> Iterator[History]:
    """The history that this scenario's clients and faults write."""
    with History.open(report.history_path) as history:
        request.config.stash[_SHOWING].screen.watch(history)
        yield history


@pytest.fixture
def system(
    request: pytest.FixtureRequest, harness_run: Run, history: History, report: ScenarioReport
) -> Iterator[System]:
    """The whole system in an epoch of its own; `@pytest.mark.system(queue="hazelcast")` says what it should be."""
    for needed in request.node.iter_markers("needs"):
        if needed.args[0] not in harness_run.backend.capabilities:
            pytest.skip(f"the {harness_run.backend.name} backend lacks the capability {needed.args[0]!r}")
    try:
        system = harness_run.system(history, _steps(request), **_asked_for(request.node))
    except Exception as error:
        # Whatever a client of the servers raises: its traceback is no help, the logs of the nodes are.
        with report.lacking.part("the logs"):
            report.keep_logs(harness_run.nodes, attach=True)
        said = str(error) if isinstance(error, HarnessError) else repr(error)
        request.config.stash[_RESULTS].unfit(request.node, f"the system did not come up: {said}")
    report.begin(system, backend=harness_run.backend.name, timings=harness_run.options.timings)
    try:
        yield system
        failed = request.config.stash[_RESULTS].failed(request.node)
        nemesis = report.nemesis or _nemesis(request, harness_run, system)
        _holding(request, harness_run).end(request.node, system, nemesis, failed=failed)
    finally:
        system.close()


def _asked_for(item: pytest.Item) -> dict[str, Any]:
    """What its markers say of its system; the innermost hold."""
    outermost_first = reversed(list(item.iter_markers("system")))
    return {name: value for marker in outermost_first for name, value in marker.kwargs.items()}


def _kinds(items: Iterable[pytest.Item]) -> frozenset[NodeKind]:
    """Of the nodes that the systems of these scenarios have."""
    systems = [_asked_for(item) for item in items if "system" in getattr(item, "fixturenames", ())]
    kinds: set[NodeKind] = set()
    for wanted in {repr(system): system for system in systems}.values():
        shape = {name: value for name, value in wanted.items() if name != "queue_owner"}
        # What is wrong with a marker is said when its scenario's turn comes.
        with suppress(TypeError):
            kinds |= Shape(**shape).kinds
    return frozenset(kinds)


@pytest.fixture
def faults(request: pytest.FixtureRequest, harness_run: Run, system: System, report: ScenarioReport) -> Nemesis:
    """What the scenario breaks things with; what it leaves broken is healed before the next one."""
    nemesis = _nemesis(request, harness_run, system)
    report.watch(system, nemesis)
    _holding(request, harness_run).attend(system, nemesis)
    return nemesis


def _nemesis(request: pytest.FixtureRequest, run: Run, system: System) -> Nemesis:
    return Nemesis(
        system.clusters,
        system.history,
        run.backend.capabilities,
        detection_s=run.options.profile.detection_s,
        narrate=_steps(request),
    )


def _holding(request: pytest.FixtureRequest, run: Run) -> Holding:
    return Holding(request.config, run, request.config.stash[_SHOWING].screen)


def _steps(request: pytest.FixtureRequest) -> Step:
    """Shows a step in Allure and on the terminal."""
    screen = request.config.stash[_SHOWING].screen

    @contextmanager
    def step(words: str) -> Iterator[None]:
        with allure.step(words), screen.step(words):
            yield

    return step
