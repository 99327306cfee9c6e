"""Checks the form of the values of operations, kind by kind: this harness writes no history with other values.

The checkers rely on it. A run's operations are recorded as they should be; a file may hold anything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.events import Event, HistoryError, Operation

#: Greater numbers are no counts or offsets, and too great for what computes with them.
_GREATEST = 1 << 53
_SHOWN = 60
_Is = Callable[[Any], bool]


@dataclass(frozen=True)
class Shape:
    """The form of the values of one kind of operation: when it is invoked, and when it is answered with ok.

    Attributes:
        words: both, for a message.
        invoked, answered: tests of them.
    """

    words: str
    invoked: _Is
    answered: _Is


def refuse_others(history: Sequence[Operation], shapes: Mapping[str, Shape]) -> None:
    """Refuses a history in which the value of an operation of these kinds has not the form of its kind.

    Raises:
        HistoryError: names the first line that has not.
    """
    for operation in history:
        shape = shapes.get(operation.f)
        if shape is None:
            continue
        if not shape.invoked(operation.invoke.value):
            raise _refused(operation.invoke, shape)
        if operation.outcome == "ok" and operation.completion and not shape.answered(operation.completion.value):
            raise _refused(operation.completion, shape)


def _refused(event: Event, shape: Shape) -> HistoryError:
    shown = json.dumps(event.value)
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."
    return HistoryError(
        f"line {event.index + 1}: the value of {event.f} ({event.type}) is {shown}; due was {shape.words}"
    )


def _anything(value: Any) -> bool:
    return True


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _text_or_none(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _scalar(value: Any) -> bool:
    return not isinstance(value, dict | list)


def _number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _GREATEST


def _number_or_none(value: Any) -> bool:
    return value is None or _number(value)


def _list_of(each: _Is) -> _Is:
    return lambda value: isinstance(value, list) and all(map(each, value))


def _pair_of(first: _Is, second: _Is) -> _Is:
    return lambda value: isinstance(value, list) and len(value) == 2 and first(value[0]) and second(value[1])


def _map_to(each: _Is) -> _Is:
    return lambda value: isinstance(value, dict) and all(map(each, value.values()))


def _fields(of: Mapping[str, _Is]) -> _Is:
    """The form of an object that has at least these fields."""
    return lambda value: isinstance(value, dict) and all(name in value and is_(value[name]) for name, is_ in of.items())


def _perhaps(of: Mapping[str, _Is]) -> _Is:
    """The form of an object in which these fields may be None, or missing."""
    return lambda value: isinstance(value, dict) and all(value.get(n) is None or is_(value[n]) for n, is_ in of.items())


def _either(*shapes: _Is) -> _Is:
    return lambda value: any(is_(value) for is_ in shapes)


_PART = _fields({"from": _text_or_none, "ids": _list_of(_text)})

MESSAGES: Mapping[str, Shape] = {
    "post": Shape(
        'an object with "id" and "msg", ok with what is known of "logged_by", "partition" and "offset"',
        _fields({"id": _text, "msg": _scalar}),
        _perhaps({"logged_by": _text, "partition": _number, "offset": _number}),
    ),
    "drain": Shape("the ids of each messages instance, by its name", _anything, _map_to(_list_of(_text))),
    "get": Shape(
        'an object with "logging" and "messages", each with "from" and "ids"',
        _anything,
        _fields({"logging": _PART, "messages": _PART}),
    ),
}
_NAMED = _fields({"set": _text})
SETS: Mapping[str, Shape] = {
    "add": Shape(
        'an element, or an object with "set" and "element"',
        _either(_scalar, _fields({"set": _text, "element": _scalar})),
        _anything,
    ),
    "read": Shape(
        'ok: a list of elements, or an object with "set" and "elements"; an object with "set" before it',
        _either(_scalar, _NAMED),
        _either(_list_of(_scalar), _fields({"set": _text, "elements": _list_of(_scalar)})),
    ),
}
COUNTER: Mapping[str, Shape] = {
    "increment": Shape("a whole number", _number, _anything),
    "read": Shape("ok: a whole number, or null", _anything, _number_or_none),
}
_KEYED = _pair_of(_scalar, _scalar)
REGISTER: Mapping[str, Shape] = {
    "write": Shape("[key, value]", _KEYED, _anything),
    "read": Shape("[key, null], ok: [key, value]", _KEYED, _KEYED),
    "cas": Shape("[key, [old, new]]", _pair_of(_scalar, _KEYED), _anything),
}
LOCK: Mapping[str, Shape] = {
    "acquire": Shape("ok: a fence, which is a whole number, or null", _anything, _number_or_none)
}
IDS: Mapping[str, Shape] = {"generate": Shape("ok: an id", _anything, _scalar)}
BOUNDED_QUEUE: Mapping[str, Shape] = {
    "put": Shape("an item", _scalar, _anything),
    "offer": Shape("an item", _scalar, _anything),
    "take": Shape("ok: an item", _anything, _scalar),
}
_SENT = {"log": _text, "value": _scalar}
LOG: Mapping[str, Shape] = {
    "send": Shape(
        'an object with "log" and "value", ok with a number in "offset"',
        _fields(_SENT),
        _fields({**_SENT, "offset": _number_or_none}),
    ),
    "poll": Shape(
        "ok: pairs of offset and value, by the log's name", _anything, _map_to(_list_of(_pair_of(_number, _scalar)))
    ),
}
