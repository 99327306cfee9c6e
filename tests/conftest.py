"""What tests of several folders need."""

from __future__ import annotations

import gc
import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

from harness.plugin import fixtures
from harness.report.folder import ReportFolder
from harness.report.scenario import ScenarioReport

# How long an example takes is the machine's business. `make test-all` asks for the second: --hypothesis-profile=all.
settings.register_profile("check", deadline=None, max_examples=50)
settings.register_profile("all", deadline=None, max_examples=1000)
# For `make mutation`: the same examples each time, so that what noticed a change notices it again, and no smaller ones.
settings.register_profile(
    "mutation",
    deadline=None,
    max_examples=25,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    report_multiple_bugs=False,
)
settings.load_profile("check")

#: What a test asks for that starts servers or containers.
_SERVERS = {"docker", "process"}
_RUN = "harness_run"
#: The tests there bring up the session of this checkout, of which there is one at a time.
_OF_THE_SESSION = "tests/session/"
#: What files share, by file: the tests of all files that share something run in one process, one after the other.
_SHARED = {
    **dict.fromkeys(
        # Some of these kill runs, and some demand that no dead run has left a container on this machine.
        (
            "tests/backends/test_sweep.py",
            "tests/backends/test_watchdog.py",
            "tests/test_bad_input.py",
            "tests/test_cleaning_up.py",
        ),
        "what the dead left",
    ),
    # Servers of one topology, which are started once.
    **dict.fromkeys(
        (
            "tests/clusters/test_effective.py",
            "tests/clusters/test_snapshot.py",
            "tests/clusters/test_views.py",
            "tests/forensics/test_real_losses.py",
        ),
        "three members and three brokers",
    ),
    **dict.fromkeys(("tests/services/test_kafka_consumer.py", "tests/services/test_kafka_producer.py"), "one broker"),
}
#: What `make test` leaves to CI, a part each run: it takes long, and a change of the harness seldom breaks it.
_SELDOM = frozenset(
    {
        # Pages that are typed, and the package in an environment of its own.
        "tests/docs/test_extending.py",
        "tests/docs/test_own_system.py",
        "tests/docs/test_tutorial.py",
        "tests/package/test_wheel.py",
        "tests/docs/test_grading.py",
        # Runs within runs, each with a system of its own.
        "tests/grading/test_grade.py",
        "tests/messages/test_hostile.py",
        "tests/messages/test_without_a_queue.py",
        "tests/session/test_debugging.py",
        "tests/session/up/test_pytest_attach.py",
        "tests/test_explore.py",
        "tests/test_shrink.py",
        # The jobs of others' pipelines, each a run of its own; hundreds of histories that others' judges have judged.
        "tests/ci/test_pipelines.py",
        "tests/test_bench_agreement.py",
        # A browser.
        "tests/session/up/test_watch.py",
        # What servers do, whatever the harness does.
        "tests/clusters/test_emptied_queue.py",
        "tests/clusters/test_majority.py",
        "tests/clusters/test_postgres.py",
        "tests/clusters/test_queue_owner.py",
        "tests/clusters/test_stale_reads.py",
        "tests/clusters/test_strangers.py",
        "tests/forensics/test_real_losses.py",
    }
)
#: Those of them in which each test has a system of its own: a part of the file has a turn, not the whole file.
_APART = frozenset({"tests/messages/test_hostile.py"})
#: How many runs of CI have all of `_SELDOM` between them.
_TURNS = 3
#: Which turn it is: .ci/run counts commits.
_TURN = int(os.environ.get("HARNESS_TURN") or date.today().toordinal())
#: What each pipeline sees as well: the quick half injects these faults into real servers, with their proofs.
_NIGHTLY = frozenset(
    {
        "tests/faults/test_interposed.py",
        "tests/faults/test_packets.py",
        "tests/faults/test_sides.py",
        "tests/faults/test_slow.py",
    }
)
#: About how many seconds tests that share something take, where that is long: who begins with these ends in time.
_SECONDS = {
    _OF_THE_SESSION: 140,
    "three members and three brokers": 110,
    "tests/messages/test_hostile.py": 200,
    "tests/docs/test_own_system.py": 85,
    "tests/docs/test_tutorial.py": 85,
    "what the dead left": 50,
    "tests/package/test_wheel.py": 35,
    "tests/grading/test_grade.py": 200,
    "tests/messages/test_flask_example.py": 50,
    "tests/messages/test_starting.py": 50,
    "tests/messages/test_composed.py": 50,
    "tests/messages/test_own_images.py": 40,
    "tests/docs/test_extending.py": 25,
}


class _Longest(LoadFileScheduling):  # type: ignore[misc]
    """Gives a worker all tests that share what is dear to start, or that would meet; those that take longest first.

    The markers of xdist that say so (`loadgroup`) have no effect under pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return _OF_THE_SESSION if file.startswith(_OF_THE_SESSION) else _SHARED.get(file, file)

    def _assign_work_unit(self, node: WorkerController) -> None:
        self.workqueue.move_to_end(max(self.workqueue, key=lambda unit: _SECONDS.get(unit, 0)), last=False)
        super()._assign_work_unit(node)


def pytest_xdist_auto_num_workers() -> int:
    """Half as many again as there are cores: in `make check`, too, a third of what a test takes is waiting."""
    cores = len(os.sched_getaffinity(0))
    return cores + (cores + 1) // 2


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    return _Longest(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks every test that starts servers, which `make check` leaves out, and those that others leave out as well."""
    of_the_file: Counter[str] = Counter()
    for item in items:
        if _RUN in getattr(item, "fixturenames", ()) or any(mark.name in _SERVERS for mark in item.iter_markers()):
            item.add_marker("servers")
        file = item.nodeid.partition("::")[0]
        if file in _SELDOM:
            item.add_marker("seldom")
            place = sorted(_SELDOM).index(file) + of_the_file[file] * (file in _APART)
            of_the_file[file] += 1
            if place % _TURNS == _TURN % _TURNS:
                item.add_marker("turn")
        if file in _NIGHTLY:
            item.add_marker("nightly")


def pytest_collection_finish() -> None:
    """Spares collections of garbage all that was imported: a run of pytest within this one has two of them."""
    gc.freeze()


@pytest.fixture
def report(request: pytest.FixtureRequest, tmp_path: Path) -> ScenarioReport:
    """The harness' own tests are no scenarios: they leave nothing in the report folder."""
    return fixtures.report(request, ReportFolder(tmp_path / "reports"))


@pytest.fixture(params=["8m"])
def small_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A disk of that size."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={request.param}", "tmpfs", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
