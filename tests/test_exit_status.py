"""The exit status of a run says what kind of failure it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.report.folder import ReportFolder
from tests.running import ROOT, run

_HEAD = """
import pytest
from harness.checkers import counter
from harness.checkers.verdict import Anomaly, Validity, Verdict, checker
from harness.errors import BadInputError, EnvironmentUnfitError, FaultDidNotBiteError, InconclusiveError
from harness.assertions import Demand, GuaranteeBrokenError, assert_broken, assert_holds, demand

pytestmark = pytest.mark.faulttolerance

@checker
def rash(events) -> Verdict:
    raise KeyError("x")

def count(history, shown):
    for process in (1, 2):
        history.invoke(process, "increment", 1).ok(1)
    history.invoke(3, "read").ok(shown)

def test_holds(): pass
"""
_ENDS = {
    "broken": "raise GuaranteeBrokenError(Verdict(Validity.INVALID, (Anomaly('lost', '1 of 2 is gone'),)))",
    "permitted loss": "count(history, 1); demand(history, Demand(counter.check, causes={'lost update': 'no locks'}))",
    "broken test": "count(history, 2); assert_broken(history, counter.check, 'lost update')",
    "inconclusive": "raise InconclusiveError('there was no traffic')",
    "no bite": "raise FaultDidNotBiteError('it still runs')",
    "error": "raise KeyError('x')",
    "unfit": "raise EnvironmentUnfitError('the engine is gone')",
    "raising checker": "assert_holds(history, rash)",
    "odd value": "history.invoke(1, 'read').ok('rubbish'); assert_holds(history, counter.check)",
    "odd argument": "assert_holds(history, counter.check, initial=0.5)",
    "bad input": "raise BadInputError('there is no node 7')",
}


def _run(folder: Path, *ends: str) -> tuple[int, str, str]:
    scenarios = "".join(f"\ndef test_{number}(history):\n    {_ENDS[end]}\n" for number, end in enumerate(ends))
    (folder / "test_ends.py").write_text(_HEAD + scenarios)
    status, output = _pytest(folder)
    return status, output, (folder / "reports" / "summary.md").read_text()


def _pytest(folder: Path, reports: Path | None = None) -> tuple[int, str]:
    plugin = ("-p", "harness.plugin", "-c", str(ROOT / "pytest.ini"))
    return run("pytest", *plugin, f"--reports={reports or folder / 'reports'}", str(folder / "test_ends.py"))


@pytest.mark.parametrize(
    ("ends", "status", "words"),
    [
        ((), 0, "1 scenario: 1 held"),
        (("inconclusive", "no bite"), 3, "1 held, 2 inconclusive"),
        (("inconclusive", "broken"), 1, "1 held, 1 broken, 1 inconclusive"),
        (("permitted loss", "broken test"), 1, "1 held, 1 permitted loss, 1 broken test"),
        (("error",), 1, "1 held, 1 error"),
        (("unfit", "inconclusive"), 2, "1 held, 1 inconclusive, 1 unfit"),
        (("raising checker",), 3, "1 held, 1 inconclusive"),
        (("bad input",), 2, "1 held, 1 unfit"),
        (("odd value", "odd argument"), 2, "1 held, 2 unfit"),
        (("unfit", "broken"), 1, "1 held, 1 broken, 1 unfit"),
    ],
)
def test_what_failed_decides_the_status(tmp_path: Path, ends: tuple[str, ...], status: int, words: str) -> None:
    found, output, summary = _run(tmp_path, *ends)
    assert found == status, output
    assert words in summary


def test_a_failure_begins_with_what_happened_and_has_no_traceback(tmp_path: Path) -> None:
    _, output, summary = _run(tmp_path, "broken")
    told = output.partition("test_0 ___")[2].splitlines()[1:4]
    assert told[0] == "1 of 2 is gone."
    assert "guarantee broken: lost" in told
    assert "assertions.py" not in output
    assert "> 1 of 2 is gone." in summary


def test_a_permitted_loss_ends_with_its_cause_and_says_that_it_is_one(tmp_path: Path) -> None:
    _, output, summary = _run(tmp_path, "permitted loss")
    assert "these settings permit it: no locks" in summary
    assert "permitted loss: lost update" in output


def test_the_next_run_knows_all_that_a_run_leaves(tmp_path: Path) -> None:
    _run(tmp_path, "broken")
    assert len(list((tmp_path / "reports").iterdir())) > 3
    ReportFolder(tmp_path / "reports").close()
    assert [path.name for path in (tmp_path / "reports").iterdir()] == [".harness-reports"]


@pytest.mark.servers
def test_a_system_that_does_not_come_up_is_status_2(tmp_path: Path) -> None:
    (tmp_path / "test_ends.py").write_text(
        "import pytest\n"
        "from harness.servers.kafka import kafka\n"
        "@pytest.mark.faulttolerance\n"
        "@pytest.mark.system(kafka(1, settings={'node.id': 'none'}))\n"
        "def test_starts(system): pass\n"
    )
    status, output = _pytest(tmp_path)
    assert status == 2
    assert "the system did not come up: kafka-1 exited with status 1 before it was ready" in output
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("marker", "words"),
    [
        ("kafka(3), wings=2", "it takes values, such as kafka(3), and no wings=..."),
        ("3", "3 is no part of a system: give kinds of servers, such as kafka(3)"),
        ("kafka(3), kafka(1)", "a system has Kafka only once"),
        ("hazelcast(stored=True)", "3 Hazelcast members with a map store: this needs Postgres in the same system"),
        ("messages(), hazelcast()", 'messages(queue="kafka") needs kafka() in the same system'),
        ("", "a system has kinds of servers and one application at most"),
    ],
)
def test_a_marker_of_what_no_system_can_be_made_of_is_status_2(tmp_path: Path, marker: str, words: str) -> None:
    (tmp_path / "test_ends.py").write_text(
        "import pytest\n"
        "from harness.messages import messages\n"
        "from harness.servers.hazelcast import hazelcast\n"
        "from harness.servers.kafka import kafka\n"
        f"@pytest.mark.system({marker})\n"
        "def test_starts(system): pass\n"
    )
    status, output = _pytest(tmp_path)
    assert status == 2
    assert "test_starts: the marker `system`: " in output
    assert words in output
    assert "Traceback" not in output


@pytest.mark.parametrize("argument", ["'network'", "3"])
def test_a_marker_of_a_need_that_is_no_fault_is_status_2(tmp_path: Path, argument: str) -> None:
    (tmp_path / "test_ends.py").write_text(
        "import pytest\n"
        "from harness.servers.kafka import kafka\n"
        "@pytest.mark.system(kafka(1))\n"
        f"@pytest.mark.needs({argument})\n"
        "def test_starts(system): pass\n"
    )
    status, output = _pytest(tmp_path)
    assert status == 2
    assert f"the marker `needs` takes faults, such as Isolate(), and not {argument}" in output
    assert "Traceback" not in output


_GONE = """

@pytest.fixture
def system(history, report):
    class Gone:
        def __init__(self):
            self.history = history
        def __getattr__(self, name):
            raise OSError("the engine is gone")
    gone = Gone()
    report.begin(gone, backend="docker", timings="fast")
    return gone
"""


@pytest.mark.parametrize(("end", "status", "words"), [("pass", 0, "2 held"), (_ENDS["broken"], 1, "1 held, 1 broken")])
def test_a_report_that_fails_changes_no_verdict(tmp_path: Path, end: str, status: int, words: str) -> None:
    (tmp_path / "test_ends.py").write_text(f"{_HEAD}{_GONE}\ndef test_reported(system):\n    {end}\n")
    found, output = _pytest(tmp_path)
    assert found == status, output
    assert words in (tmp_path / "reports" / "summary.md").read_text()
    assert "test_reported, the topology at the end: OSError('the engine is gone')" in output
    assert "test_reported, the logs: OSError('the engine is gone')" in output


_FILLS = """

def test_fills_the_disk(history):
    with open("{rubbish}", "wb", buffering=0) as rubbish:
        try:
            while True:
                rubbish.write(b"x" * 4096)
        except OSError:
            pass
    for number in range(1000):
        history.invoke(1, "post", {{"id": number, "msg": "x" * 99}}).ok()
"""


@pytest.mark.parametrize("small_disk", ["256k"], indirect=True)
def test_a_full_disk_is_an_unfit_environment_wherever_it_shows(tmp_path: Path, small_disk: Path) -> None:
    (tmp_path / "test_ends.py").write_text(_HEAD + _FILLS.format(rubbish=small_disk / "rubbish"))
    status, output = _pytest(tmp_path, reports=small_disk / "reports")
    assert status == 2, output
    assert "INTERNALERROR" not in output
    assert "Traceback" not in output
    assert "can't be written any more: No space left on device" in output
    assert "JUnit XML: OSError(28, 'No space left on device')" in output
    assert "2 scenarios: 1 held, 1 unfit" in output


def test_a_setup_in_an_unfit_environment_is_status_2(tmp_path: Path) -> None:
    body = "\n@pytest.fixture\ndef disk(): raise EnvironmentUnfitError('it is full')\n\ndef test_0(disk): pass\n"
    (tmp_path / "test_ends.py").write_text(_HEAD + body)
    assert _pytest(tmp_path)[0] == 2
