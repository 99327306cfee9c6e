"""Tells a scenario in words and figures: what was broken and why that, what it cost, what its checkers counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from harness.checks import Evaluation
from harness.events import Events
from harness.faults.nemesis import Injected
from harness.recovery import kinds
from harness.telling import Line, request_of, tellings


def figures(injected: Sequence[Injected], evaluation: Evaluation) -> Sequence[Line]:
    """The lines on a scenario."""
    counted = (Line(*[f"{each.words}{_counted(each.verdict.figures)}"] * 2) for each in evaluation.checks)
    return (*_faults(injected), *_operations(evaluation.events), *counted)


def _faults(injected: Sequence[Injected]) -> Iterator[Line]:
    for injection in injected:
        for node in injection.nodes:
            done = f"{injection.fault.name} {node.spec.name}"
            yield Line(f"{done}, because {injection.picked.why}", done)
            yield Line(f"  proof: {injection.proofs[node.spec.name]}")
        for effect, seconds in injection.effects.items():
            seen = f"{effect} after {seconds:.2f} s"
            yield Line(f"  {seen}", seen)


def _operations(events: Events) -> Iterator[Line]:
    for kind in kinds(events):
        if request_of(kind.f):
            counts = f"{kind.ok} ok, {kind.failed} failed, {kind.unknown} unknown"
            yield Line(f"{kind.f}: {counts}; longest time without a success {kind.unavailable_s:.2f} s")
    for telling in tellings():
        yield from telling.lines(events)


def _counted(figures: Mapping[str, object]) -> str:
    """The figures of a checker in words, without those of which there are none."""
    return "".join(f"; {name.replace('_', ' ')}: {_said(value)}" for name, value in figures.items() if value != {})


def _said(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_nested(each)}" for name, each in sorted(value.items())) or "nobody"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _nested(value: object) -> str:
    return f"({_said(value)})" if isinstance(value, Mapping) else str(value)
