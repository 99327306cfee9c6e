"""What a history shows beside what checkers judge: each is said with its evidence, and not where it is not so."""

from __future__ import annotations

from typing import Any

import pytest

from harness.events import NEMESIS, Event, Events
from harness.messages.description.endings import uncaught, was_ended
from harness.messages.forensics.endings import for_good
from harness.messages.forensics.symptoms import symptoms
from tests.backends.specs import tiny

_S = 1_000_000_000


class Saw:
    """A history in the making, a second between two events."""

    def __init__(self) -> None:
        self._events: list[Event] = []

    def post(self, number: int, error: str = "") -> Saw:
        value = {"id": f"id-{number}", "msg": f"m-{number}"}
        return self._operation("post", value, value, error)

    def get(self, *messages: int, error: str = "") -> Saw:
        parts = {part: {"from": None, "ids": self._ids(messages)} for part in ("logging", "messages")}
        return self._operation("get", None, parts, error)

    def stored(self, *messages: int) -> Saw:
        return self._operation("stored", None, {"logging-1": self._ids(messages)})

    def drain(self, **held: list[int]) -> Saw:
        return self._operation("drain", None, {name: self._ids(numbers) for name, numbers in held.items()})

    def note(self, f: str, value: Any) -> Saw:
        return self._add(NEMESIS, "info", f, value)

    def kill(self, node: str, *, undo: bool = False) -> Saw:
        f = "undo-kill" if undo else "kill"
        for phase in ("begin", "end"):
            self.note(f, {"takes": ["process"], "nodes": [node], "phase": phase})
        return self

    @property
    def events(self) -> Events:
        return Events(self._events)

    @property
    def said(self) -> dict[str, str]:
        return {symptom.name: symptom.sentence for symptom in symptoms(self.events)}

    def _operation(self, f: str, asked: Any, answer: Any, error: str = "") -> Saw:
        process = len(self._events) + 1
        self._add(process, "invoke", f, asked)
        return self._add(process, "info", f, asked, error) if error else self._add(process, "ok", f, answer)

    def _add(self, process: int | str, type_: Any, f: str, value: Any, error: str | None = None) -> Saw:
        number = len(self._events)
        self._events.append(Event(number, process, type_, f, value, number * _S, error))
        return self

    @staticmethod
    def _ids(numbers: Any) -> list[str]:
        return [f"id-{number}" for number in numbers]


def test_of_a_history_in_which_all_is_well_nothing_is_said() -> None:
    saw = Saw().post(1).post(2).get(1, 2).drain(a=[1], b=[2]).stored(1, 2)
    assert saw.said == {}


def test_a_service_that_ends_by_itself_is_named_with_when_how_and_its_last_words() -> None:
    told = {"node": "facade", "role": "facade", "status": 1, "last": ["Traceback", "KeyError: 'x'"], "restart": False}
    saw = Saw().kill("logging-2").note("ended by itself", told)
    assert saw.said["died by itself"] == (
        "facade ended by itself 2.0 s after the kill of logging-2, with status 1; its last lines: Traceback / "
        "KeyError: 'x'"
    )
    assert for_good(saw.events, "facade")
    assert not for_good(saw.events, "logging")
    again = Saw().note("ended by itself", {**told, "restart": True})
    again.note("started again", {"node": "facade", "outcome": "it is ready"})
    assert "with nothing broken, with status 1, and was started again: it is ready" in again.said["died by itself"]
    assert not for_good(again.events, "facade")
    again.note("ended by itself", told)
    assert "and was started again: it ended by itself each time; its last" in again.said["died by itself"]
    assert for_good(again.events, "facade")


def test_who_was_killed_did_not_end_by_itself_until_it_is_back() -> None:
    assert was_ended(Saw().kill("facade").events, "facade")
    assert not was_ended(Saw().kill("facade").kill("facade", undo=True).events, "facade")
    assert not was_ended(Saw().kill("logging-1").events, "facade")


@pytest.mark.parametrize(
    ("log", "thread", "error"),
    [
        (
            "Exception in thread Thread-1 (consume):\nTraceback (most recent call last):\n  File x\n    y\n"
            "KafkaError: no broker\nmore",
            "Thread-1 (consume)",
            "KafkaError: no broker",
        ),
        ('Exception in thread "main" java.lang.IllegalStateException: closed', "main", "java.lang.IllegalStateEx"),
        ("Exception in thread Thread-1:\nTraceback (most recent call last):", "Thread-1", "its log says no more"),
    ],
)
def test_a_thread_that_ended_is_found_in_a_log(log: str, thread: str, error: str) -> None:
    (found,) = uncaught(tiny(1), f"start\n{log}")
    assert found["thread"] == thread
    assert found["error"].startswith(error)


def test_an_exception_that_was_handled_ends_no_thread() -> None:
    log = "Traceback (most recent call last):\n  File x\nKeyError: 'x'"
    assert not list(uncaught(tiny(1), log))


def test_a_consumer_that_died_is_told_with_what_it_still_shows() -> None:
    died = {"node": "a", "role": "messages", "thread": "Thread-1", "error": "KafkaError"}
    saw = Saw().post(1).post(2).drain(a=[1], b=[]).note("uncaught exceptions", [died])
    assert saw.said["consumer died"] == (
        "thread Thread-1 of a ended of an uncaught exception, KafkaError; the service went on, and answered to the end "
        "with the 1 messages that it had, of 2 acknowledged"
    )
    assert "thread died" in Saw().note("uncaught exceptions", [{**died, "role": "logging"}]).said


def test_what_was_refused_and_is_in_one_half_is_half_stored() -> None:
    saw = Saw().post(1).post(2, "500: no brokers").drain(a=[1], b=[]).stored(1, 2)
    assert saw.said["half stored"] == (
        "of 1 posts that were refused, the message of 1 is in logging, and no messages instance ever showed it: id-2; "
        '1 got 500 "no brokers"'
    )
    assert "half stored" not in Saw().post(2, "500: no").drain(a=[2], b=[]).stored(2).said
    assert "came to a messages" in Saw().post(2, "500: no").drain(a=[2], b=[]).stored().said["half stored"]
    assert "half stored" not in Saw().post(2, "no answer within 8 s (ReadTimeout)").drain(a=[]).stored(2).said


def test_a_post_without_an_answer_that_comes_later_is_told_and_is_no_fault() -> None:
    saw = Saw().post(1, "no answer within 8 s (ReadTimeout)").get().get(1).drain(a=[1])
    (symptom,) = symptoms(saw.events)
    assert not symptom.wrong
    assert symptom.sentence == (
        "1 of 1 posts that had no answer were delivered later all the same: id-1; the first to be shown was so 5.0 s "
        "after it was sent"
    )


def test_an_error_in_place_of_an_answer_is_told_with_its_words() -> None:
    error = "unreadable answer: [get.logging] says that there is a list; there is nothing. The body: 'error: x'"
    saw = Saw().post(1).get(error=error)
    assert saw.said["error as an answer"].endswith("not one showed messages: compare [get] of the file with that")
    assert saw.get(1).said["error as an answer"] == (
        "1 of 2 GETs were answered with success, and with no messages: 1 got an answer of success that shows no "
        "messages: 'error: x'"
    )


def test_a_beginning_that_is_lost_is_told_as_one_and_another_loss_is_not() -> None:
    assert "2 messages" in Saw().post(1).post(2).post(3).drain(a=[3], b=[]).said["begins behind messages"]
    assert "begins behind messages" not in Saw().post(1).post(2).post(3).drain(a=[1, 3]).said
    assert "begins behind messages" not in Saw().post(1).get(1).post(3).drain(a=[3]).said
    assert "begins behind messages" not in Saw().post(1).kill("a").post(3).drain(a=[3]).said
    settings = {"declared": {}, "effective": {}}
    started = Saw().note("settings", settings).post(1).note("settings", settings).drain(a=[], b=[])
    assert "before the consumers had started" in started.said["begins behind messages"]


def test_all_messages_at_one_of_two_instances_are_worth_a_word_if_they_are_many() -> None:
    many = list(range(20))
    (symptom,) = symptoms(Saw().drain(a=many, b=[]).events)
    assert not symptom.wrong
    assert symptom.sentence == "all 20 messages went to a, none to b: no loss, but the work is not shared"
    assert not Saw().drain(a=many[1:], b=[]).said
    assert not Saw().drain(a=many).said
    assert not Saw().kill("b").drain(a=many, b=[]).said
