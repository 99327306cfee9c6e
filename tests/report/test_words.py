"""What a person reads of a scenario: the failure in plain words, the row of the table, message by message."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from harness.checkers import Anomaly
from harness.checkers.elements import added, read_of
from harness.checks import CHECK, Check, evaluate
from harness.events import NEMESIS, Event, Events
from harness.messages import message_table
from harness.messages.checkers import delivery
from harness.plain import fenced
from harness.report import tables
from harness.report.figures import figures
from harness.report.forensics import explained
from harness.report.outcome import Figures, Outcome, measured, title
from harness.report.replayed import write
from harness.results import Result
from tests.report.histories import Told


def _lost_before_the_kill() -> Told:
    told = Told().post(1, at=0, partition=1).post(2, at=10, partition=2).post(3, at=20, partition=2)
    told.fault("kill", "kafka-2", at=65, why="it leads partition 2")
    return told.drain(at=900, messages_1=[1])


def test_a_failure_says_what_the_lost_messages_have_in_common() -> None:
    events = _lost_before_the_kill().events
    words = explained(delivery.check(events, exactly_once=True).anomalies, events)
    assert words.splitlines() == [
        "2 of 3 acknowledged messages never reached a messages instance: id-2, id-3; acknowledged in partition 2.",
        "  All 2 were in partition 2.",
        "  All 2 were logged by logging-1.",
        "  All 2 were acknowledged before the kill of kafka-2 (it leads partition 2), the last 40 ms before it.",
    ]


def test_losses_on_both_sides_of_a_fault_are_told_apart() -> None:
    told = Told().post(1, at=0, partition=1).post(2, at=100, partition=2).post(3, at=130, partition=1)
    events = told.fault("pause", "kafka-1", at=100).drain(at=900, messages_1=[]).events
    words = explained(delivery.check(events, exactly_once=True).anomalies, events)
    assert "1 was acknowledged before the pause of kafka-1" in words
    assert "the last 95 ms before it; 2 after it, the first 5 ms after it" in words
    assert "were in partition" not in words


def measured_by(events: Events, checker: str, **arguments: object) -> Figures:
    """With that checker, which was demanded at the end."""
    demanded = Event(len(events), NEMESIS, "info", CHECK, Check(checker, arguments).value, events[-1].time)
    return measured(evaluate(Events((*events, demanded))))


def test_the_figures_of_a_history() -> None:
    events = _lost_before_the_kill().events
    assert measured_by(events, "delivery.check", exactly_once=True) == Figures(("kill kafka-2",), 3, 2, 0, 0.005)


def _told(*operations: tuple[str, object, str, object]) -> Events:
    """Each by itself: f, what it was invoked with, its outcome, its answer."""
    rows = [
        (number, type_, f, value)
        for number, (f, invoked, outcome, answer) in enumerate(operations)
        for type_, value in (("invoke", invoked), (outcome, answer))
    ]
    return Events(Event(i, number, type_, f, value, i) for i, (number, type_, f, value) in enumerate(rows))  # type: ignore[arg-type]


def test_a_message_that_was_posted_again_counts_once() -> None:
    told = Told().post(1, at=0).post(2, at=10)
    again = told.post(1, at=20)
    events = again.drain(at=900, messages_1=[1, 2]).events
    events = Events(e._replace(process=7) if e.f == "post" and e.time >= 20_000_000 else e for e in events)
    found = measured_by(events, "delivery.check", exactly_once=True)
    assert (found.acknowledged, found.lost) == (2, 0)


def test_what_is_lost_of_several_maps_is_counted_for_each_by_itself() -> None:
    keys = [("add", added(name, f"{name}-{key}"), "ok", None) for name in ("one", "two") for key in range(3)]
    reads = [("read", read_of(name), "ok", read_of(name, [f"{name}-{k}" for k in range(3)])) for name in ("one", "two")]
    found = measured_by(_told(*keys[:3], reads[0], *keys[3:], reads[1]), "set_full.at_the_end")
    assert (found.acknowledged, found.lost) == (6, 0)
    gone = ("read", read_of("one"), "ok", read_of("one", ["one-1"]))
    assert measured_by(_told(*keys[:3], gone, *keys[3:], reads[1]), "set_full.at_the_end").lost == 2


@pytest.mark.parametrize(
    ("unknown", "final", "lost", "shown"),
    [
        (0, 2, 0, "0"),
        (0, 1, 1, "1"),
        (1, 3, 0, "0"),  # it landed
        (1, 2, 0, "0 to 1"),  # it did not, or it did in the place of another
        (3, 3, 0, "0 to 2"),
        (1, 1, 1, "1 to 2"),
    ],
)
def test_unknown_increments_make_no_loss_negative_and_hide_none(
    unknown: int, final: int, lost: int, shown: str, tmp_path: Path
) -> None:
    increments = [("increment", 1, "ok", 1)] * 2 + [("increment", 1, "info", 1)] * unknown
    figures = measured_by(_told(*increments, ("read", None, "ok", final)), "counter.check")
    assert figures.lost == lost
    page = tmp_path / "summary.md"
    tables.write_markdown(page, [replace(_OUTCOMES[0], figures=figures)], backend="docker", timings="fast")
    assert f"| 2 | {shown} |" in page.read_text()


def test_a_history_of_which_nothing_is_demanded_has_no_loss() -> None:
    assert measured(evaluate(_lost_before_the_kill().events)).lost is None


def test_of_operations_that_nobody_says_anything_of_the_report_tells_what_goes_for_any() -> None:
    orders = [("order", {"number": 1}, "ok", None), ("order", {"number": 2}, "info", None), ("post", "m", "ok", None)]
    found = evaluate(_told(*orders, ("read", None, "ok", [])))
    assert [line.words for line in figures((), found)] == [
        "order: 1 ok, 0 failed, 1 unknown; longest time without a success 0.00 s",
        "post: 1 ok, 0 failed, 0 unknown; longest time without a success 0.00 s",
    ]
    assert measured(found).unavailable_s == pytest.approx(0, abs=1e-6)
    lost = Anomaly("lost", "an order is lost", found.events.operations[:1])
    kill = Event(8, NEMESIS, "info", "kill", {"nodes": ["db-1"], "phase": "begin"}, 5)
    assert explained([lost], Events((*found.events, kill))).splitlines()[1:] == [
        "  It was acknowledged before the kill of db-1, the last 0 ms before it."
    ]


def test_every_table_of_a_suite_is_one_of_the_report(tmp_path: Path) -> None:
    write(tmp_path / "ours", evaluate(_lost_before_the_kill().events))
    write(tmp_path / "foreign", evaluate(_told(("post", "m", "ok", None))))
    assert (tmp_path / "ours" / "messages.csv").read_text().count("m-") == 3
    assert "[Message by message](messages.csv)" in (tmp_path / "ours" / "report.md").read_text()
    assert not (tmp_path / "foreign" / "messages.csv").exists()


def test_a_title_is_the_name_as_words_and_its_parameters() -> None:
    assert title("scenarios/test_x.py::test_losing_one_loses_nothing[10-stop]") == "losing one loses nothing: 10, stop"
    assert title("scenarios/test_x.py::test_without_any") == "without any"


def test_each_message_with_its_way() -> None:
    told = Told().post(1, at=0).post(2, at=10, outcome="info").post(3, at=20, outcome="fail")
    found = list(
        csv.DictReader(io.StringIO(message_table.table(told.drain(at=99, messages_1=[], messages_2=[1]).events)))
    )
    assert [(row["id"], row["text"], row["outcome"], row["read by"]) for row in found] == [
        ("id-1", "m-1", "acknowledged", "messages-2 as number 1"),
        ("id-2", "m-2", "unknown", "nobody"),
        ("id-3", "m-3", "surely not done", "nobody"),
    ]


def test_a_message_that_was_posted_again_is_told_by_the_post_that_says_most() -> None:
    told = Told().post(1, at=0, outcome="fail").post(1, at=10, outcome="info")
    told.post(2, at=20).post(2, at=30, partition=1)
    found = list(csv.DictReader(io.StringIO(message_table.table(told.events))))
    assert [(row["text"], row["outcome"], row["partition"]) for row in found] == [
        ("m-1", "unknown", ""),
        ("m-2", "acknowledged", "0"),
    ]


def test_many_messages_have_no_table() -> None:
    told = Told()
    for number in range(message_table.MOST + 1):
        told.post(number, at=number)
    assert message_table.table(told.events) == ""


_OUTCOMES = [
    Outcome(
        "scenarios/test_a.py::test_it_holds[10]", Result.HELD, Figures(("kill kafka-1",), 10, 0, 0, 0.5), 61, "", "x"
    ),
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


def test_what_a_log_says_is_no_markdown_of_the_page(tmp_path: Path) -> None:
    said = "<img src=x onerror=a()>\n# of `x`: ![y](http://z)\n> | *b* __c__ @d &lt; \x1b[31mred\x00\n~~~\n```\n"
    outcome = replace(_OUTCOMES[1], words=said, figures=Figures(("kill <b>|kafka-1\n# x",)))
    tables.write_markdown(tmp_path / "summary.md", [outcome], backend="docker", timings="fast")
    page = (tmp_path / "summary.md").read_text()
    quoted = [line for line in page.splitlines() if line.startswith(">")]
    assert quoted == [
        r"> \<img src=x onerror=a()\>",
        r"> \# of \`x\`: \!\[y\](http://z)",
        r"> \> \| \*b\* \_\_c\_\_ @d \&lt; \\x1b\[31mred\\x00",
        r"> \~\~\~",
        r"> \`\`\`",
    ]
    assert r"| kill \<b\>/kafka-1\\n\# x |" in page


def test_a_block_can_not_be_ended_from_within() -> None:
    assert fenced("a\n```\n````x\n\x07").splitlines() == ["`````", "a", "```", "````x", r"\x07", "`````"]
    assert fenced("a") == "```\na\n```"
