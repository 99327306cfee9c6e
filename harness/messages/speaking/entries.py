"""Reads the messages out of an answer, as a file describes it.

An answer that is something else than described holds no empty list: it can't be read, and that is said.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from harness.errors import HarnessError
from harness.messages.description import model
from harness.messages.speaking.body import ABSENT, Body, at, parsed

_BEGINNING = 200


class Shown(NamedTuple):
    """A message in an answer: its text, and its id; None is what the answer does not have."""

    text: str | None
    id: str | None


class Part(NamedTuple):
    """What an answer shows of one instance: whose it is, None if it does not say, and the messages in their order."""

    source: str | None
    messages: Sequence[Shown]


class UnreadableAnswerError(Exception):
    """An answer is not what the file says that it is; the message has what was due, where, and how the body begins."""


class NotReadError(HarnessError):
    """An instance gave no answer to a direct read, or another one than the file says; the message says which."""

    finding = "failed direct read"


def part_of(entries: model.Entries, body: Body, key: str) -> Part:
    """The messages in a body.

    Args:
        entries: where they are, and in which form.
        body: of the answer.
        key: the table of the file that says so, for the error.

    Raises:
        UnreadableAnswerError: they are not there, or not in that form.
    """
    try:
        items = _items(entries, body)
        return Part(_source(entries, body), [_shown(entries, item, place) for place, item in enumerate(items, start=1)])
    except _OtherError as error:
        begins = body.text if len(body.text) <= _BEGINNING else f"{body.text[:_BEGINNING]}..."
        raise UnreadableAnswerError(
            f"unreadable answer: [{key}] says that there is {error.due}; there is {error.found}. The body: {begins!r}"
        ) from None


class _OtherError(Exception):
    """Something else is there than was due."""

    def __init__(self, due: str, found: object) -> None:
        super().__init__(due)
        self.due, self.found = due, _kind(found)


def _items(entries: model.Entries, body: Body) -> Sequence[Any]:
    """The entries, each as it stands in the answer."""
    part = _cut(entries, body)
    if entries.empty is not None and (part is None or isinstance(part, str)):
        # JSON's null is a way of saying it, too.
        words = "null" if part is None else part
        if re.search(entries.empty, words):
            return ()
    match entries.form:
        case "json":
            return _list(part, f"a JSON list{_where(entries)}", parsed)
        case "python":
            return _list(part, f"a list as Python prints it{_where(entries)}", _literal)
        case "text":
            if not isinstance(part, str):
                raise _OtherError(f"a text{_where(entries)}", part)
            pieces = (piece.strip(entries.strip) for piece in part.strip(entries.strip).split(entries.split))
            return [piece for piece in pieces if piece]


def _cut(entries: model.Entries, body: Body) -> Any:
    """The part of the body in which the messages are."""
    part = body.at(entries.at) if entries.at else _whole(body)
    if entries.match is None:
        return part
    if not isinstance(part, str):
        raise _OtherError(f"a text{_place(entries)}", part)
    found = re.search(entries.match, part)
    if found is None:
        raise _OtherError(f"something{_place(entries)} that matches {entries.match!r}", ABSENT)
    return next((group for group in found.groups() if group is not None), found[0])


def _whole(body: Body) -> str:
    """All of a body; if it is a JSON string, the text that this is: so some frameworks answer with a text."""
    return body.value if isinstance(body.value, str) else body.text


def _list(part: Any, due: str, read: Any) -> Sequence[Any]:
    value = part
    while isinstance(value, str):
        value = read(value)
    if not isinstance(value, (list, tuple)):
        raise _OtherError(due, part if value is ABSENT else value)
    return value


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return ABSENT


def _shown(entries: model.Entries, item: Any, place: int) -> Shown:
    def text_at(pointer: str) -> str:
        found = at(item, pointer)
        if not isinstance(found, str):
            raise _OtherError(f"a text as entry {place}{f' at {pointer}' if pointer else ''}", found)
        return found

    if entries.id is None:
        return Shown(text_at(entries.text), None)
    id_ = text_at(entries.id)
    return Shown(None if entries.id == entries.text else text_at(entries.text), id_)


def _source(entries: model.Entries, body: Body) -> str | None:
    found = ABSENT if entries.source is None else body.at(entries.source)
    if found is ABSENT or found is None:
        return None
    if not isinstance(found, str):
        raise _OtherError(f"the name of an instance at {entries.source}", found)
    return found


def _where(entries: model.Entries) -> str:
    return _place(entries) + ("" if entries.match is None else f" in what matches {entries.match!r}")


def _place(entries: model.Entries) -> str:
    return f" at {entries.at}" if entries.at else ""


def _kind(found: object) -> str:
    """What was found, in a word."""
    match found:
        case None:
            return "null"
        case bool():
            return "true or false"
        case str():
            return "a text"
        case int() | float():
            return "a number"
        case list() | tuple():
            return "a list"
        case dict():
            return "an object"
    return "nothing" if found is ABSENT else "something else"
