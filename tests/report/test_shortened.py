"""What of a long history is on the page: what a person reads as text, the whole to judge it again."""

from __future__ import annotations

import random
from pathlib import Path

from harness.history import History
from harness.reading import read
from harness.report import shortened


def _history(path: Path, operations: int) -> bytes:
    with History.open(path) as history:
        for number in range(operations):
            history.invoke(number, "put", {"key": f"key-{number}"}).ok()
        history.event("kill", {"nodes": ["hazelcast-1"], "why": "it owns most", "phase": "begin"})
        history.event("owners", {f"key-{number}": number for number in range(operations)})
    return path.read_bytes()


def test_the_text_has_what_was_done_and_a_glance_at_what_is_long(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    whole = _history(path, 1000)
    heading, killed, owners = shortened.text(path, whole, read(path)).splitlines()
    assert f"{path} has all 2002 events" in heading
    assert killed == whole.decode().splitlines()[-2]
    last = whole.decode().splitlines()[-1]
    assert owners == f"{last[:1000]} ... and {len(last) - 1000} more characters, which the file has"


def test_the_whole_beside_it_is_read_as_the_file_is(tmp_path: Path) -> None:
    path, beside = tmp_path / "h.jsonl", tmp_path / "h.jsonl.xz"
    beside.write_bytes(shortened.compressed(_history(path, 1000)))
    assert read(beside) == read(path)
    assert beside.stat().st_size < path.stat().st_size / 10


def test_what_is_long_even_when_compressed_is_in_its_file_only() -> None:
    assert shortened.compressed(random.Random(1).randbytes(26_000)) == b""
    assert shortened.compressed(b"a" * 2_000_001) == b""
    assert shortened.compressed(b"a" * 2_000_000)
