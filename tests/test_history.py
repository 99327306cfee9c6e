"""The history survives its recorder, pairs up, and names what is broken in a file."""

import gzip
import json
import lzma
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.errors import EnvironmentUnfitError
from harness.events import Event, HistoryError, operations
from harness.history import History
from harness.reading import read, salvage


def test_what_is_recorded_can_be_read_back(tmp_path: Path) -> None:
    with History.open(tmp_path / "h.jsonl") as history:
        history.invoke(1, "post", {"id": "a"}).ok({"id": "a", "partition": 0})
        history.event("kill", {"nodes": ["kafka-1"]})
        history.invoke(2, "get").info("ReadTimeout")
    assert read(tmp_path / "h.jsonl") == tuple(history.events)


@pytest.mark.parametrize(("kind", "compress"), [("gz", gzip.compress), ("xz", lzma.compress)])
def test_a_compressed_history_is_read_as_it_was(tmp_path: Path, kind: str, compress: Callable[[bytes], bytes]) -> None:
    with History.open(tmp_path / "h.jsonl") as history:
        history.invoke(1, "post", {"id": "a"}).ok()
    whole = compress((tmp_path / "h.jsonl").read_bytes())
    (tmp_path / f"h.jsonl.{kind}").write_bytes(whole)
    assert read(tmp_path / f"h.jsonl.{kind}") == read(tmp_path / "h.jsonl")
    (tmp_path / f"h.jsonl.{kind}").write_bytes(whole[:-9])
    with pytest.raises(OSError, match=rf"h\.jsonl\.{kind} is no whole {kind} file"):
        read(tmp_path / f"h.jsonl.{kind}")


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


GOOD = '{"index":0,"time":1,"process":1,"type":"invoke","f":"post","value":null}\n'
OK = '{"index":1,"time":2,"process":1,"type":"ok","f":"post","value":null}\n'


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (OK[:-9], "the line is cut off"),
        (OK[:-1], "the line is cut off"),
        ("post\n", "not JSON"),
        ("[1, 2]\n", "not an event, which is a JSON object"),
        (OK.replace('"f":"post",', ""), "an event without f"),
        (OK.replace("ok", "maybe"), "type 'maybe' is none of invoke, ok, fail, info"),
        (OK.replace('"time":2', '"time":"2"'), "time can't be '2'"),
        (OK.replace('"index":1', '"index":true'), "index can't be True"),
        (OK.replace('"index":1', '"index":2'), "index 2 where 1 was due: a line is missing, double or misplaced"),
        (GOOD, "index 0 where 1 was due"),
        (OK.replace('"time":2', '"time":0'), "index 1 at time 0 is out of order"),
        (OK.replace('"process":1', '"process":7'), r"process 7 completes post \(ok\), which it is not in"),
    ],
)
def test_the_sound_beginning_is_kept_and_the_broken_line_is_named(tmp_path: Path, line: str, complaint: str) -> None:
    path = tmp_path / "h.jsonl"
    path.write_text(GOOD + line)
    events, broken = salvage(path)
    assert len(events) == 1
    with pytest.raises(HistoryError, match=f"h.jsonl, line 2: {complaint}"):
        raise broken or AssertionError
    with pytest.raises(HistoryError, match=complaint):
        read(path)


@pytest.mark.parametrize(
    ("events", "complaint"),
    [
        ([(0, 1, "ok", 1)], r"line 1: process 1 completes post \(ok\), which it is not in"),
        ([(0, 1, "invoke", 1), (1, 1, "invoke", 2)], "line 2: process 1 invokes post, but it is still in an earlier"),
        ([(0, 1, "invoke", 1), (1, 1, "info", 2), (2, 1, "invoke", 3)], "line 3: process 1 invokes post, but it has"),
        ([(0, 1, "invoke", 5), (1, 1, "ok", 4)], "line 2: index 1 at time 4 is out of order"),
        ([(0, 1, "invoke", 5), (0, 1, "ok", 6)], "line 2: index 0 at time 6 is out of order"),
        ([(0, "nemesis", "ok", 5)], "line 1: type 'ok' of process 'nemesis'"),
    ],
)
def test_events_that_do_not_pair_up_are_named(events: list[tuple[int, int, str, int]], complaint: str) -> None:
    made = [Event(index, process, type_, "post", None, time) for index, process, type_, time in events]  # type: ignore[arg-type]
    with pytest.raises(HistoryError, match=complaint):
        operations(made)


def test_an_operation_that_never_ended_is_unknown() -> None:
    (operation,) = operations([Event(0, 1, "invoke", "post", None, 1)])
    assert operation.outcome == "info"


def test_a_client_goes_on_as_a_new_process_after_an_unknown_outcome(tmp_path: Path) -> None:
    with History.open(tmp_path / "h.jsonl") as history:
        client, other = history.client(), history.client()
        client.invoke("post").ok()
        client.invoke("post").info("ReadTimeout")
        client.invoke("post").ok()
        other.invoke("post").ok()
    assert [operation.invoke.process for operation in read(tmp_path / "h.jsonl").operations] == [1, 1, 2, 3]


def test_what_is_known_of_an_unknown_outcome_is_recorded_with_it(tmp_path: Path) -> None:
    with History.open(tmp_path / "h.jsonl") as history:
        history.client().invoke("post", {"id": "a"}).info("503", queued=False)
    (operation,) = read(tmp_path / "h.jsonl").operations
    assert operation.completion is not None
    assert (operation.outcome, operation.completion.value) == ("info", {"id": "a", "queued": False})
    assert operation.value == {"id": "a"}


def test_an_operation_completes_once(tmp_path: Path) -> None:
    with History.open(tmp_path / "h.jsonl") as history:
        operation = history.invoke(1, "post")
        operation.ok()
        with pytest.raises(HistoryError, match="post of process 1 is fail, but was ok before"):
            operation.fail("refused")
    assert len(history.events) == 2


def test_what_is_no_json_is_refused_and_leaves_no_trace(tmp_path: Path) -> None:
    with History.open(tmp_path / "h.jsonl") as history:
        with pytest.raises(ValueError, match="JSON"):
            history.invoke(1, "post", float("nan"))
        history.invoke(1, "post", "a").ok()
    assert len(read(tmp_path / "h.jsonl")) == 2


def _record_until_full(path: Path) -> None:
    """Records until it fails, and goes on as clients do that have not heard of it."""
    with History.open(path) as history:
        client = history.client()

        def post() -> None:
            for number in range(100_000):
                client.invoke("post", {"id": f"id-{number}", "msg": "x" * (number % 700)}).ok()

        with pytest.raises(EnvironmentUnfitError, match=r"h\.jsonl can't be written any more: "):
            post()
        recorded = tuple(history.events)
        (path.parent / "rubbish").unlink(missing_ok=True)
        with pytest.raises(EnvironmentUnfitError, match="can't be written any more"):
            history.event("kill", {"nodes": ["kafka-1"]})
    assert read(path) == recorded
    assert len(recorded) > 2


@pytest.mark.parametrize("small_disk", ["64k"], indirect=True)
def test_a_full_disk_leaves_the_history_up_to_there(small_disk: Path) -> None:
    (small_disk / "rubbish").write_bytes(b"x" * 20_000)
    _record_until_full(small_disk / "h.jsonl")


@pytest.mark.parametrize("most", [4096, 5000, 5001, 9999])
def test_a_line_of_which_only_a_part_was_written_is_taken_back(tmp_path: Path, most: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        _record_until_full(tmp_path / "h.jsonl")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_history_that_cannot_be_made_is_named_and_no_link_is_followed(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentUnfitError, match=r"h\.jsonl can't be made: No such file or directory"):
        History.open(tmp_path / "nowhere" / "h.jsonl")
    (tmp_path / "stranger").write_text("years")
    (tmp_path / "h.jsonl").symlink_to(tmp_path / "stranger")
    with pytest.raises(EnvironmentUnfitError, match="can't be made"):
        History.open(tmp_path / "h.jsonl")
    assert (tmp_path / "stranger").read_text() == "years"
