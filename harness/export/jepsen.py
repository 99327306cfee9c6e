"""A history as Jepsen keeps its own: an operation map in EDN for each event, one a line.

The fields have Jepsen's names already (`harness.history`). What Jepsen has keywords for is one: `:type`, `:f`, the
process `:nemesis`, and `:append` and `:r` in a transaction, as Elle wants them. An operation on a register keeps its
`[key value]`, which is the tuple of `jepsen.independent`; keys of maps stay text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from harness.events import NEMESIS, Event
from harness.export.edn import Keyword, named, written

_TXN = "txn"


def lines(events: Iterable[Event]) -> Iterator[str]:
    """The events as EDN, a line for each, without the end of the line.

    Raises:
        BadInputError: a value is none that JSON can say.
    """
    return (written(_operation_map(event)) for event in events)


def _operation_map(event: Event) -> dict[object, object]:
    fields: dict[object, object] = {
        Keyword("index"): event.index,
        Keyword("time"): event.time,
        Keyword("process"): Keyword(NEMESIS) if event.process == NEMESIS else event.process,
        Keyword("type"): Keyword(event.type),
        Keyword("f"): named(event.f),
        Keyword("value"): _transaction(event.value) if event.f == _TXN else event.value,
    }
    return fields if event.error is None else {**fields, Keyword("error"): event.error}


def _transaction(value: Any) -> Any:
    """The micro-operations of a transaction, each with its name as a keyword; anything else as it is."""
    if not isinstance(value, list | tuple):
        return value
    return [
        [named(micro[0]), *micro[1:]]
        if isinstance(micro, list | tuple) and micro and isinstance(micro[0], str)
        else micro
        for micro in value
    ]
