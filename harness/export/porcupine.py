"""The operations on registers of a history, for porcupine: what `bench/porcupine` reads, as JSON, one a line.

A line has the `client`, `f` (write, read or cas), `key`, `value` (of a cas: old and new), and as `call` and `return`
the indices of the events; `return` is null where nobody knows whether the operation happened, and it may do so at any
later time. What says nothing is left out, as `harness.checkers.register` leaves it out: what surely failed (also a cas,
as `fail` may stand for a refusal of any kind), and a read without an answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from harness.checkers.shapes import REGISTER, refuse_others
from harness.errors import BadInputError
from harness.events import Event, Operation, operations


def lines(events: Sequence[Event]) -> Iterator[str]:
    """The operations on registers, a line for each, without the end of the line.

    Raises:
        BadInputError: there is none, or a value is none of an operation on a register.
    """
    refuse_others(events, REGISTER)
    concerned = [operation for operation in operations(events) if operation.f in REGISTER.operations]
    if not concerned:
        raise BadInputError(
            f"no operation of it is one on a register ({', '.join(REGISTER.operations)}), "
            "and porcupine's model is a register; --as edn takes every history"
        )
    return map(_line, filter(_says_something, concerned))


def _says_something(operation: Operation) -> bool:
    return operation.outcome == "ok" or (operation.outcome == "info" and operation.f != "read")


def _line(operation: Operation) -> str:
    key, value = operation.value if operation.f == "read" else operation.invoke.value
    known = operation.completion if operation.outcome == "ok" else None
    return json.dumps(
        {
            "client": operation.invoke.process,
            "f": operation.f,
            "key": key,
            "value": value,
            "call": operation.invoke.index,
            "return": known.index if known else None,
        }
    )
