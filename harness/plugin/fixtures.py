"""The bodies of the fixtures; `harness.plugin` declares these, where every suite sees them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

import allure
import pytest

from harness.backends.protocol import Confined, Tried
from harness.bounds import DETECTORS, IN_FORCE
from harness.clusters import View
from harness.errors import EXIT_BAD_INPUT, BadInputError, EnvironmentUnfitError, HarnessError
from harness.events import SCENARIO
from harness.faults.nemesis import Nemesis
from harness.faults.protocol import inability
from harness.history import History
from harness.plugin import scenarios
from harness.plugin.debugging import KeepTopology
from harness.plugin.ordering import declared_by, has_system, needed_by
from harness.plugin.results import Results
from harness.progress import Step
from harness.readback import ask, compared
from harness.report.folder import ReportFolder
from harness.report.scenario import ScenarioReport
from harness.run import Run
from harness.session.attach_client import AttachedRun
from harness.system import System
from harness.topology.kinds import NodeKind

_Value = TypeVar("_Value")


def harness_run(session: pytest.Session) -> Iterator[Run]:
    """The run; an environment that is unfit for it ends the session."""
    config = session.config
    options = _of_run(config, scenarios.OPTIONS)
    with ExitStack() as resources:
        try:
            kind = AttachedRun if options.attach else Run
            say = config.stash[scenarios.SHOWING].screen.say
            run = resources.enter_context(kind(options, say, kinds=_kinds(session.items)))
        except (BadInputError, EnvironmentUnfitError) as error:
            pytest.exit(str(error), returncode=EXIT_BAD_INPUT)
        config.stash[scenarios.RESULTS].backend = run.backend.name
        yield run


def report(request: pytest.FixtureRequest, folder: ReportFolder | None = None) -> ScenarioReport:
    """The report of a scenario, in the run's folder or in one that is its own."""
    name = str(request.node.nodeid).removeprefix("scenarios/")
    return ScenarioReport(name, folder or _of_run(request.config, scenarios.FOLDER))


def _of_run(config: pytest.Config, key: pytest.StashKey[_Value]) -> _Value:
    """The things that the plugin's second half has put there, if it saw at collection that they are needed."""
    if key not in config.stash:
        pytest.fail(
            "a fixture of the harness was asked for while the test ran already: name it in the test's signature",
            pytrace=False,
        )
    return config.stash[key]


def history(config: pytest.Config, report: ScenarioReport) -> Iterator[History]:
    """An open history, shown as it grows."""
    with History.open(report.history_path) as history:
        config.stash[scenarios.SHOWING].screen.watch(history)
        yield history


def system(request: pytest.FixtureRequest, run: Run, report: ScenarioReport) -> Iterator[System]:
    """The system that the markers ask for; afterwards it may be held for a look."""
    for fault in needed_by(request.node):
        if why := inability(fault, run.backend.abilities):
            pytest.skip(f"the {run.backend.name} backend {why}")
    # Only now: a scenario that this backend can't run leaves no history.
    history: History = request.getfixturevalue("history")
    # As if it had been in the scenario's signature: how the scenario ends is recorded there.
    request.node.funcargs["history"] = history
    results = request.config.stash[scenarios.RESULTS]
    history.event(SCENARIO, results.ran(request.node))
    declared = declared_by(request.node)
    detectors = declared.detectors(run.options.profile)
    history.event(DETECTORS, detectors)
    try:
        system = run.system(declared, history, _steps(request.config))
    except Exception as error:
        # Whatever a client of the servers raises: its traceback is no help, the logs of the nodes are.
        with report.lacking.part("the logs"):
            report.keep_logs(run.nodes, attach=True)
        _note_tried(request.node, run, results)
        said = str(error) if isinstance(error, HarnessError) else f"{type(error).__name__}: {error}"
        results.unfit(request.node, f"the system did not come up: {said}", error)
    history.event(IN_FORCE, compared(detectors, ask(system.clusters.detectors)))
    report.begin(system, backend=run.backend.name, timings=run.options.timings)
    try:
        yield system
        failed = results.failed(request.node)
        nemesis = report.nemesis or _nemesis(request.config, run, system)
        _note_tried(request.node, run, results)
        _holding(request.config, run).end(request.node, system, nemesis, failed=failed)
    finally:
        system.close()


def _note_tried(item: pytest.Item, run: Run, results: Results) -> None:
    """Notes what the nodes tried that are confined."""
    if run.options.confinement is None:
        return
    tried: list[Tried] = []
    for name, node in run.nodes.items():
        if isinstance(node, Confined):
            with results.lacking.part(f"{item.nodeid}, what {name} tried"):
                tried += node.tried()
    results.note_tried(item, tried)


def cluster(system: System, kind: str) -> View:
    """The view of one kind of server, by the name of its class."""
    try:
        return system.clusters.named(kind)
    except BadInputError as error:
        pytest.fail(str(error), pytrace=False)


def _kinds(items: Iterable[pytest.Item]) -> frozenset[NodeKind]:
    """The kinds of nodes that the systems of these scenarios have."""
    return frozenset(kind for item in items if has_system(item) for kind in declared_by(item).kinds)


def faults(config: pytest.Config, run: Run, system: System, report: ScenarioReport) -> Nemesis:
    """A nemesis that the report watches, and that pauses where a person asked for it."""
    nemesis = _nemesis(config, run, system)
    report.watch(system, nemesis)
    _holding(config, run).attend(system, nemesis)
    return nemesis


def _nemesis(config: pytest.Config, run: Run, system: System) -> Nemesis:
    return Nemesis(
        system.clusters,
        system.history,
        run.backend.abilities,
        detection_s=run.options.profile.detection_s,
        step=_steps(config),
        note=system.note_before_fault,
    )


def _holding(config: pytest.Config, run: Run) -> KeepTopology:
    return KeepTopology(config, run, config.stash[scenarios.SHOWING].screen)


def _steps(config: pytest.Config) -> Step:
    """Shows a step in Allure and on the terminal."""
    screen = config.stash[scenarios.SHOWING].screen

    @contextmanager
    def step(words: str) -> Iterator[None]:
        with allure.step(words), screen.step(words):
            yield

    return step
