"""Writes JSON values as EDN, the notation that Jepsen keeps its histories in (https://github.com/edn-format/edn).

Nothing is lost: text stays text (also as a key), a whole number stays one and 1.0 is not 1. What JSON has no word for
is a keyword, where a caller says so.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harness.errors import BadInputError

#: Whole numbers beyond need an N behind them, or a reader takes them for 64 bits.
_MOST_BITS = 63
#: Narrower than EDN's own rule, so that every reader takes it.
_KEYWORD = re.compile(r"[A-Za-z][A-Za-z0-9_*!?-]*")


class Keyword(str):
    """A name that EDN writes with a colon before it, such as `:write`."""

    __slots__ = ()


def named(name: str) -> str:
    """The name as a keyword if it can be one, else as text."""
    return Keyword(name) if _KEYWORD.fullmatch(name) else name


def written(value: object) -> str:
    """A value as EDN, in one line.

    Args:
        value: what JSON can say, with keywords in it.

    Raises:
        BadInputError: JSON can't say it.
    """
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value)
    raise BadInputError(
        f"{value!r} can't be written as EDN; due was text, a number, true, false, null, a list or a map"
    )


def _whole(number: int) -> str:
    return f"{number}N" if number.bit_length() > _MOST_BITS else str(number)


def _decimal(number: float) -> str:
    if not math.isfinite(number):
        raise BadInputError(f"{number} can't be written as EDN: it is no number")
    return repr(number)


def _list(items: Sequence[object]) -> str:
    return f"[{' '.join(map(written, items))}]"


def _map(entries: Mapping[object, object]) -> str:
    return f"{{{', '.join(f'{written(name)} {written(value)}' for name, value in entries.items())}}}"


#: The first that fits: a keyword is text, and a boolean is a whole number to Python. JSON's text is EDN's, as long as
#: nothing but what has to be is escaped: of a character that is two in UTF-16 an EDN reader may make two.
_WRITERS: Sequence[tuple[type | tuple[type, ...], Callable[[Any], str]]] = (
    (type(None), lambda _: "nil"),
    (bool, lambda value: "true" if value else "false"),
    (Keyword, lambda keyword: f":{keyword}"),
    (str, lambda text: json.dumps(text, ensure_ascii=False)),
    (int, _whole),
    (float, _decimal),
    ((list, tuple), _list),
    (dict, _map),
)
