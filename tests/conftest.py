"""What tests of several folders need."""

from __future__ import annotations

import gc
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from harness.plugin import fixtures
from harness.report.folder import ReportFolder
from harness.report.scenario import ScenarioReport

# How long an example takes is the machine's business. `make test-all` asks for the second: --hypothesis-profile=all.
settings.register_profile("check", deadline=None, max_examples=50)
settings.register_profile("all", deadline=None, max_examples=1000)
settings.load_profile("check")

#: What a test asks for that starts servers or containers.
_SERVERS = {"docker", "process"}
_RUN = "harness_run"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks every test that starts servers, so that `make check` can leave them all out."""
    for item in items:
        if _RUN in getattr(item, "fixturenames", ()) or any(mark.name in _SERVERS for mark in item.iter_markers()):
            item.add_marker("servers")


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
