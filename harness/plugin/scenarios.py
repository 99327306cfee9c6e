"""The pytest plugin's second half: registered for a run that uses the harness, by what it collects or is told.

It comes while items are collected, so what needs to know all of them, such as whether there is a report at all, happens
when they are.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from harness.backends.machines import machines
from harness.errors import EXIT_BAD_INPUT, BadInputError, EnvironmentUnfitError
from harness.given.consent import OPTION as CONSENT
from harness.plugin import is_scenario, parallel, report_files, standing_in
from harness.plugin.allure_files import AllureFiles
from harness.plugin.debugging import check_options
from harness.plugin.options import OPTIONS as OFFERED
from harness.plugin.options import value
from harness.plugin.planning import Asked
from harness.plugin.results import Results
from harness.plugin.showing import Showing
from harness.plugin.summary import Summary
from harness.report.folder import ReportFolder
from harness.report.lacking import Lacking
from harness.run import Options, by_kind, seed_of
from harness.topology.confinement import Confinement

#: Plugins of their own, registered with this one.
pytest_plugins = (
    "harness.plugin.ordering",
    "harness.plugin.drawing",
    "harness.plugin.sharding",
    "harness.plugin.quarantine",
)

OPTIONS = pytest.StashKey[Options]()
FOLDER = pytest.StashKey[ReportFolder]()
RESULTS = pytest.StashKey[Results]()
SUMMARY = pytest.StashKey[Summary]()
SHOWING = pytest.StashKey[Showing]()


def pytest_configure(config: pytest.Config) -> None:
    """Checks the options; a report folder that was named is looked at now, before anything is collected."""
    try:
        config.stash[OPTIONS] = Options(
            backend=value(config, "--backend"),
            timings=value(config, "--timings"),
            reports=Path(value(config, "--reports")),
            images=by_kind("--image", "IMAGE", value(config, "--image") or ()),
            releases=by_kind("--release", "VERSION", value(config, "--release") or ()),
            attach=value(config, "--attach"),
            trace_http=value(config, "--trace-http"),
            seed=seed_of(value(config, "--seed")),
            confinement=Confinement.said(limits) if (limits := value(config, "--confined")) else None,
            agreed=value(config, CONSENT),
            machines=machines(said) if (said := value(config, "--engines")) else (),
        )
        check_options(config)
        standing_in.stand_in(config)
        Asked.by(config)
        if value(config, "--reports") != OFFERED["--reports"]["default"] and not parallel.is_worker(config):
            _open_folder(config)
    except (BadInputError, EnvironmentUnfitError) as error:
        pytest.exit(str(error), returncode=EXIT_BAD_INPUT)
    if parallel.is_worker(config):
        config.pluginmanager.register(Worker(config), "harness-worker")


@pytest.hookimpl(tryfirst=True)
def pytest_keyboard_interrupt(excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    """Has a run that ends with one line end at once: pytest would read and parse the source of its whole way there."""
    if excinfo.errisinstance(pytest.exit.Exception):
        excinfo.traceback = excinfo.traceback[-2:]


def _open_folder(config: pytest.Config) -> None:
    if FOLDER not in config.stash and not config.option.collectonly:
        config.stash[FOLDER] = ReportFolder(config.stash[OPTIONS].reports)


@pytest.hookimpl(tryfirst=True)  # pytest's terminal asks then for the lines that say where the report goes
def pytest_collection_finish(session: pytest.Session) -> None:
    """Begins the report if there are scenarios, and stands by to put into words what becomes of each item."""
    config = session.config
    if parallel.is_worker(config):
        return
    try:
        if any(map(is_scenario, session.items)):
            _open_folder(config)
    except (BadInputError, EnvironmentUnfitError) as error:
        pytest.exit(str(error), returncode=EXIT_BAD_INPUT)
    _tell_of_items(config)
    _tell_of_the_run(config, config.stash[RESULTS].lacking)


def _tell_of_items(config: pytest.Config) -> None:
    """Stands by to tell of the items that this process runs."""
    folder = config.stash.get(FOLDER, None)
    if folder:
        report_files.begin_allure(config, folder)
    results = config.stash[RESULTS] = Results(config.stash[OPTIONS], folder)
    config.stash[SHOWING] = Showing(config)
    config.pluginmanager.register(results, "harness-results")
    config.pluginmanager.register(config.stash[SHOWING], "harness-showing")
    config.pluginmanager.register(AllureFiles(results.lacking), "harness-allure-files")


def _tell_of_the_run(config: pytest.Config, lacking: Lacking) -> None:
    """Stands by to tell of the whole run, whichever processes run its items."""
    folder = config.stash.get(FOLDER, None)
    if folder:
        report_files.begin_junit(config, folder)
    own = standing_in.stand_in(config)
    config.stash[SUMMARY] = Summary(
        config.stash[OPTIONS],
        folder,
        lacking,
        spent=value(config, "--where-time-goes"),
        about=own.about if own else None,
        left_out=standing_in.left_out(config),
    )
    config.pluginmanager.register(config.stash[SUMMARY], "harness-summary")


def lead(config: pytest.Config) -> Path:
    """Begins the report of a run whose scenarios are in workers; gives its folder.

    Raises:
        BadInputError: it can't be had.
    """
    _open_folder(config)
    _tell_of_the_run(config, Lacking())
    for line in pytest_report_collectionfinish(config):
        config.pluginmanager.getplugin("terminalreporter").write_line(line)
    return config.stash[FOLDER].path


class Worker:
    """Runs scenarios for a controller, which has the report folder: the hooks of one worker of pytest-xdist."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    @pytest.hookimpl(wrapper=True)
    def pytest_collection_finish(self, session: pytest.Session) -> Generator[None, None, None]:
        """Lets the controller know of scenarios, and of those left out, and waits until it has the folder."""
        if left_out := standing_in.left_out(self._config):
            parallel.tell_left_out(self._config, left_out)
        if scenarios := any(map(is_scenario, session.items)):
            parallel.ask(self._config)
        yield
        if scenarios:
            self._config.stash[FOLDER] = ReportFolder.of_another(parallel.answered(self._config))
        _tell_of_items(self._config)

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Hands on why this worker ends, which nobody would see."""
        if isinstance(error := excinfo.value, pytest.exit.Exception):
            parallel.hand_on(self._config, error)


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    """Says what the run was asked for and where it writes."""
    if folder := config.stash.get(FOLDER, None):
        options = config.stash[OPTIONS]
        asked = f"backend {options.backend}, timings {options.timings}, seed {options.seed}"
        plans = Asked.by(config).words
        asked += f", plans of seed {plans}" if plans else ""
        return [f"faulttolerance: {asked}, reports in {folder.path}", *standing_in.words(config)]
    return []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Says at the end of a run that all its scenarios were left out, where it would end without a word on that."""
    if FOLDER not in config.stash and not config.option.collectonly and (line := standing_in.nothing_left(config)):
        terminalreporter.write_line(line)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Lets another run have the report folder."""
    if folder := config.stash.get(FOLDER, None):
        folder.close()
