"""The pytest plugin as every suite sees it that has the harness installed: markers and fixtures, and nothing else.

Thin, for each of those suites waits for this module: it imports nothing but pytest and its options. A run in which an
item uses the harness, or that was given one of its options, gets `harness.plugin.scenarios` as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from harness.plugin import options

if TYPE_CHECKING:
    from harness.clusters import View
    from harness.faults.nemesis import Nemesis
    from harness.faults.plan import Plan
    from harness.history import History
    from harness.report.scenario import ScenarioReport
    from harness.run import Run
    from harness.system import System

MARKERS = (
    "faulttolerance: a scenario that breaks a real system and asserts what must survive (pytest -m faulttolerance)",
    "system(*parts): what the system is made of, by value: kinds of servers, such as kafka(3), and an application; the "
    "closest marker counts",
    "experiment(report, did, saw): the scenario repeats an experiment of one of the reports this project grew from",
    "needs(what): the backend has to be able to do that, such as Isolate(), or the application to have it, such as "
    "harness.messages.needs.CONFIG; skipped or left out with the reason where it can't",
    "guarantee(words): what must hold; a branch of the report's behaviours tree",
    "headline: one of the scenarios that this project began with",
    "quick: the scenario belongs to the quick half",
    "nemesis(draw, seeds=(1,)): the fixture `plan` gives plans that are drawn from this harness.Draw, by these seeds",
    'quarantine(reason, until): its failure is reported but fails no run until that day, such as "2026-12-31"',
)
_SECOND_HALF = "harness.plugin.scenarios"
_FIXTURES = frozenset(
    {"harness_run", "report", "history", "system", "kafka_cluster", "hazelcast_cluster", "faults", "plan"}
)


@pytest.hookimpl(trylast=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Adds the options that the suite's conftest files leave free."""
    early_config.pluginmanager.import_plugin(options.__name__)


def pytest_configure(config: pytest.Config) -> None:
    """Declares the markers of this plugin."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    if options.any_given(config):
        config.pluginmanager.import_plugin(_SECOND_HALF)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Has the rest of the plugin come with the first item that uses the harness."""
    if uses_harness(item) and not item.config.pluginmanager.has_plugin(_SECOND_HALF):
        item.config.pluginmanager.import_plugin(_SECOND_HALF)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Makes a scenario of each plan that one with a random nemesis is to follow."""
    marker = metafunc.definition.get_closest_marker("nemesis")
    if marker and "plan" in metafunc.fixturenames and is_ours(metafunc.definition, "plan"):
        from harness.plugin import planning

        planning.parametrize(metafunc, marker)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tells a worker of pytest-xdist how to reach this process, its controller."""
    from harness.plugin import parallel

    parallel.prepare(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any) -> None:
    """Has the rest of the plugin come to the controller with the first worker that has scenarios."""
    from harness.plugin import parallel

    parallel.answer(node.config)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Ends the run as a worker has ended its own."""
    from harness.plugin import parallel

    parallel.end_as(node)


def uses_harness(item: pytest.Item) -> bool:
    """Whether an item has anything to do with the harness: a fixture of it, or a marker that says so.

    Markers without a word and fixtures of these names may be the suite's own.
    """
    return (
        is_scenario(item)
        or any(marker.args or marker.kwargs for marker in item.iter_markers("system"))
        or any(is_ours(item, name) for name in _FIXTURES)
    )


def is_scenario(item: pytest.Item) -> bool:
    """Whether an item is a scenario, which the report folder tells of."""
    return item.get_closest_marker("faulttolerance") is not None or is_ours(item, "report")


def is_ours(item: pytest.Item, name: str) -> bool:
    """Whether the fixture that an item gets under a name is defined here."""
    known = getattr(item, "_fixtureinfo", None)
    definitions = known.name2fixturedefs.get(name, ()) if known else ()
    return any(getattr(last.func, "__module__", None) == __name__ for last in definitions[-1:])


@pytest.fixture(scope="session")
def harness_run(request: pytest.FixtureRequest) -> Iterator[Run]:
    """The run that owns everything; made when the first scenario asks for it."""
    from harness.plugin import fixtures

    yield from fixtures.harness_run(request.session)


@pytest.fixture
def report(request: pytest.FixtureRequest) -> ScenarioReport:
    """The report of this scenario: where its history, logs and figures go."""
    from harness.plugin import fixtures

    return fixtures.report(request)


@pytest.fixture
def history(request: pytest.FixtureRequest, report: ScenarioReport) -> Iterator[History]:
    """The history that this scenario's clients and faults write."""
    from harness.plugin import fixtures

    yield from fixtures.history(request.config, report)


@pytest.fixture
def system(request: pytest.FixtureRequest, harness_run: Run, report: ScenarioReport) -> Iterator[System]:
    """The system that the closest marker says, under names of its own, such as `@pytest.mark.system(kafka(3))`."""
    from harness.plugin import fixtures

    yield from fixtures.system(request, harness_run, report)


@pytest.fixture
def kafka_cluster(system: System) -> View:
    """What the Kafka brokers of this scenario's system say: leaders, in-sync replicas, the controller, lag."""
    from harness.plugin import fixtures

    return fixtures.cluster(system, "Kafka")


@pytest.fixture
def hazelcast_cluster(system: System) -> View:
    """What the Hazelcast members of this scenario's system say: member lists, owners of partitions, safety."""
    from harness.plugin import fixtures

    return fixtures.cluster(system, "Hazelcast")


@pytest.fixture
def faults(request: pytest.FixtureRequest, harness_run: Run, system: System, report: ScenarioReport) -> Nemesis:
    """Breaks things for the scenario; what it leaves broken is healed before the next one."""
    from harness.plugin import fixtures

    return fixtures.faults(request.config, harness_run, system, report)


@pytest.fixture
def plan(request: pytest.FixtureRequest, harness_run: Run) -> Plan:
    """The plan that a scenario with the marker `nemesis` has its faults follow."""
    from harness.plugin import planning

    return planning.plan(request, harness_run.backend.abilities)
