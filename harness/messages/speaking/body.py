"""The body of an answer, and what is at a place in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final


class _Absent:
    def __repr__(self) -> str:
        return "nothing"


#: What is at a place that there is not; JSON's null is something.
ABSENT: Final = _Absent()


@dataclass(frozen=True)
class Body:
    """A body that was answered, as text; read as JSON once, when somebody asks for that."""

    text: str

    @cached_property
    def value(self) -> Any:
        """The JSON that it is, or ABSENT."""
        return parsed(self.text)

    def at(self, pointer: str) -> Any:
        """What is at a JSON pointer; ABSENT if nothing is, or the body is no JSON."""
        return at(self.value, pointer)


def at(value: Any, pointer: str) -> Any:
    """What is at a JSON pointer (RFC 6901) in a value; ABSENT if nothing is.

    Where a string has to be gone into it is read as JSON, which libraries for pointers don't do.
    """
    for token in pointer.split("/")[1:]:
        value = _step(parsed(value) if isinstance(value, str) else value, token.replace("~1", "/").replace("~0", "~"))
    return value


def parsed(text: str) -> Any:
    """The JSON that a text is, or ABSENT."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return ABSENT


def _step(value: Any, token: str) -> Any:
    if isinstance(value, dict):
        return value.get(token, ABSENT)
    is_index = token.isascii() and token.isdecimal() and token == str(int(token))
    if isinstance(value, (list, tuple)) and is_index and int(token) < len(value):
        return value[int(token)]
    return ABSENT
