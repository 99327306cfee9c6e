"""What is at a place in the body of an answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.messages.speaking.body import ABSENT, Body

# RFC 6901, section 5.
THE_RFC_S = (
    '{"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\\\j": 5, "k\\"l": 6, " ": 7, "m~n": 8}'
)


@pytest.mark.parametrize(
    ("pointer", "found"),
    [
        ("", json.loads(THE_RFC_S)),
        ("/foo", ["bar", "baz"]),
        ("/foo/0", "bar"),
        ("/", 0),
        ("/a~1b", 1),
        ("/c%d", 2),
        ("/e^f", 3),
        ("/g|h", 4),
        ("/i\\j", 5),
        ('/k"l', 6),
        ("/ ", 7),
        ("/m~0n", 8),
        ("/foo/2", ABSENT),
        ("/foo/-", ABSENT),
        ("/foo/00", ABSENT),
        ("/foo/-1", ABSENT),
        ("/foo/x", ABSENT),
        ("/foo/0/x", ABSENT),
        ("/m~01n", ABSENT),
        ("/m~1n", ABSENT),
        ("/fo", ABSENT),
        ("//x", ABSENT),
    ],
)
def test_a_pointer_finds_what_the_rfc_says(pointer: str, found: object) -> None:
    assert Body(THE_RFC_S).at(pointer) == found


def test_null_is_something() -> None:
    assert Body('{"a": null}').at("/a") is None
    assert Body('{"a": null}').at("/a/b") is ABSENT


def test_a_string_is_gone_into_as_json() -> None:
    assert Body(json.dumps(json.dumps({"a": json.dumps(["b"])}))).at("/a/0") == "b"
    assert Body('{"a": "[1]"}').at("/a") == "[1]", "it was not gone into"


@pytest.mark.parametrize("text", ["", "<html>", "{", "[" * 100_000])
def test_what_is_no_json_has_nothing_anywhere(text: str) -> None:
    assert Body(text).at("") is Body(text).at("/a") is ABSENT


KEYS = st.text() | st.text("~/01", max_size=4)


@given(st.recursive(st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner)))
def test_everything_in_a_body_has_a_pointer(value: Any) -> None:
    body = Body(json.dumps(value))

    def look(at: str, inner: Any) -> None:
        assert body.at(at) == inner
        pairs = enumerate(inner) if isinstance(inner, list) else inner.items() if isinstance(inner, dict) else ()
        for key, each in pairs:
            look(f"{at}/{str(key).replace('~', '~0').replace('/', '~1')}", each)

    look("", value)
