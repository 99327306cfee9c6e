"""The timeline of the page counts every operation once, in its time, and draws faults from their begin to their end."""

from itertools import count
from typing import Any

from harness.events import Event, Type
from harness.watch.counters import counters
from harness.watch.timeline import Timeline

S = 1_000_000_000
_numbers = count()


def event(at_s: float, f: str, type_: Type = "ok", process: int | str = 1, value: Any = None) -> Event:
    return Event(next(_numbers), process, type_, f, value, round(at_s * S))


def fault(at_s: float, f: str, phase: str, *nodes: str, **more: Any) -> Event:
    return event(at_s, f, "info", "nemesis", {"nodes": list(nodes), "phase": phase, **more})


def test_operations_are_counted_when_they_are_completed() -> None:
    timeline = Timeline()
    timeline.take(
        [event(100, "post", "invoke"), event(101, "post"), event(101.1, "get", "fail"), event(130, "post", "info")]
    )
    assert timeline.counts == {"post": {"ok": 1, "info": 1}, "get": {"fail": 1}}
    drawn = timeline.drawn(160 * S, 60)
    bins: Any = drawn["bins"]
    assert len(bins) == 120
    assert [(number, found) for number, found in enumerate(bins) if any(found)] == [(2, [1, 1, 0]), (60, [0, 0, 1])]


def test_requests_are_figures_and_other_operations_are_none() -> None:
    counts = {"post": {"ok": 3, "info": 1}, "drain": {"ok": 1}, "order": {"fail": 2}}
    assert [(each.words, each.count, each.outcome) for each in counters(["post", "get"], counts)] == [
        ("posts acknowledged", 3, ""),
        ("posts unknown", 1, "info"),
        ("posts failed", 0, ""),
        ("GETs answered", 0, ""),
        ("order acknowledged", 0, ""),
        ("order unknown", 0, ""),
        ("order failed", 2, "fail"),
    ]


def test_a_window_leaves_out_what_was_before_it_and_all_has_everything() -> None:
    timeline = Timeline()
    timeline.take(event(at, "post") for at in range(10_000))
    now = 10_000 * S
    recent: Any = timeline.drawn(now, 60)["bins"]
    assert sum(ok for ok, _, _ in recent) == 60
    everything: Any = timeline.drawn(now, None)
    assert sum(ok for ok, _, _ in everything["bins"]) == 10_000
    assert len(everything["bins"]) <= 120
    assert everything["span_s"] == 10_000


def test_a_fault_is_in_force_until_it_is_undone_on_that_node() -> None:
    timeline = Timeline()
    timeline.take(
        [
            fault(10, "kill", "begin", "a", "b"),
            fault(11, "kill", "end", "a", "b", why="it leads", proof={"a": "gone", "b": "gone too"}),
            fault(20, "pause", "begin", "a"),
            fault(30, "undo-kill", "begin", "a"),
            fault(35, "undo-kill", "end", "a"),
        ]
    )
    bands: Any = timeline.drawn(40 * S, 60)["bands"]
    assert [(band["fault"], band["node"], band["since_s"], band["until_s"]) for band in bands] == [
        ("kill", "a", 30, 5),
        ("kill", "b", 30, None),
        ("pause", "a", 20, None),
    ]
    assert [news.words for news in timeline.news] == [
        "the kill of a is undone",
        "kill a, b, because it leads: gone; gone too",
    ]
    later: Any = timeline.drawn(100 * S, 60)["bands"]
    assert [band["node"] for band in later] == ["b", "a"]
