"""Which message a text is, that an answer shows."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harness.errors import NotSaidError
from harness.messages.speaking.entries import Shown
from harness.messages.speaking.identity import Identity, new_id, word_of
from harness.messages.texts import as_recorded

FIRST, SECOND, THIRD = (f"m-00000{number}-0123abc{number}" for number in (1, 2, 3))
TEXTS = st.text(max_size=12)


def by_texts(*texts: str) -> Identity:
    """An identity of messages with the first ids, which the system does not keep."""
    identity = Identity(by_ids=False)
    for id_, text in zip((FIRST, SECOND, THIRD), texts, strict=False):
        identity.posting(id_, text)
    return identity


def recorded(identity: Identity, *texts: str) -> Sequence[object]:
    return identity.recorded([Shown(text, None) for text in texts])


def test_an_id_is_recorded_alone_if_its_text_is_the_one_that_was_first_posted_under_it() -> None:
    identity = Identity(by_ids=True)
    identity.posting(FIRST, "hello")
    identity.posting(FIRST, "another")
    identity.posting(SECOND, "hello")
    shown = [("hello", FIRST), ("another", FIRST), ("hello", SECOND), ("hell", SECOND), ("hello", "x"), (None, "y")]
    assert identity.recorded([Shown(*each) for each in shown]) == [
        FIRST,
        [FIRST, "another"],
        SECOND,
        [SECOND, "hell"],
        ["x", "hello"],
        "y",
    ]


def test_a_text_is_the_message_that_was_posted_with_it() -> None:
    assert recorded(by_texts("one", "two", "one more"), "two", "one more", "one", "two") == [
        SECOND,
        THIRD,
        FIRST,
        SECOND,
    ]


@pytest.mark.parametrize(
    ("posted", "seen", "id_"),
    [
        (word_of(FIRST), f"{word_of(FIRST)}.", FIRST),
        (word_of(FIRST), word_of(FIRST).upper(), FIRST),
        (word_of(FIRST), f"got: {word_of(FIRST)}", FIRST),
        (word_of(FIRST), word_of(FIRST)[:9], FIRST),
        (f"{FIRST} Привіт", f"{FIRST} ??????", FIRST),
        (f" {FIRST} ", FIRST, FIRST),
        ("Привіт", "Прив", FIRST),
        ("Привіт", "Привіт, світе", FIRST),
    ],
)
def test_a_text_that_was_changed_is_recorded_with_the_id_that_it_must_have_been(
    posted: str, seen: str, id_: str
) -> None:
    assert recorded(by_texts(posted, word_of(SECOND)), seen) == [[id_, seen]]


def test_of_several_that_a_cut_text_may_have_been_it_is_one_that_the_answer_does_not_show() -> None:
    identity = by_texts("abc1", "abc2", "abc3")
    assert recorded(identity, "abc", "abc1", "ab") == [[SECOND, "abc"], FIRST, [THIRD, "ab"]]
    assert recorded(identity, "abc1", "abc2", "abc3", "abc") == [FIRST, SECOND, THIRD, [FIRST, "abc"]]


@pytest.mark.parametrize(
    ("seen", "id_"),
    [
        ("Internal error", "Internal error"),
        ("", '"", sha256 e3b0c442'),
        ('"a"', '"a", sha256 ac8d8342'),
        ("a\nb", '"a\\nb", sha256 7e18f737'),
        (word_of(THIRD), word_of(THIRD)),
    ],
)
def test_a_text_that_is_like_none_stands_for_its_own_id(seen: str, id_: str) -> None:
    assert recorded(by_texts(word_of(FIRST)), seen) == [[id_, seen]]


def test_of_a_long_text_the_history_has_the_digest() -> None:
    long = "x" * 300
    assert recorded(by_texts(word_of(FIRST)), long)[0] == [
        f"{'x' * 40}... (300 characters), sha256 {as_recorded(long)['sha256'][:8]}",  # type: ignore[index]
        as_recorded(long),
    ]


@given(TEXTS, TEXTS)
def test_no_two_strange_texts_are_told_as_one_and_none_as_a_message(one: str, other: str) -> None:
    assume(one != other)
    identity = by_texts(word_of(FIRST))
    assume(not any(text and word_of(FIRST).startswith(text) for text in (one, other)))
    (first, _), (second, _) = recorded(identity, one, other)  # type: ignore[misc]
    assert FIRST != first != second != FIRST


@given(st.lists(TEXTS, unique=True, max_size=6), st.data())
def test_what_was_posted_is_found_whatever_else_an_answer_shows(posted: list[str], data: st.DataObject) -> None:
    identity = Identity(by_ids=False)
    ids = {text: new_id(number) for number, text in enumerate(posted, start=1)}
    for text, id_ in ids.items():
        identity.posting(id_, text)
    shown = data.draw(st.lists(st.sampled_from(posted) | TEXTS if posted else TEXTS, max_size=10))
    entries = recorded(identity, *shown)
    assert len(entries) == len(shown)
    for text, entry in zip(shown, entries, strict=True):
        if text in ids:
            assert entry == ids[text]
        else:
            assert isinstance(entry, list)
            assert entry[1] == text, "a text that nobody posted is never recorded as one that was"


def test_what_could_not_be_told_apart_is_never_posted() -> None:
    identity = by_texts("one")
    for id_, text in ((SECOND, "one"), (FIRST, "one"), (FIRST, "two")):
        with pytest.raises(NotSaidError, match=r"keeps no ids.*\[post\].*\$\{id\}.*\[get\] and \[read\]"):
            identity.posting(id_, text)


def test_an_id_of_the_system_s_own_is_none_of_ours() -> None:
    assert by_texts("one").recorded([Shown("one", "17"), Shown("two", "18"), Shown("on", FIRST)]) == [
        FIRST,
        ["two", "two"],
        [FIRST, "on"],
    ]


def test_an_id_is_found_in_a_text_by_its_word_too() -> None:
    id_ = new_id(17)
    assert id_.startswith("m-000017-")
    assert word_of(id_) == f"m000017-{id_[-8:]}"
    for number in (1, 999_999, 1_000_000):
        identity = Identity(by_ids=False)
        identity.posting(id_ := new_id(number), "x")
        assert recorded(identity, f"<{id_}>", f"<{word_of(id_)}>") == [[id_, f"<{id_}>"], [id_, f"<{word_of(id_)}>"]]


def test_an_empty_text_is_like_none() -> None:
    assert recorded(by_texts(""), "hello", "") == [["hello", "hello"], FIRST]
    assert recorded(by_texts("hello"), "") == [['"", sha256 e3b0c442', ""]]


def test_where_others_post_as_well_a_message_of_theirs_is_in_no_history() -> None:
    """Neither what is in no way like one of ours, nor the message of another run, nor what could be its beginning."""
    identity = Identity(by_ids=False, shared=True)
    for id_ in (FIRST, SECOND):
        identity.posting(id_, word_of(id_))
    ours, cut = word_of(FIRST), word_of(SECOND)
    assert recorded(identity, "hello", ours, "", "m", word_of(THIRD), f"{cut} and more", cut[:-1], ours) == [
        FIRST,
        [SECOND, f"{cut} and more"],
        FIRST,
    ]


def test_where_others_post_as_well_and_ids_are_kept_a_message_of_ours_is_known_by_its_id() -> None:
    identity = Identity(by_ids=True, shared=True)
    identity.posting(FIRST, "hello")
    shown = [("hello", FIRST), ("hello", "x"), ("another", FIRST), (None, FIRST), (None, "y")]
    assert identity.recorded([Shown(*each) for each in shown]) == [FIRST, [FIRST, "another"], FIRST]
