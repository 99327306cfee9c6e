"""Tells a scenario in words and figures: what was broken and why that, what it cost, what its checkers counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.checks import Judged
from harness.events import NEMESIS, Event, Events
from harness.faults.nemesis import Injected
from harness.recovery import kinds


@dataclass(frozen=True)
class Line:
    """A line that is said of a scenario.

    Attributes:
        words: for somebody who looks at this scenario.
        in_short: beside other scenarios; empty if it is not worth a word there.
    """

    words: str
    in_short: str = ""


def figures(injected: Sequence[Injected], judged: Judged) -> Sequence[Line]:
    """The lines on a scenario."""
    counted = (Line(*[f"{each.words}{_counted(each.verdict.figures)}"] * 2) for each in judged.checks)
    return (*_faults(injected), *_operations(judged.events), *counted)


def _faults(injected: Sequence[Injected]) -> Iterator[Line]:
    for one in injected:
        for node in one.nodes:
            done = f"{one.fault.name} {node.spec.name}"
            yield Line(f"{done}, because {one.picked.why}", done)
            yield Line(f"  proof: {one.proofs[node.spec.name]}")
        for effect, seconds in one.effects.items():
            seen = f"{effect} after {seconds:.2f} s"
            yield Line(f"  {seen}", seen)


#: Events with figures that a workload noted.
_NOTED = frozenset({"keys-per-member", "external-store", "increments", "items-per-consumer"})


def _operations(events: Events) -> Iterator[Line]:
    for kind in kinds(events):
        if kind.f in {"post", "get"}:
            counts = f"{kind.ok} ok, {kind.failed} failed, {kind.unknown} unknown"
            yield Line(f"{kind.f}: {counts}; longest time without a success {kind.unavailable_s:.2f} s")
    for event in events:
        if event.process == NEMESIS and event.f in _NOTED:
            noted = f"{event.f}: {', '.join(_noted(event))}"
            yield Line(noted, noted)
    logged = Counter(o.value["logged_by"] for o in events.operations if o.f == "post" and o.outcome == "ok")
    if logged:
        yield Line(f"logged by: {_said(logged)}")


def _noted(event: Event) -> Iterator[str]:
    total = sum(event.value.values()) if event.f == "keys-per-member" else 0
    for name, value in event.value.items():
        yield f"{name} {value} ({value / total:.0%})" if total else f"{name} {value}"


def _counted(figures: Mapping[str, object]) -> str:
    """The figures of a checker in words, without those of which there are none."""
    return "".join(f"; {name.replace('_', ' ')}: {_said(value)}" for name, value in figures.items() if value != {})


def _said(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_nested(each)}" for name, each in sorted(value.items())) or "nobody"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _nested(value: object) -> str:
    return f"({_said(value)})" if isinstance(value, Mapping) else str(value)
