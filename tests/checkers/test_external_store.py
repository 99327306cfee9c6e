"""What a map in front of an external store may lose, and what it may not."""

from __future__ import annotations

from collections.abc import Sequence

from harness.checkers import Validity
from harness.events import NEMESIS, Event, Type
from harness.servers.hazelcast.checkers import external_store
from tests.checkers.said import said, unknown

_S = 1_000_000_000
DELAY_S = 15.0


class Story:
    """A history in the making: a key is put each second, the first at 0 s."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def _record(self, second: float, process: int | str, type_: Type, f: str, value: object) -> None:
        self.events.append(Event(len(self.events), process, type_, f, value, int(second * _S), None))

    def add(self, second: float, key: str, outcome: Type = "ok") -> None:
        self._record(second, 1 if outcome == "ok" else len(self.events), "invoke", "add", key)
        self._record(second, self.events[-1].process, outcome, "add", key)

    def kill(self, second: float) -> None:
        self._record(second, NEMESIS, "info", "kill", {"nodes": ["hazelcast-1"], "phase": "begin"})
        self._record(second, NEMESIS, "info", "kill", {"nodes": ["hazelcast-1"], "phase": "end"})

    def look(self, second: float, *stored: str) -> None:
        self._record(second, NEMESIS, "info", "stored", {"keys": list(stored)})

    def end(self, second: float, *, stored: Sequence[str], read: Sequence[str]) -> list[Event]:
        self.look(second, *stored)
        return self.read(second, *read)

    def read(self, second: float, *read: str) -> list[Event]:
        self._record(second, 2, "invoke", "read", None)
        self._record(second, 2, "ok", "read", list(read))
        return self.events


def _names(events: Sequence[Event], *, delay_s: float = 0.0) -> set[str]:
    verdict = external_store.check(events, delay_s=delay_s)
    return {anomaly.name for anomaly in verdict.anomalies} | {str(verdict.validity)}


def test_all_that_was_acknowledged_is_stored_and_back() -> None:
    story = Story()
    story.add(0, "a")
    story.add(1, "b")
    story.kill(2)
    assert _names(story.end(3, stored=["a", "b"], read=["a", "b"])) == {"valid"}


def test_write_through_may_not_lack_what_it_acknowledged() -> None:
    story = Story()
    story.add(0, "a")
    story.add(1, "b")
    story.kill(2)
    assert _names(story.end(3, stored=["a"], read=["a"])) == {"invalid", "not stored"}


def test_write_behind_lacks_what_was_put_within_its_delay() -> None:
    story = Story()
    story.add(0, "old")
    story.add(100, "new")
    story.kill(101)
    verdict = external_store.check(story.end(102, stored=["old"], read=["old"]), delay_s=DELAY_S)
    assert verdict.validity is Validity.VALID
    assert verdict.figures == {"acknowledged": 2, "stored": 1, "expected_lost": 1, "lost": 1}


def test_write_behind_may_not_lack_what_was_due_long_before() -> None:
    story = Story()
    story.add(0, "old")
    story.add(100, "new")
    story.kill(101)
    assert _names(story.end(102, stored=[], read=[]), delay_s=DELAY_S) == {"invalid", "not stored"}


def test_a_write_behind_store_that_has_everything_at_once_proves_nothing() -> None:
    story = Story()
    story.add(100, "new")
    story.kill(101)
    assert _names(story.end(102, stored=["new"], read=["new"]), delay_s=DELAY_S) == {"unknown"}


def test_what_the_store_held_has_to_come_back() -> None:
    story = Story()
    story.add(0, "a")
    story.kill(1)
    assert _names(story.end(2, stored=["a"], read=[])) == {"invalid", "not back"}


def test_what_the_store_lacked_can_not_come_back() -> None:
    story = Story()
    story.add(0, "old")
    story.add(100, "new")
    story.kill(101)
    events = story.end(102, stored=["old"], read=["old", "new"])
    assert _names(events, delay_s=DELAY_S) == {"invalid", "from nowhere"}


def test_what_was_surely_refused_is_nowhere_and_the_unknown_may_be() -> None:
    story = Story()
    story.add(0, "unknown", "info")
    story.add(1, "refused", "fail")
    assert _names(story.end(2, stored=["unknown"], read=["unknown"])) == {"valid"}
    assert _names(story.end(3, stored=["refused"], read=[])) == {"invalid", "refused, yet there"}


def test_without_a_read_or_a_look_nothing_can_be_said() -> None:
    story = Story()
    story.add(0, "a")
    verdict = external_store.check(story.events)
    assert verdict.validity is Validity.UNKNOWN
    assert said(verdict) == unknown(
        "nobody read the map, or looked into the store before, so nothing can be said about either"
    )


def test_where_the_store_has_to_lack_something_it_is_said_why_nothing_can_be_said() -> None:
    story = Story()
    story.add(0, "a")
    events = story.end(2, stored=["a"], read=["a"])
    assert said(external_store.check(events)) == []
    late = external_store.check(events, delay_s=1.5)
    assert said(late) == unknown("the store held all 1 keys, although it gets them 1.5 s late")
    never = external_store.check(events, delay_s=None)
    assert said(never) == unknown("the store held all 1 keys, although it never gets any")


def test_all_that_is_wrong_is_told_with_the_additions() -> None:
    story = Story()
    story.add(0, "a")
    story.add(0, "b")
    story.add(0, "c", "fail")
    story.add(0, "d")
    story.kill(1)
    story.end(2, stored=["b", "c", "d", "x", "y"], read=["a", "d"])
    story.add(3, "y")
    assert said(external_store.check(story.events)) == [
        ("not stored", "1 keys were acknowledged and due, and the store did not hold them: a", [0]),
        ("not back", "1 keys that the store held did not come back: b", [2]),
        ("from nowhere", "1 keys came back that the store did not hold: a", [0]),
        ("refused, yet there", "1 keys were refused and are there: c", [4]),
        ("unexpected", "2 keys are there that nobody had added: x, y", [13, 11]),
    ]


def test_what_was_added_again_after_the_look_may_have_come_from_there() -> None:
    story = Story()
    story.add(100, "a")
    story.kill(101)
    story.look(102)
    story.add(103, "a")
    assert _names(story.read(104, "a"), delay_s=DELAY_S) == {"valid"}
