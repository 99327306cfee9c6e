"""A run on somebody's own system says what it left out, and leaves a page for the owner, with workers and without."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.running import ROOT, run

_SYSTEM = ROOT / "examples" / "flask" / "system.toml"
_LEFT_OUT = """
import pytest
from harness.messages import messages
from harness.servers.kafka import kafka

pytestmark = [pytest.mark.faulttolerance, pytest.mark.guarantee("all is kept")]

@pytest.mark.system(kafka(3))
@pytest.mark.parametrize("number", [1, 2])
def test_servers(system, number):
    pass

@pytest.mark.system(messages("hazelcast"))
def test_queue(system):
    pass
"""
_RUN = """
from harness.assertions import assert_holds
from harness.checkers import counter
from harness.errors import NodeStartError

def test_counted(history, report):
    '''One adds, and another one reads.
    What was added is counted.
    '''
    history.invoke(1, "increment", 1).ok(1)
    history.invoke(3, "read").ok(0)
    assert_holds(history, counter.check)

def test_started(report):
    raise NodeStartError("shop-1 exited with status 3")

def test_kept(report):
    pass
"""
_REASONS = ("2 it is about servers alone, without services", "1 it needs messages that go over Hazelcast")
WORKERS = pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "workers"])


def _pytest(folder: Path, *more: str) -> tuple[int, str]:
    plugin = ("-p", "harness.plugin", "-c", str(ROOT / "pytest.ini"), "-p", "no:cacheprovider")
    return run("pytest", *plugin, f"--rootdir={folder}", f"--system={_SYSTEM}", *more, str(folder), cwd=folder)


@WORKERS
def test_a_run_of_which_nothing_is_left_says_so_in_one_line(tmp_path: Path, workers: tuple[str, ...]) -> None:
    (tmp_path / "test_own.py").write_text(_LEFT_OUT)
    status, output = _pytest(tmp_path, *workers)
    assert status == pytest.ExitCode.NO_TESTS_COLLECTED, output
    (line,) = [line for line in output.splitlines() if line.startswith("nothing was tried")]
    assert "3 scenarios were left out" in line
    assert "it is about servers alone, without services (2); it needs messages that go over Hazelcast (1)" in line
    assert not (tmp_path / "reports").exists()


@WORKERS
def test_the_page_has_what_was_found_and_what_was_left_out(tmp_path: Path, workers: tuple[str, ...]) -> None:
    (tmp_path / "test_own.py").write_text(_LEFT_OUT + _RUN)
    status, output = _pytest(tmp_path, *workers)
    assert status == 1, output
    assert all(reason in output for reason in _REASONS), output
    assert "nothing was tried" not in output
    page = (tmp_path / "reports" / "owner.md").read_text()
    assert page.startswith(
        "# Flask example: what held, and what broke\n\nThe system is 3 logging, 2 messages, facade; "
    )
    assert "- 2 scenarios: it is about servers alone, without services" in page
    assert "### Not started: 1 of 3 scenarios\n\nShop-1 exited with status 3." in page
    assert "evidence: `reports/histories/test_own.py-test_counted.jsonl`" in page
    assert "has to hold: One adds, and another one reads. What was added is counted.\n" in page
    assert f"--system {_SYSTEM}" in page
    assert "**All is kept**, in 1 of 3 scenarios:\n\n- Kept" in page
    assert "not promised, or not said: whose messages a GET shows" in page


def test_a_run_without_somebodys_own_system_leaves_no_page(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text(_LEFT_OUT.partition("@pytest")[0] + _RUN)
    plugin = ("-p", "harness.plugin", "-c", str(ROOT / "pytest.ini"), "-p", "no:cacheprovider")
    run("pytest", *plugin, f"--rootdir={tmp_path}", str(tmp_path), cwd=tmp_path)
    assert (tmp_path / "reports" / "summary.md").exists()
    assert not (tmp_path / "reports" / "owner.md").exists()
