"""Reads histories as Jepsen writes them, with a reader of EDN that is not ours (edn_format): its EDN, and its log.

A log has a line for each event, such as `INFO  jepsen.util - 2	:invoke	:cas	[3 0]`, of one register.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

import edn_format

from harness.errors import HistoryError
from harness.events import Event, Events, Type

_LOGGED = re.compile(r"INFO\s+jepsen\.util - (?P<process>\d+)\s+:(?P<type>\w+)\s+:(?P<f>\w+)\s+(?P<value>.+)")
_REGISTER = "x"


def from_edn(text: str) -> Events:
    """The events of operation maps in EDN; keywords become the text that they are in JSON.

    Raises:
        HistoryError: it is no EDN, or something in it is no operation map.
    """
    try:
        return Events(Event(**_plain(one)) for one in edn_format.loads_all(text))
    except (edn_format.EDNDecodeError, TypeError) as error:
        raise HistoryError(f"not operation maps in EDN: {error}") from error


def _plain(value: Any) -> Any:
    match value:
        case edn_format.Keyword():
            return value.name
        case Mapping():
            return {_plain(name): _plain(one) for name, one in value.items()}
        case edn_format.ImmutableList() | tuple():
            return [_plain(one) for one in value]
        case _:
            return value


def from_log(lines: Iterable[str]) -> Events:
    """The events of a log of one register, which has no times: an event's time is its place.

    What timed out says so instead of repeating its value, so it gets that of its invocation.
    """
    found = [match for match in map(_LOGGED.match, lines) if match]
    events: list[Event] = []
    invoked: dict[int, Any] = {}
    # All at once: making the reader takes longer than reading.
    for match, value in zip(found, edn_format.loads_all("\n".join(each["value"] for each in found)), strict=True):
        process, type_, at = int(match["process"]), cast(Type, match["type"]), len(events)
        is_told = not isinstance(value, edn_format.Keyword)
        told = [_REGISTER, _plain(value)] if is_told else invoked[process]
        if type_ == "invoke":
            invoked[process] = told
        events.append(Event(at, process, type_, match["f"], told, at, None if is_told else value.name))
    return Events(events)


def is_same(one: Iterable[Event], other: Iterable[Event]) -> bool:
    """Whether two histories are the same to the last digit; to Python alone 1, 1.0 and true are equal."""
    return list(map(repr, one)) == list(map(repr, other))
