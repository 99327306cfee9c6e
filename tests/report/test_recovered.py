"""The times of recovery: each beside its bound, and beside what the last runs took."""

from harness.assertions import Demand
from harness.bounds import DETECTORS, IN_FORCE
from harness.checkers import availability, recovery
from harness.events import NEMESIS, Event, Events
from harness.report.grid import as_html, as_markdown
from harness.report.recovered import lines, tables, times
from harness.servers.kafka import kafka
from harness.topology.timings import FAST
from tests.faulted import said

S = 1_000_000_000


def history(fault: str = "kill", *demands: Demand) -> Events:
    """Posts around the loss of a broker, whose leaders and replicas were waited for, and what was demanded."""
    done = {**said(fault), "nodes": ["kafka-2"], "phase": "begin"}
    rows = [
        (0, NEMESIS, "info", DETECTORS, kafka().detectors(FAST)),
        (1, 1, "invoke", "post", None),
        (2, 1, "ok", "post", None),
        (10, NEMESIS, "info", fault, done),
        (11, 1, "invoke", "post", None),
        (13, NEMESIS, "info", "leader", {"seen": {}, "after_s": 3.0}),
        (15, 1, "ok", "post", None),
        (20, NEMESIS, "info", f"undo-{fault}", done),
        (22, NEMESIS, "info", "isr-full", {"seen": True, "after_s": 12.0}),
    ]
    rows += [(30, NEMESIS, "info", "check", demand.check().value) for demand in demands]
    return Events(Event(i, who, type_, f, value, at * S) for i, (at, who, type_, f, value) in enumerate(rows))  # type: ignore[arg-type]


def test_each_time_has_its_bound_or_the_word_none() -> None:
    (table,) = tables(times(history()))
    assert [(row[0], row[1], row[2]) for row in table.rows] == [
        ("1. kill: detected", "3.00 s", "5.81 s"),
        ("1. kill: new leaders or owners", "3.00 s", "5.81 s"),
        ("1. kill: full redundancy once undone", "2.00 s", "none"),
        ("1. kill: first post acknowledged", "5.00 s", ""),
        ("post: longest time without a success", "4.00 s", ""),
    ]
    (leaders,) = [row[4] for row in table.rows if row[0].endswith("new leaders or owners")]
    assert "1.125 x kafka.broker.session.timeout.ms: a broker is fenced" in leaders
    assert "broker configs, broker.session.timeout.ms" in leaders


def test_of_who_hands_over_nothing_is_bounded() -> None:
    (table,) = tables(times(history("stop")))
    assert {row[2] for row in table.rows if "stop" in row[0] and "first" not in row[0]} == {"none"}


def test_the_last_runs_are_told_by_their_median_and_the_largest() -> None:
    past = [{"1. kill: new leaders or owners": seconds} for seconds in (2.0, 9.0, 3.0)]
    (table,) = tables(times(history()), [*past, {"2. kill: new leaders or owners": 99.0}])
    cells = {row[0]: tuple(row[5:]) for row in table.rows}
    assert cells["1. kill: new leaders or owners"] == ("3.00 s", "9.00 s", "3")
    assert cells["1. kill: detected"] == ("", "", "")


def test_the_words_have_what_is_bounded_or_was_there_before() -> None:
    past = [{"1. kill: new leaders or owners": 2.0, "1. kill: first post acknowledged": 4.0}]
    assert [line.words for line in lines(times(history()), past)] == [
        "  1. kill: detected after 3.00 s (bound 5.81 s)",
        "  1. kill: new leaders or owners after 3.00 s (bound 5.81 s; last runs: 1, median 2.00 s, largest 2.00 s)",
        "  1. kill: full redundancy once undone after 2.00 s (bound none)",
        "  1. kill: first post acknowledged after 5.00 s (last runs: 1, median 4.00 s, largest 4.00 s)",
    ]


def test_a_budget_stands_beside_what_it_was_demanded_of() -> None:
    demands = (
        Demand(recovery.check, {"step": "detection", "within_s": 17.5}),
        Demand(recovery.check, {"step": "redundancy", "within_s": 40}),
        Demand(availability.check, {"f": "post", "within_s": 28.0}),
    )
    (table,) = tables(times(history("kill", *demands)))
    assert {row[0]: row[3] for row in table.rows if row[3]} == {
        "1. kill: detected": "17.50 s",
        "1. kill: full redundancy once undone": "40.00 s",
        "post: longest time without a success": "28.00 s",
    }
    words = [line.words for line in lines(times(history("kill", *demands)))]
    assert words[0] == "  1. kill: detected after 3.00 s (bound 5.81 s; budget 17.50 s)"


def test_a_kind_of_operation_that_is_no_request_is_told_where_it_has_a_budget() -> None:
    # Reads are mostly what a scenario does at its end.
    reads = Events(event._replace(f="read") if event.f == "post" else event for event in history())
    assert "read: longest time without a success" not in {time.name for time in times(reads)}
    demand = Demand(availability.check, {"f": "read", "within_s": 28}).check().value
    demanded = Events((*reads, Event(99, NEMESIS, "info", "check", demand, 99 * S)))
    assert {time.name: time.budget_s for time in times(demanded)}["read: longest time without a success"] == 28


def test_a_bound_says_which_of_its_settings_are_not_as_declared() -> None:
    said = {"effective": {"kafka.broker.session.timeout.ms": "30000"}}
    events = Events((*history(), Event(99, NEMESIS, "info", IN_FORCE, said, 99 * S)))
    (table,) = tables(times(events))
    (leaders,) = [row for row in table.rows if row[0].endswith("new leaders or owners")]
    assert (leaders[2], "; kafka.broker.session.timeout.ms is 30000, declared was 2500; " in leaders[4]) == (
        "36.75 s",
        True,
    )


def test_where_nothing_was_broken_there_is_no_table() -> None:
    unbroken = Events(event for event in history() if event.process != NEMESIS)
    assert not times(unbroken)
    assert as_html(tables(times(unbroken))) == as_markdown(tables(())) == ""
