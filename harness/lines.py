"""Reads one line of a history file: JSON with the fields of an event, and nothing that its readers could trip over."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from harness.errors import HistoryError

#: Levels of lists and objects; what reads them may go down by recursion.
_DEEPEST = 60
_TOO_DEEP = f"nested too deep: more than {_DEEPEST} levels"
_FIELDS: Mapping[str, type | tuple[type, ...]] = {
    "index": int,
    "time": int,
    "process": (int, str),
    "type": str,
    "f": str,
    "value": object,
    "error": (str, type(None)),
}


def fields_of(line: bytes) -> dict[str, Any]:
    """All fields of an event by their names, each checked to be of its type.

    Raises:
        HistoryError: with the reason.
    """
    if not line.endswith(b"\n"):
        raise HistoryError("the line is cut off; it is the last thing a killed recorder wrote")
    fields = _json(line)
    if not isinstance(fields, dict):
        raise HistoryError("not an event, which is a JSON object")
    if missing := [name for name in _FIELDS if name not in fields and name != "error"]:
        raise HistoryError(f"an event without {', '.join(missing)}")
    for name, types in _FIELDS.items():
        if not isinstance(fields.get(name), types) or (isinstance(fields.get(name), bool) and name != "value"):
            raise HistoryError(f"{name} can't be {fields.get(name)!r}")
    for name in ("f", "process"):
        if not str(fields[name]).isprintable():
            raise HistoryError(f"{name} can't be {fields[name]!r}")
    return {name: fields.get(name) for name in _FIELDS}


def _json(line: bytes) -> Any:
    try:
        value = json.loads(line.decode(), parse_constant=_no_number, parse_float=_number)
        if b"\\ud" in line.lower():
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise HistoryError(f"half a character, which nobody can print ({error.reason})") from error
    except ValueError as error:
        raise HistoryError(f"not JSON ({error})") from error
    except RecursionError as error:
        raise HistoryError(_TOO_DEEP) from error
    if line.count(b"[") + line.count(b"{") > _DEEPEST and _is_deeper(value, _DEEPEST):
        raise HistoryError(_TOO_DEEP)
    return value


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number in JSON")


def _number(text: str) -> float:
    if math.isinf(number := float(text)):
        raise ValueError(f"{text} is too great a number")
    return number


def _is_deeper(value: Any, levels: int) -> bool:
    """Whether a value is nested deeper than that; without recursion, from which its readers are to be kept."""
    nested = [value]
    for _ in range(levels):
        nested = [
            each
            for outer in nested
            if isinstance(outer, dict | list)
            for each in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return bool(nested)
