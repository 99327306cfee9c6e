"""What a person reads of a scenario: the failure in plain words, the row of the table, message by message."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from rich.console import Console

from harness.checkers import queue
from harness.report import messages, tables
from harness.report.forensics import explained
from harness.report.outcome import Figures, Outcome, Result, measured, title
from tests.report.histories import Told


def _lost_before_the_kill() -> Told:
    told = Told().post(1, at=0, partition=1).post(2, at=10, partition=2).post(3, at=20, partition=2)
    told.fault("kill", "kafka-2", at=65, why="it leads partition 2")
    return told.drain(at=900, messages_1=[1])


def test_a_failure_says_what_the_lost_messages_have_in_common() -> None:
    events = _lost_before_the_kill().events
    words = explained(queue.check(events, exactly_once=True).anomalies, events)
    assert words.splitlines() == [
        "2 of 3 acknowledged messages never reached a messages instance: m-2, m-3; acknowledged in partition 2.",
        "  All 2 were in partition 2.",
        "  All 2 were logged by logging-1.",
        "  All 2 were acknowledged before the kill of kafka-2 (it leads partition 2), the last 40 ms before it.",
    ]


def test_losses_on_both_sides_of_a_fault_are_told_apart() -> None:
    told = Told().post(1, at=0, partition=1).post(2, at=100, partition=2).post(3, at=130, partition=1)
    events = told.fault("pause", "kafka-1", at=100).drain(at=900, messages_1=[]).events
    words = explained(queue.check(events, exactly_once=True).anomalies, events)
    assert "1 was acknowledged before the pause of kafka-1" in words
    assert "the last 95 ms before it; 2 after it, the first 5 ms after it" in words
    assert "were in partition" not in words


def test_the_figures_of_a_history() -> None:
    assert measured(_lost_before_the_kill().events) == Figures(("kill kafka-2",), 3, 2, 0.005)


def test_a_history_that_no_checker_knows_has_no_loss() -> None:
    assert measured(Told().post(1, at=0, outcome="info").events).lost is None


def test_a_title_is_the_name_as_words_and_its_parameters() -> None:
    assert title("scenarios/test_x.py::test_losing_one_loses_nothing[10-stop]") == "losing one loses nothing: 10, stop"
    assert title("scenarios/test_x.py::test_without_any") == "without any"


def test_each_message_with_its_way() -> None:
    told = Told().post(1, at=0).post(2, at=10, outcome="info").post(3, at=20, outcome="fail")
    found = list(csv.DictReader(io.StringIO(messages.table(told.drain(at=99, messages_1=[], messages_2=[1]).events))))
    assert [(row["message"], row["outcome"], row["read by"]) for row in found] == [
        ("m-1", "acknowledged", "messages-2 as number 1"),
        ("m-2", "unknown", "nobody"),
        ("m-3", "surely not done", "nobody"),
    ]


def test_many_messages_have_no_table() -> None:
    told = Told()
    for number in range(messages.MOST + 1):
        told.post(number, at=number)
    assert messages.table(told.events) == ""


_OUTCOMES = [
    Outcome("scenarios/test_a.py::test_it_holds[10]", Result.HELD, Figures(("kill kafka-1",), 10, 0, 0.5), 61, "", "x"),
    Outcome("scenarios/test_a.py::test_it_breaks", Result.BROKEN, Figures(), 2, "2 of 3 are\ngone", 'pytest "b"'),
]


def test_the_page_of_a_run_has_each_failure_in_words_and_how_to_repeat_it(tmp_path: Path) -> None:
    tables.write_markdown(tmp_path / "summary.md", _OUTCOMES, backend="docker", timings="fast")
    page = (tmp_path / "summary.md").read_text()
    assert "2 scenarios: 1 held, 1 broken; 1 min 3 s on backend docker with fast timings." in page
    assert "| it holds: 10 | kill kafka-1 | ✅ held | 10 | 0 | 0.50 s | 1 min 1 s |" in page
    assert '### it breaks\n\n> 2 of 3 are\n> gone\n\n```sh\npytest "b"\n```' in page


def test_the_table_of_a_terminal_fits_into_80_columns() -> None:
    shown = io.StringIO()
    tables.terminal(_OUTCOMES, Console(file=shown, width=80))
    assert max(map(len, shown.getvalue().splitlines())) <= 80
    assert "10/0" in shown.getvalue()
