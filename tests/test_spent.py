"""What the time of a scenario is spent on."""

import threading
import time
from pathlib import Path

from harness.spent import On, settled, spending
from harness.waiting import until
from tests.running import ROOT, run

_SUITE = """
import time
import pytest
from harness.assertions import demand, Demand
from harness.checkers import counter
from harness.waiting import until

@pytest.mark.faulttolerance
def test_waits(history):
    began = time.monotonic()
    until("a second to pass", lambda: time.monotonic() > began + 1, timeout_s=5)
    time.sleep(0.5)

@pytest.mark.faulttolerance
def test_does_nothing(history):
    pass
"""


def test_what_begins_within_something_is_part_of_that() -> None:
    settled()
    with spending(On.START):
        until("a moment", lambda: time.sleep(0.05) is None, timeout_s=1)
        with spending(On.FAULT):
            pass
    with spending(On.CHECK):
        pass
    assert settled().keys() == {On.START, On.CHECK}
    assert not settled()


def test_other_threads_do_not_count() -> None:
    settled()

    @spending(On.WAIT)
    def waits() -> None:
        pass

    thread = threading.Thread(target=waits)
    thread.start()
    thread.join()
    assert not settled()
    waits()
    assert settled().keys() == {On.WAIT}


def test_a_run_says_where_its_time_went(tmp_path: Path) -> None:
    (tmp_path / "test_waiting.py").write_text(_SUITE)
    plugin = ("-p", "harness.plugin", "-c", str(ROOT / "pytest.ini"), "-p", "no:cacheprovider", f"--rootdir={tmp_path}")
    status, output = run("pytest", *plugin, "--where-time-goes", str(tmp_path), cwd=tmp_path)
    assert status == 0, output
    table = output.partition("where the time went")[2].splitlines()
    (waits,) = [line.split() for line in table if line.strip().startswith("waits")]
    (everything,) = [line.split() for line in table if line.strip().startswith("all 2")]
    assert 1.0 <= float(waits[1]) < float(waits[-1])
    assert 0.5 <= float(waits[-2]) < 1.5
    assert float(everything[-1]) >= float(waits[-1])
    _, output = run("pytest", *plugin, str(tmp_path), cwd=tmp_path)
    assert "where the time went" not in output
