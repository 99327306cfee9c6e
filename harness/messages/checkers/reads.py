"""What single instances answered, in GETs of the facade and when they were read directly.

A message in an answer is its id where the client saw the text that it had first posted under that id, and otherwise id
and text: a history has each text once, and each id as often as it was seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from harness.events import Operation


@dataclass(frozen=True)
class Read:
    """The answer of one instance.

    Attributes:
        instance: whose it is; None if nobody answered.
        role: logging or messages.
        operation: the GET or the direct read that it was an answer to.
        entries: the messages, as the history has them.
    """

    instance: str | None
    role: str
    operation: Operation
    entries: Sequence[Any]

    @cached_property
    def ids(self) -> Sequence[str]:
        """The ids of the messages."""
        return ids(self.entries)

    @property
    def words(self) -> str:
        """Whose answer it is, for a sentence."""
        if self.operation.f == "get":
            return f"a GET answered by {self.instance}" if self.instance else "a GET"
        return f"{self.instance}, read directly,"


#: The direct reads, and whose answers they are.
_DIRECT = {"drain": "messages", "stored": "logging"}


def reads(history: Sequence[Operation]) -> Iterator[Read]:
    """The answers of all successful GETs and direct reads, in the order in which these began."""
    for operation in history:
        if operation.outcome != "ok":
            continue
        if operation.f == "get":
            for role, part in operation.value.items():
                yield Read(part["from"], role, operation, part["ids"])
        elif operation.f in _DIRECT:
            for instance, entries in operation.value.items():
                yield Read(instance, _DIRECT[operation.f], operation, entries)


def ids(entries: Sequence[Any]) -> list[str]:
    """The ids of messages that an answer holds."""
    return [entry if isinstance(entry, str) else entry[0] for entry in entries]
