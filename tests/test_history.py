"""The history survives its recorder, pairs up, and names what is broken in a file."""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.history import Event, History, HistoryError, operations, read


def test_what_is_recorded_can_be_read_back(tmp_path: Path) -> None:
    with History.open(tmp_path / "h.jsonl") as history:
        history.invoke(1, "post", {"id": "a"}).ok({"id": "a", "partition": 0})
        history.event("kill", {"nodes": ["kafka-1"]})
        history.invoke(2, "get").info("ReadTimeout")
    assert read(tmp_path / "h.jsonl") == tuple(history.events)


def test_the_lines_have_the_field_names_of_jepsen(tmp_path: Path) -> None:
    with History.open(tmp_path / "h.jsonl") as history:
        history.invoke(1, "post", {"id": "a"}).fail("refused")
    last = json.loads((tmp_path / "h.jsonl").read_text().splitlines()[-1])
    assert last.keys() == {"index", "time", "process", "type", "f", "value", "error"}


def test_threads_do_not_mix_their_lines(tmp_path: Path) -> None:
    with History.open(tmp_path / "h.jsonl") as history, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda process: [history.invoke(process, "post", "x" * 500).ok() for _ in range(50)], range(8)))
    assert len(operations(read(tmp_path / "h.jsonl"))) == 400


def test_a_killed_recorder_loses_at_most_its_last_line(tmp_path: Path) -> None:
    recorder = (
        "import sys, pathlib\n"
        "from harness.history import History\n"
        "history = History.open(pathlib.Path(sys.argv[1]))\n"
        "for number in range(10**9):\n"
        "    history.invoke(1, 'post', number).ok()\n"
        "    print(number, flush=True)\n"
    )
    path = tmp_path / "h.jsonl"
    process = subprocess.Popen([sys.executable, "-c", recorder, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    told = [next(process.stdout) for _ in range(500)]
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    whole = [line for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]
    assert len(whole) >= 2 * len(told)


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        (['{"index":0'], "line 1: not an event"),
        (['{"index":0,"time":1,"process":1,"type":"maybe","f":"post","value":null}'], "type 'maybe' is none of"),
        (['{"index":0,"time":1,"process":1,"f":"post","value":null}'], "line 1: not an event"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, lines: list[str], complaint: str) -> None:
    path = tmp_path / "h.jsonl"
    path.write_text("\n".join(lines))
    with pytest.raises(HistoryError, match=complaint):
        read(path)


@pytest.mark.parametrize(
    ("events", "complaint"),
    [
        ([(0, 1, "ok", 1)], "line 1: process 1 completes post, which it did not invoke"),
        ([(0, 1, "invoke", 1), (1, 1, "invoke", 2)], "line 2: process 1 invokes post before its last one ended"),
        ([(0, 1, "invoke", 1), (1, 1, "info", 2), (2, 1, "invoke", 3)], "line 3: process 1 invokes post before"),
        ([(0, 1, "invoke", 5), (1, 1, "ok", 4)], "line 2: out of order"),
        ([(0, 1, "invoke", 5), (0, 1, "ok", 6)], "line 2: out of order"),
    ],
)
def test_events_that_do_not_pair_up_are_named(events: list[tuple[int, int, str, int]], complaint: str) -> None:
    made = [Event(index, process, type_, "post", None, time) for index, process, type_, time in events]  # type: ignore[arg-type]
    with pytest.raises(HistoryError, match=complaint):
        operations(made)


def test_an_operation_that_never_ended_is_unknown() -> None:
    (operation,) = operations([Event(0, 1, "invoke", "post", None, 1)])
    assert operation.outcome == "info"
