"""What a system promises and says of itself, as its history has it: the event `promises`. Only that is judged.

Our own services promise all of it, and their histories say nothing of that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from harness.events import NEMESIS, Event

PROMISES = "promises"


@dataclass(frozen=True)
class Promised:
    """What a system promises, and what its answers tell.

    Attributes:
        exactly_once: no message is taken twice.
        order: a messages instance takes what a partition, or a queue, has in its order.
        commits: what a consumer has committed it does not take again.
        named: a GET says whose messages it shows.
        aggregates: a GET shows what a messages instance has; where there is none, somebody shows what logging has.
        keeps: a messages instance shows what it has taken for as long as it lives.
        delivers: what is acknowledged comes to a messages instance; else logging alone has it.
        alone: nobody else posts to it, or has posted before: so what nobody here posted is in no answer.
    """

    exactly_once: bool = True
    order: bool = True
    commits: bool = True
    named: bool = True
    aggregates: bool = True
    keeps: bool = True
    delivers: bool = True
    alone: bool = True

    @property
    def value(self) -> dict[str, Any]:
        """The value of the event."""
        return asdict(self)

    @property
    def not_promised(self) -> Sequence[str]:
        """What is not judged, in words."""
        others = [] if self.alone else ["that nothing is shown which nobody posted"]
        if not self.delivers:
            return ["that messages come to a messages instance", *others]
        words = {
            "exactly_once": "that no message is taken twice",
            "order": "the order of the messages",
            "commits": "that what is committed is not taken again",
            "named": "whose messages a GET shows",
            "aggregates": "that a GET shows what a messages instance has",
            "keeps": "that what was shown is shown again",
        }
        return [*(words[name] for name in words if not self.value[name]), *others]


def promised(events: Sequence[Event]) -> Promised:
    """What the system of a history promises: all of it, unless the history says otherwise."""
    said = [event.value for event in events if event.process == NEMESIS and event.f == PROMISES]
    return Promised(**said[0]) if said else Promised()
