"""What tests of several folders need."""

from __future__ import annotations

import gc
import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

from harness.plugin import fixtures
from harness.report.folder import ReportFolder
from harness.report.scenario import ScenarioReport
from tests import turns

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


class _Longest(LoadFileScheduling):  # type: ignore[misc]
    """Gives a worker all tests that share what is dear to start, or that would meet; those that take longest first.

    The markers of xdist that say so (`loadgroup`) have no effect under pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return turns.OF_THE_SESSION if file.startswith(turns.OF_THE_SESSION) else turns.shared(file)

    def _assign_work_unit(self, node: WorkerController) -> None:
        self.workqueue.move_to_end(max(self.workqueue, key=lambda unit: turns.SECONDS.get(unit, 0)), last=False)
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
        starts_servers = _RUN in getattr(item, "fixturenames", ()) or any(
            mark.name in _SERVERS for mark in item.iter_markers()
        )
        if starts_servers:
            item.add_marker("servers")
        file = item.nodeid.partition("::")[0]
        if file in turns.SELDOM:
            item.add_marker("seldom")
        if file in turns.SELDOM or (starts_servers and file in turns.SOMETIMES):
            item.add_marker("turns")
            if turns.is_its_turn(file, of_the_file[file]):
                item.add_marker("turn")
            of_the_file[file] += 1
        if file in turns.NIGHTLY:
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
