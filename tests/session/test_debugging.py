"""A look into one scenario: its report, its system kept, its requests shown; and that no secret gets out with it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from harness.report import html
from tests.running import ROOT, run, start

#: A map without a backup, whose checker is told that it had one: certain to fail, and no more than three servers.
_LOSING = '''
"""Something that loses."""

import pytest

from harness import Kill, assert_holds, node
from harness.servers.hazelcast import hazelcast, member_list_of, partitions_safe
from harness.servers.hazelcast.checkers import lost_partitions
from harness.servers.hazelcast.workloads.keys import Keys

pytestmark = [
    pytest.mark.faulttolerance,
    pytest.mark.hazelcast,
    pytest.mark.guarantee("no entry is lost"),
    pytest.mark.system(hazelcast()),
]


def test_losing_a_member_loses_nothing(system, faults):
    """60 keys without a backup; one member is killed."""
    keys = Keys(system, backups="0")
    keys.put(60)
    faults.inject(Kill(), node("hazelcast-1")).until(member_list_of(2)).until(partitions_safe())
    keys.read()
    assert_holds(system.history, lost_partitions.check, share=0)
'''
_CANARY = "canary-5d1e0a"


def _arguments(folder: Path) -> list[str]:
    scenario = folder / "test_losing.py"
    scenario.write_text(_LOSING)
    # From a folder of its own, as a foreign suite would; the plugin has to be named then.
    return [
        "pytest",
        "-p",
        "harness.plugin",
        "-c",
        str(ROOT / "pytest.ini"),
        f"--reports={folder / 'reports'}",
        str(scenario),
    ]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--keep-topology=maybe", "--keep-topology 'maybe' is unknown; choose one of never, on-failure, always"),
        ("--pause-at=lunch", "--pause-at 'lunch' is unknown; choose one of before-fault, after-fault"),
    ],
)
def test_a_bad_value_is_one_line_and_status_2(option: str, message: str) -> None:
    status, output = run("pytest", "scenarios", option)
    assert status == 2
    assert message in output
    assert "Traceback" not in output


def test_a_pause_needs_a_terminal() -> None:
    process = start("pytest", "scenarios", "--pause-at=end", own_session=True)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "--pause-at asks at a terminal, and this run has none" in output


@pytest.mark.servers
def test_a_failure_is_told_in_words_kept_for_a_look_and_shows_no_secret(tmp_path: Path) -> None:
    process = start(*_arguments(tmp_path), "--keep-topology=on-failure", SECRET_TOKEN=_CANARY)
    assert process.stdout
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if "harness down lets this run go on" in line:
            break
    else:
        pytest.fail("it never kept its system:\n" + "".join(lines))
    try:
        _, shown = run("harness", "status", "--json")
        nodes = {node["name"]: node["phase"] for node in json.loads(shown)["nodes"]}
        assert nodes == {"hazelcast-1": "exited", "hazelcast-2": "running", "hazelcast-3": "running"}
    finally:
        # Else it would hold its system, and what asks for one, for as long as the checkout is there.
        down = run("harness", "down")
    assert down == (0, "the run that held it goes on\n")
    lines.append(process.communicate(timeout=60)[0])
    output = "".join(lines)

    assert process.returncode == 1
    assert re.search(r"^\d+ of 60 keys are gone, although a copy of each survived\.$", output, re.MULTILINE)
    assert re.search(
        r"All \d+ were acknowledged before the kill of hazelcast-1 \(.*\), the last [0-9.]+ m?s before it", output
    )
    assert "guarantee broken: lost" in output
    assert "harness/assertions.py" not in output, "no traceback into the harness"
    assert 'repeat it: pytest "' in output
    _check_reports(tmp_path / "reports")


def _check_reports(folder: Path) -> None:
    if shutil.which("npx"):
        assert html.make(folder) == html.make(folder)
        assert len((folder / "history.jsonl").read_text().splitlines()) == 1, "a run is in the trend once"
    (result,) = folder.glob("allure-results/*-result.json")
    found = json.loads(result.read_text())
    labels = {label["name"]: label.get("value") for label in found["labels"]}
    assert (labels["epic"], labels["feature"], labels["story"]) == ("Hazelcast", "no entry is lost", "kill hazelcast")
    attached = {attachment["name"] for attachment in found["attachments"]}
    assert {"operations and faults", "topology before and after", "history", "timeline: lost"} <= attached
    assert "❌ broken" in (folder / "summary.md").read_text()
    for path in folder.rglob("*"):
        assert not path.is_file() or _CANARY not in path.read_text(errors="replace"), path
