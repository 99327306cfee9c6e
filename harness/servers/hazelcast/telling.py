"""How the operations and figures of Hazelcast's workloads are told."""

from __future__ import annotations

from collections.abc import Iterator

from harness.events import NEMESIS, Event, Events
from harness.telling import Comparison, Line, Telling

#: Events with figures that a workload noted; of what the members share, what share each has.
_NOTED = frozenset({"keys-per-member", "external-store", "increments", "items-per-consumer"})
_SHARED = "keys-per-member"


def _lines(events: Events) -> Iterator[Line]:
    for event in events:
        if event.process == NEMESIS and event.f in _NOTED:
            noted = f"{event.f}: {', '.join(_figures(event))}"
            yield Line(noted, noted)


def _figures(event: Event) -> Iterator[str]:
    total = sum(event.value.values()) if event.f == _SHARED else 0
    for name, value in event.value.items():
        yield f"{name} {value} ({value / total:.0%})" if total else f"{name} {value}"


LOCKS = Comparison(
    name="locks",
    title="Three clients increment one key: with which locks, and at what cost",
    event="increments",
    by="locks",
    amount="increments",
    plotted={"seconds": "seconds", "per_second": "increments a second", "retries": "increments tried again"},
    reported={"pessimistic": {"seconds": 12.82}, "optimistic": {"seconds": 8.41}},
    source="report 004",
)
WORKLOADS = Telling(
    others=frozenset({"reserve"}),
    lines=_lines,
    comparisons=(LOCKS,),
    categories={"Lost message": ("part of a partition",)},
)
