"""Checks the form of the values of operations and events, kind by kind, and says what arguments are within.

A history with others is none of this harness. The checkers rely on it: a run's operations are recorded as they should
be, but a file may hold anything. The shapes of a suite's or a server's own operations are beside its checkers, made of
the same parts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any, TypeVar

from harness.events import NEMESIS, Event, HistoryError, Operation, operations

#: Greater numbers are no counts or offsets, and too great for what computes with them.
_GREATEST = 1 << 53
_SHOWN = 60
#: What is a list in JSON: a history that is being recorded has values as its clients made them.
_LIST = (list, tuple)
Is = Callable[[Any], bool]


@dataclass(frozen=True)
class Shape:
    """The form of the values of one kind of operation: when it is invoked, and when it is answered with ok.

    Attributes:
        words: both, for a message.
        invoked, answered: tests of them; of an event the first is.
    """

    words: str
    invoked: Is
    answered: Is


@dataclass(frozen=True)
class Shapes:
    """The forms of all that a checker looks at.

    Attributes:
        operations: by kind of operation.
        events: by the name of an event of the clusters or of a workload.
    """

    operations: Mapping[str, Shape] = field(default_factory=dict)
    events: Mapping[str, Shape] = field(default_factory=dict)


_Check = TypeVar("_Check", bound=Callable[..., Any])


def judging(shapes: Shapes) -> Callable[[_Check], _Check]:
    """Marks a checker with the forms that it relies on; a history with others is refused before (`refuse_others`)."""

    def noted(check: _Check) -> _Check:
        vars(check)["shapes"] = shapes
        return check

    return noted


def of(check: Callable[..., Any]) -> Shapes:
    """The forms that a checker relies on."""
    shapes: Shapes = vars(check).get("shapes", _NONE)
    return shapes


_NONE = Shapes()


def refuse_others(events: Sequence[Event], shapes: Shapes) -> None:
    """Refuses a history in which a value has not the form of its kind.

    Raises:
        HistoryError: names the first line that has another.
    """
    for operation in operations(events) if shapes.operations else ():
        if shape := shapes.operations.get(operation.f):
            _refuse_other(operation, shape)
    for event in events if shapes.events else ():
        shape = shapes.events.get(event.f) if event.process == NEMESIS else None
        if shape and not shape.invoked(event.value):
            raise _refused(event, shape)


def _refuse_other(operation: Operation, shape: Shape) -> None:
    if not shape.invoked(operation.invoke.value):
        raise _refused(operation.invoke, shape)
    if operation.outcome == "ok" and operation.completion and not shape.answered(operation.completion.value):
        raise _refused(operation.completion, shape)


def _refused(event: Event, shape: Shape) -> HistoryError:
    is_ = f"the value of {event.f} ({event.type}) is {in_short(event.value)}"
    return HistoryError(f"line {event.index + 1}: {is_}; due was {shape.words}")


def in_short(value: object) -> str:
    """The beginning of a value as JSON, for a message about it."""
    shown = json.dumps(value)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."


def anything(value: Any) -> bool:
    """Whether a value is any value, which every value is."""
    return True


def text(value: Any) -> bool:
    """Whether a value is text."""
    return isinstance(value, str)


def text_or_none(value: Any) -> bool:
    """Whether a value is text or null."""
    return value is None or isinstance(value, str)


def scalar(value: Any) -> bool:
    """Whether a value is neither a list nor an object."""
    return not isinstance(value, (dict, *_LIST))


def number(value: Any) -> bool:
    """Whether a value is a whole number small enough to compute with."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _GREATEST


def count(value: Any) -> bool:
    """Whether a value is a whole number from 0 on, small enough to compute with."""
    return number(value) and value >= 0


def number_or_none(value: Any) -> bool:
    """Whether a value is null, or a whole number small enough to compute with."""
    return value is None or number(value)


def list_of(each: Is) -> Is:
    """The form of a list whose items all have one form."""
    return lambda value: isinstance(value, _LIST) and all(map(each, value))


def pair_of(first: Is, second: Is) -> Is:
    """The form of a list of two."""
    return lambda value: isinstance(value, _LIST) and len(value) == 2 and first(value[0]) and second(value[1])


def map_to(each: Is) -> Is:
    """The form of an object whose values all have one form."""
    return lambda value: isinstance(value, dict) and all(map(each, value.values()))


def fields(of: Mapping[str, Is]) -> Is:
    """The form of an object that has at least these fields."""
    return lambda value: isinstance(value, dict) and all(name in value and is_(value[name]) for name, is_ in of.items())


def perhaps(of: Mapping[str, Is]) -> Is:
    """The form of an object in which these fields may be None, or missing."""
    return lambda value: isinstance(value, dict) and all(value.get(n) is None or is_(value[n]) for n, is_ in of.items())


def either(*shapes: Is) -> Is:
    """The form of a value that has one of these forms."""
    return lambda value: any(is_(value) for is_ in shapes)


_NAMED = fields({"set": text})
SETS = Shapes(
    {
        "add": Shape(
            'an element, or an object with "set" and "element"',
            either(scalar, fields({"set": text, "element": scalar})),
            anything,
        ),
        "read": Shape(
            'ok: a list of elements, or an object with "set" and "elements"; an object with "set" before it',
            either(scalar, _NAMED),
            either(list_of(scalar), fields({"set": text, "elements": list_of(scalar)})),
        ),
    }
)
COUNTER = Shapes(
    {
        "increment": Shape("a whole number", number, anything),
        "read": Shape("ok: a whole number, or null", anything, number_or_none),
    }
)
_KEYED = pair_of(scalar, scalar)
REGISTER = Shapes(
    {
        "write": Shape("[key, value]", _KEYED, anything),
        "read": Shape("[key, null], ok: [key, value]", _KEYED, _KEYED),
        "cas": Shape("[key, [old, new]]", pair_of(scalar, _KEYED), anything),
    }
)
LOCK = Shapes({"acquire": Shape("ok: a fence, which is a whole number, or null", anything, number_or_none)})
IDS = Shapes({"generate": Shape("ok: an id", anything, scalar)})
BOUNDED_QUEUE = Shapes(
    {
        "put": Shape("an item", scalar, anything),
        "offer": Shape("an item", scalar, anything),
        "take": Shape("ok: an item", anything, scalar),
    }
)
_SENT = {"log": text, "value": scalar}
LOG = Shapes(
    {
        "send": Shape(
            'an object with "log" and "value", ok with a number in "offset"',
            fields(_SENT),
            fields({**_SENT, "offset": number_or_none}),
        ),
        "poll": Shape(
            "ok: pairs of offset and value, by the log's name", anything, map_to(list_of(pair_of(number, scalar)))
        ),
    }
)


def _micro(read: Is, value: Any) -> bool:
    """Whether a value is a micro-operation of a transaction; what one reads has the form that is given."""
    return (
        isinstance(value, _LIST)
        and len(value) == 3
        and scalar(value[1])
        and (scalar(value[2]) if value[0] == "append" else value[0] == "r" and read(value[2]))
    )


def _read(value: Any) -> bool:
    """Whether a value is what a read returns: a list of elements, or null."""
    return value is None or list_of(scalar)(value)


TRANSACTIONS = Shapes(
    {
        "txn": Shape(
            'a list of ["append", key, element] and ["r", key, null], ok: ["r", key, a list of elements]',
            list_of(partial(_micro, anything)),
            list_of(partial(_micro, _read)),
        ),
    }
)


@dataclass(frozen=True)
class Within:
    """An argument is a number from `least` to `most`."""

    least: float
    most: float


#: How an argument of a checker is annotated: by the type, and what it has to be within.
Whole = Annotated[int, Within(-_GREATEST, _GREATEST)]
Count = Annotated[int, Within(0, _GREATEST)]
Share = Annotated[float, Within(0, 1)]
Seconds = Annotated[float, Within(0, 1e9)]
