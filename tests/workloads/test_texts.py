"""The texts that clients post, and how a history tells them."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harness.messages import texts

NUMBERS = st.integers(1, 10**6)


@given(NUMBERS, st.integers(0, 9))
def test_a_text_is_the_same_again_from_the_same_seed_and_fits_into_json(number: int, seed: int) -> None:
    text = texts.text(number, seed)
    assert texts.text(number, seed) == text
    assert json.loads(json.dumps(text)) == text.encode().decode()


def test_a_round_has_one_of_each_kind() -> None:
    """What a careless system confuses is among the first twenty-six texts, whatever the seed."""
    for seed in range(5):
        found = [texts.text(number, seed) for number in range(1, 27)]
        everything = "".join(found)
        categories = {unicodedata.category(letter) for letter in everything}
        assert {"Mn", "Cc"} <= categories, "combining characters and control characters"
        assert any(ord(letter) > 0xFFFF for letter in everything), "letters outside of the first plane"
        assert any(len(text.encode()) == 1024 for text in found)
        assert any(isinstance(json.loads(text), dict) for text in found if text.startswith("{"))
        assert any(text != text.strip() for text in found)
        assert len(set(found)) < len(found), "equal ones"
        assert any(one != other and one and other.startswith(one) for one in found for other in found)
        assert unicodedata.normalize("NFC", everything) != everything


@given(st.integers(0, 5000), st.text(max_size=20))
def test_a_text_has_the_bytes_that_were_asked_for(size: int, beginning: str) -> None:
    assert len(texts.of_bytes(size, beginning).encode()) == size


@given(st.text(st.characters(exclude_categories=("Cs",))), st.text(st.characters(exclude_categories=("Cs",))))
def test_texts_are_told_alike_only_if_they_are_equal(one: str, other: str) -> None:
    for text, same in ((one, one), (one * 50, one * 50), (one, other), (one * 50, other * 50)):
        assert (texts.as_recorded(text) == texts.as_recorded(same)) is (text == same)
    assert texts.length(texts.as_recorded(one * 50)) == len(one) * 50
    assert (one * 50).startswith(texts.begins(texts.as_recorded(one * 50)))


LONG = "m-000001 " + "x" * 300


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("ab", "ac", ("ab", "ac")),
        (
            "x" * 60 + "a" * 10,
            "x" * 60 + "b" * 10,
            tuple(f"{'x' * 40}... (70 characters), from character 61 on {end * 10}" for end in "ab"),
        ),
        (
            LONG + "a",
            LONG + "b",
            tuple(f"{LONG[:40]}... (310 characters), sha256 {digest}" for digest in ("bb290092", "2b9efef2")),
        ),
        ("e\u0301", '"e\\u0301"', ('"e\\u0301", sha256 bf12767b', '"e\\u0301", sha256 8e0c35d6')),
    ],
)
def test_two_texts_that_look_alike_are_told_by_where_they_differ(one: str, other: str, told: tuple[str, str]) -> None:
    assert texts.told_apart(texts.as_recorded(one), texts.as_recorded(other)) == told


@given(st.text(), st.text(), st.sampled_from(["", "x" * 60, "x" * 300]))
def test_no_two_texts_are_told_as_one(one: str, other: str, before: str) -> None:
    assume(one != other)
    pair = texts.told_apart(texts.as_recorded(before + one), texts.as_recorded(before + other))
    assert pair[0] != pair[1]
    assert all(words.isprintable() for words in pair)


def test_a_long_text_is_told_by_its_beginning_its_length_and_its_digest() -> None:
    told = texts.as_recorded("é" * 201)
    assert told == {
        "head": "é" * 80,
        "length": 201,
        "sha256": "3821f1b32e730d3a6b5bd3720b9df60d5cb1b9f5731fff576d7f3cc81aae5579",
    }


def test_what_a_sentence_shows_is_on_one_line_and_tells_texts_apart() -> None:
    assert texts.shown("m-000001") == "m-000001"
    assert texts.shown("") == '""'
    assert texts.shown(" a ") == '" a "'
    assert texts.shown("a\nb\x00") == '"a\\nb\\u0000"'
    assert texts.shown("Привіт") == '"Привіт"'
    assert texts.shown("e\u0301") == '"e\\u0301"'
    assert texts.shown("\u00e9") == '"\u00e9"'
    assert texts.shown("x" * 41) == "x" * 40 + "... (41 characters)"
    assert texts.shown(texts.as_recorded("x" * 500)) == "x" * 40 + "... (500 characters)"
