"""Shows who holds what at one moment: the map as each logging instance reads it, and what each messages instance has.

Not for judging: a scenario records its final reads in the history.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from rich.console import Console
from rich.table import Table

from harness.gather import Round
from harness.messages.speaking.speech import Asked

if TYPE_CHECKING:
    from harness.messages.system import MessageSystem
    from harness.system import Instances

What = Literal["stored", "logged", "taken"]
_TIMEOUT_S = 2.5
_ASKED: Mapping[What, Asked] = {"stored": "logging", "logged": "logged", "taken": "messages"}
_WORDS = {
    "stored": "messages in the map, as it reads them",
    "logged": "of them were logged through it",
    "taken": "messages taken off the queue",
}


@dataclass(frozen=True)
class MessageCount:
    """How many messages an instance holds; None if it did not answer within seconds."""

    instance: str
    what: What
    count: int | None


def holdings(system: MessageSystem) -> tuple[MessageCount, ...]:
    """The messages that every running logging and messages instance holds, asked at once; never fails.

    What nobody can be asked for is left out.
    """
    asked = Round()
    roles: Sequence[tuple[What, Instances]] = [
        ("stored", system.logging),
        ("logged", system.logging),
        ("taken", system.messages),
    ]
    kinds = [
        (what, name, at)
        for what, instances in roles
        if system.speech.can_ask(_ASKED[what])
        for name, at in instances.running.items()
    ]
    questions = [
        asked.ask(f"what {name} holds", partial(system.clients.peek, at, _ASKED[what])) for what, name, at in kinds
    ]
    asked.finish(timeout_s=_TIMEOUT_S)
    return tuple(
        MessageCount(name, what, None if question.answer is None else len(question.answer))
        for (what, name, _), question in zip(kinds, questions, strict=True)
    )


def table(held: Sequence[MessageCount]) -> str:
    """The holdings as plain text; nothing for a system without services."""
    if not held:
        return ""
    shown = Table("instance", "holds", "what", box=None)
    for holding in held:
        shown.add_row(holding.instance, "?" if holding.count is None else str(holding.count), _WORDS[holding.what])
    out = io.StringIO()
    Console(file=out, width=140).print(shown)
    return out.getvalue()
