"""Integrity: correct histories pass; a text that is cut, swapped or changed is found, wherever it shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harness.checkers import Validity
from harness.events import Event, Type
from harness.messages import texts
from harness.messages.checkers import integrity
from tests.checkers.said import one_after_another, said, unknown
from tests.checkers.simulated import Simulated, correct, last_of, with_value


def read(*entries: Any, posts: Sequence[tuple[str, str, str]], after: int | None = None) -> list[Event]:
    """Posts, each of an id, a text and an outcome, one after the other, and a drain of these after so many of them."""
    steps: list[tuple[str, Any, Any]] = []
    for id_, text, outcome in posts:
        steps.append(("post", {"id": id_, "msg": texts.as_recorded(text)}, outcome))
    steps.insert(len(posts) if after is None else after, ("drain", None, {"messages-1": list(entries)}))
    events: list[Event] = []
    for process, (f, asked, outcome) in enumerate(steps):
        events.append(Event(len(events), process, "invoke", f, asked, len(events)))
        if f == "drain":
            events.append(Event(len(events), process, "ok", f, outcome, len(events)))
        else:
            events.append(Event(len(events), process, outcome, f, asked, len(events)))
    return events


def names(events: Sequence[Event]) -> list[str]:
    return [anomaly.name for anomaly in integrity.check(events).anomalies]


@given(correct())
def test_a_correct_history_is_valid(simulated: Simulated) -> None:
    assert integrity.check(simulated.events).validity is Validity.VALID


def test_without_an_answer_nothing_can_be_said() -> None:
    events = [event for event in read(posts=[("a", "x", "ok")]) if event.f == "post"]
    verdict = integrity.check(events)
    assert verdict.validity is Validity.UNKNOWN
    assert said(verdict) == unknown("nothing was read back, so nobody knows what became of the texts")


@given(correct(), st.sampled_from(["get", "drain"]), st.data())
def test_a_text_that_nobody_posted_under_that_id_is_found_in_every_answer(
    simulated: Simulated, f: str, data: st.DataObject
) -> None:
    event = last_of(simulated.events, f)
    parts = {part: answer["ids"] for part, answer in event.value.items()} if f == "get" else dict(event.value)
    part = data.draw(st.sampled_from(sorted(parts)))
    assume(parts[part])
    place = data.draw(st.integers(0, len(parts[part]) - 1))
    entries = [*parts[part]]
    entries[place] = [entries[place], data.draw(st.sampled_from(["", "m", "m-0", "anything else"]))]
    changed = {**event.value, part: {**event.value[part], "ids": entries} if f == "get" else entries}
    found = names(with_value(simulated.events, event.index, changed))
    assert found == [("truncated" if "m-0".startswith(entries[place][1]) else "altered")]


LONG = texts.of_bytes(5000, "long ")


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("ab", "truncated"),
        ("", "truncated"),
        ("abcd", "altered"),
        ("aBc", "altered"),
        ("other", "swapped"),
        (LONG, "swapped"),
        ("ab\x00", "altered"),
    ],
)
def test_a_wrong_text_has_the_name_of_what_happened_to_it(shown: str, name: str) -> None:
    posts = [("a", "abc", "ok"), ("b", "other", "ok"), ("c", LONG, "info")]
    assert names(read(["a", texts.as_recorded(shown)], posts=posts)) == [name]


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        (LONG[:-1], "truncated"),
        (LONG[:90], "truncated"),
        (LONG[:3], "truncated"),
        (LONG + ".", "altered"),
        (LONG[:-1] + "!", "altered"),
        ("L" + LONG[1:-1], "altered"),
    ],
    ids=["without its end", "a digest's length", "a few letters", "longer", "another end", "another beginning"],
)
def test_so_has_one_of_which_the_history_has_a_digest(shown: str, name: str) -> None:
    assert names(read(["a", texts.as_recorded(shown)], posts=[("a", LONG, "ok")])) == [name]


def test_a_beginning_that_is_another_messages_text_is_swapped_not_cut() -> None:
    posts = [("a", "abc", "ok"), ("b", "ab", "ok")]
    assert names(read(["a", "ab"], posts=posts)) == ["swapped"]
    assert names(read("a", "b", posts=posts)) == []


def test_equal_texts_under_different_ids_are_no_swap() -> None:
    assert names(read("a", "b", posts=[("a", "same", "ok"), ("b", "same", "ok")])) == []


@pytest.mark.parametrize(
    ("posts", "shown", "found"),
    [
        # The other text was refused, or is none that the id may have now that it stands for the first one.
        ([("a", "one", "ok"), ("a", "two", "fail")], ["a", "two"], ["altered"]),
        ([("a", "one", "ok"), ("a", "two", "info")], ["a", "two"], ["altered"]),
        ([("a", "one", "ok"), ("a", "two", "fail")], "a", []),
        # Nobody knows which of them came first.
        ([("a", "one", "info"), ("a", "two", "info")], ["a", "two"], []),
        ([("a", "one", "info"), ("a", "two", "ok")], ["a", "two"], []),
        ([("a", "one", "info"), ("a", "two", "ok")], "a", []),
        # The first was surely refused, so it is not the text that was first posted that counts.
        ([("a", "one", "fail"), ("a", "two", "ok")], ["a", "two"], []),
        ([("a", "one", "fail"), ("a", "two", "ok")], "a", ["altered"]),
        ([("a", "one", "ok"), ("a", "two", "ok")], "a", ["two texts"]),
        ([("a", "one", "ok"), ("a", "one", "ok")], "a", []),
    ],
)
def test_an_id_stands_for_the_text_that_was_acknowledged_first(
    posts: Sequence[tuple[str, str, str]], shown: Any, found: Sequence[str]
) -> None:
    assert names(read(shown, posts=posts)) == found


def test_a_text_that_was_posted_only_after_the_look_is_none_that_it_can_show() -> None:
    posts = [("a", "one", "info"), ("a", "two", "ok")]
    assert names(read(["a", "two"], posts=posts, after=1)) == ["altered"]


def test_an_id_that_nobody_posted_is_somebody_elses_to_judge() -> None:
    assert names(read(["nobody's", "text"], posts=[("a", "one", "ok")])) == []


def test_both_texts_are_shown_and_what_came_often_is_told_once() -> None:
    posts = [("a", "one\n", "ok"), ("b", LONG, "ok")]
    verdict = integrity.check(read(["a", "one"], ["b", texts.as_recorded(LONG[:100])], posts=posts))
    told = 'messages-1, read directly, showed one under id a, which was posted as "one\\n"'
    assert verdict.sentences == f"truncated: {told}; the first of 2 messages like it, in 1 answers over 0.0 s"


def test_one_wrong_text_is_told_with_its_posts_and_the_answer() -> None:
    verdict = integrity.check(read("b", ["a", "on"], posts=[("a", "one", "ok"), ("b", "two", "ok")]))
    assert said(verdict) == [
        ("truncated", "messages-1, read directly, showed on under id a, which was posted as one", [0, 4])
    ]
    assert verdict.figures == {"answers": 1}


def test_how_long_wrong_texts_were_seen_is_told_from_the_first_question_to_the_last_answer() -> None:
    post = {"id": "a", "msg": "one"}
    held = {"messages-1": [["a", "on"]]}
    drains = one_after_another(("post", post, "ok", post), *[("drain", None, "ok", held)] * 3)
    verdict = integrity.check(drains)
    assert said(verdict) == [
        (
            "truncated",
            "messages-1, read directly, showed on under id a, which was posted as one; the first of 1 messages like "
            "it, in 3 answers over 5.0 s",
            [0, 2, 6],
        )
    ]


def overlapping(*shown: Any) -> list[Event]:
    """Two posts of an id at once, of which the second is answered first, and then a drain of these."""
    one, two = {"id": "a", "msg": "one"}, {"id": "a", "msg": "two"}
    steps: list[tuple[int, Type, str, Any]] = [
        (1, "invoke", "post", one),
        (2, "invoke", "post", two),
        (2, "ok", "post", two),
        (1, "ok", "post", one),
        (3, "invoke", "drain", None),
        (3, "ok", "drain", {"messages-1": list(shown)}),
    ]
    return [Event(index, process, type_, f, value, index) for index, (process, type_, f, value) in enumerate(steps)]


def test_of_two_posts_at_once_the_one_that_was_answered_first_is_the_first() -> None:
    told = "id a was acknowledged as two, and as one, which had to be refused"
    assert said(integrity.check(overlapping(["a", "two"]))) == [("two texts", told, [1, 0])]
    truncated = "messages-1, read directly, showed tw under id a, which was posted as two"
    assert said(integrity.check(overlapping(["a", "tw"])))[0] == ("truncated", truncated, [1, 4])


def test_texts_that_begin_alike_are_told_by_what_they_differ_in() -> None:
    one, two = LONG + "1", LONG + "2"
    shown = read(["a", texts.as_recorded(two)], posts=[("a", one, "ok")])
    first, second = texts.told_apart(texts.as_recorded(two), texts.as_recorded(one))
    assert first != second
    assert integrity.check(shown).sentences == (
        f"altered: messages-1, read directly, showed {first} under id a, which was posted as {second}"
    )
    taken = read("a", posts=[("a", one, "ok"), ("a", two, "ok")])
    assert integrity.check(taken).sentences == (
        f"two texts: id a was acknowledged as {second}, and as {first}, which had to be refused"
    )


def test_two_texts_of_many_ids_are_told_once() -> None:
    posts = [(id_, text, "ok") for id_ in "abcd" for text in ("one", "two")]
    told = "id a was acknowledged as one, and as two, which had to be refused; the first of 4 like it, over 0.0 s"
    assert said(integrity.check(read(posts=posts))) == [("two texts", told, list(range(0, 16, 2)))]


def test_one_and_true_are_two_texts() -> None:
    """In Python 1 == True, in JSON it is not; texts are texts."""
    assert names(read(["a", "1"], posts=[("a", "true", "ok")])) == ["altered"]
