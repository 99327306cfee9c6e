"""Where in a TOML text a key, a table or an element of a list stands."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from harness.decoding.positions import Keys, line_of, lines_of

TEXT = """\
# a comment
name = "x"

a."b.c".d = [
  1,  # one
  { x = 1, y.z = 2 },
]
[services.facade]
port = 1
[[post.denied]]
status = [400]
[post.denied.json]
"/a" = "b"
[[post.denied]]
[queue]
[services.logging]
port = '''
2'''
last = 1
[services]
"""


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("name",), 2),
        (("a", "b.c", "d"), 4),
        (("a",), 4),
        (("a", "b.c", "d", 0), 5),
        (("a", "b.c", "d", 1), 6),
        (("a", "b.c", "d", 1, "y", "z"), 6),
        (("services", "facade", "port"), 9),
        (("post", "denied"), 10),
        (("post", "denied", 0), 10),
        (("post", "denied", 0, "json", "/a"), 13),
        (("post", "denied", 1), 14),
        (("services", "logging"), 16),
        (("services", "logging", "last"), 19),
        (("services",), 20),
    ],
)
def test_what_is_named_stands_where_its_key_or_heading_does(keys: Keys, line: int) -> None:
    assert lines_of(TEXT)[keys] == line


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("services", "facade", "prt"), 8),
        (("post", "denied", 1, "status", 3), 14),
        (("nothing", "of", "this"), 1),
        ((), 1),
    ],
)
def test_what_is_not_there_is_looked_for_in_what_encloses_it(keys: Keys, line: int) -> None:
    assert line_of(keys, lines_of(TEXT)) == line


def numbered(value: Any, numbers: Iterator[int]) -> Any:
    """The same, with a number of its own in place of each number."""
    if isinstance(value, dict):
        return {key: numbered(each, numbers) for key, each in value.items()}
    if isinstance(value, list):
        return [numbered(each, numbers) for each in value]
    return next(numbers) if isinstance(value, int) else value


def leaves(value: Any, keys: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    if isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(each, (*keys, key))
    else:
        yield keys, value


#: With keys that have to be quoted, and with texts in several lines, which move what follows.
VALUES = st.recursive(
    st.just(0) | st.text(st.sampled_from("ab\n\"'\\#[]= é"), max_size=6),
    lambda inner: st.dictionaries(st.text("ab .\"'\\é", max_size=3), inner, max_size=4) | st.lists(inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text("abc"), VALUES, max_size=4))
def test_every_number_of_any_text_stands_on_its_line(data: dict[str, Any]) -> None:
    text = tomli_w.dumps(numbered(data, itertools.count(1000)), multiline_strings=True)
    lines = lines_of(text)
    for keys, value in leaves(tomllib.loads(text)):
        assert keys in lines
        assert not isinstance(value, int) or str(value) in text.split("\n")[lines[keys] - 1]
