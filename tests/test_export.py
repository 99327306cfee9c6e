"""A history that is exported is the same history to readers that are not ours, and what can't be exported is said."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import edn_format
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from bench.jepsen import from_edn, is_same
from harness.checks import evaluate
from harness.cli import main
from harness.errors import BadInputError
from harness.events import Event
from harness.export import edn, jepsen, porcupine
from harness.reading import read

STORIES = sorted(Path(__file__).parent.joinpath("histories").glob("*.jsonl"))
STALE = next(path for path in STORIES if path.stem == "stale-read")
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12)
EVENTS = st.builds(
    Event,
    st.integers(0),
    st.integers(0) | st.just("nemesis"),
    st.sampled_from(["invoke", "ok", "fail", "info"]),
    st.sampled_from(["read", "undo-kill", "a new leader", "1st", ""]),
    VALUES,
    st.integers(0),
    st.none() | st.text(),
)


def export(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["export", *map(str, arguments)])
    return result.exit_code, result.output


@given(EVENTS)
def test_an_event_is_the_same_after_edn(event: Event) -> None:
    (line,) = jepsen.lines([event])
    assert "\n" not in line
    assert is_same([event], from_edn(line))


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_a_history_and_its_verdict_are_the_same_after_edn(path: Path) -> None:
    status, text = export(path, "--as", "edn")
    assert status == 0
    again = from_edn(text)
    assert is_same(read(path), again)
    assert evaluate(again) == evaluate(read(path))


def test_what_jepsen_has_keywords_for_is_one() -> None:
    events = [
        Event(0, 1, "invoke", "write", ["x", 1], 12),
        Event(1, "nemesis", "info", "kill", {"nodes": ["a-1"]}, 13),
        Event(2, 1, "info", "write", ["x", 1], 14, "timed out"),
        Event(3, 2, "ok", "txn", [["append", "x", 1], ["r", "y", None]], 15),
    ]
    assert list(jepsen.lines(events)) == [
        '{:index 0, :time 12, :process 1, :type :invoke, :f :write, :value ["x" 1]}',
        '{:index 1, :time 13, :process :nemesis, :type :info, :f :kill, :value {"nodes" ["a-1"]}}',
        '{:index 2, :time 14, :process 1, :type :info, :f :write, :value ["x" 1], :error "timed out"}',
        '{:index 3, :time 15, :process 2, :type :ok, :f :txn, :value [[:append "x" 1] [:r "y" nil]]}',
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [(1 << 63, "9223372036854775808N"), (-(1 << 63), "-9223372036854775808N"), (1.0, "1.0"), (True, "true")],
)
def test_numbers_are_told_apart(value: object, text: str) -> None:
    assert edn.written(value) == text
    assert repr(edn_format.loads(text)) == repr(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, b"x"])
def test_what_json_can_t_say_is_refused(value: object) -> None:
    with pytest.raises(BadInputError, match="can't be written as EDN"):
        edn.written([value])


def test_operations_on_registers_are_exported_for_porcupine(tmp_path: Path) -> None:
    assert export(STALE, "--as", "porcupine", "--to", tmp_path / "h") == (0, "")
    found = [json.loads(line) for line in tmp_path.joinpath("h").read_text().splitlines()]
    assert [(one["f"], one["key"], one["value"]) for one in found] == [
        ("write", "x", 1),
        ("write", "x", 2),
        ("read", "x", 2),
        ("read", "x", 1),
    ]
    assert all(one["call"] < one["return"] for one in found)


def test_what_says_nothing_is_left_out() -> None:
    events = [
        *(Event(0, 1, "invoke", "write", ["x", 1], 0), Event(1, 1, "fail", "write", ["x", 1], 0)),
        *(Event(2, 2, "invoke", "read", ["x", None], 0), Event(3, 2, "info", "read", ["x", None], 0)),
        *(Event(4, 3, "invoke", "cas", ["x", [1, 2]], 0), Event(5, 3, "info", "cas", ["x", [1, 2]], 0)),
        Event(6, 4, "invoke", "write", ["x", 3], 0),
    ]
    found = [json.loads(line) for line in porcupine.lines(events)]
    assert [(one["f"], one["value"], one["return"]) for one in found] == [("cas", [1, 2], None), ("write", 3, None)]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ('{"index":0}\n', "line 1: an event without time"),
        ("", "no operation of it is one on a register (write, read, cas)"),
        (
            '{"index":0,"time":0,"process":1,"type":"invoke","f":"write","value":7}\n',
            "line 1: the value of write (invoke) is 7; due was [key, value]",
        ),
    ],
)
def test_a_history_that_can_t_be_exported_is_one_line(tmp_path: Path, content: str, complaint: str) -> None:
    path = tmp_path / "h.jsonl"
    path.write_text(content)
    status, output = export(path, "--as", "porcupine")
    assert status == 2
    assert output.startswith(f"error: {path}")
    assert complaint in output
    assert output.count("\n") == 1


def test_half_a_compressed_history_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl.gz"
    path.write_bytes(gzip.compress(STALE.read_bytes())[:-9])
    status, output = export(path, "--as", "edn")
    assert status == 2
    assert "is no whole gz file" in output
    assert output.count("\n") == 1


def test_a_history_is_not_overwritten_by_its_export(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    path.write_bytes(STALE.read_bytes())
    status, output = export(path, "--as", "edn", "--to", path)
    assert (status, output) == (2, f"error: {path} is the history itself; name another file to write to\n")
    assert path.read_bytes() == STALE.read_bytes()


def test_a_file_that_can_t_be_written_is_one_line(tmp_path: Path) -> None:
    assert export(STALE, "--as", "edn", "--to", tmp_path / "no" / "h")[1].startswith("error: ")
    assert export(STALE, "--as", "edn", "--to", tmp_path / "no" / "h")[0] == 2
