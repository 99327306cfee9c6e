"""A scenario in words and figures: what was broken and why it was the one, what it cost, who received what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from harness.events import NEMESIS, Event, Operation, operations
from harness.faults.nemesis import Injected
from harness.messages.checkers import partition_order
from harness.messages.checkers.posts import last
from harness.recovery import kinds
from harness.servers.hazelcast.checkers import loss_rate, lost_partitions
from harness.servers.hazelcast.checkers.loss_rate import CONFIDENCE


def figures(scenario: str, injected: Sequence[Injected], events: Sequence[Event]) -> str:
    """Plain text, a few lines."""
    return "\n".join([scenario, *(f"  {line}" for line in (*_faults(injected), *_operations(events)))])


def _faults(injected: Sequence[Injected]) -> Iterator[str]:
    for one in injected:
        for node in one.nodes:
            yield f"{one.fault.name} {node.spec.name}, because {one.picked.why}"
            yield f"  proof: {one.proofs[node.spec.name]}"
        for effect, seconds in one.effects.items():
            yield f"  {effect} after {seconds:.2f} s"


#: Events with figures that a workload noted.
_NOTED = frozenset({"keys-per-member", "external-store", "increments", "items-per-consumer"})


def _operations(events: Sequence[Event]) -> Iterator[str]:
    for kind in kinds(events):
        if kind.f in {"post", "get"}:
            counts = f"{kind.ok} ok, {kind.failed} failed, {kind.unknown} unknown"
            yield f"{kind.f}: {counts}; longest time without a success {kind.unavailable_s:.2f} s"
    for event in events:
        if event.process == NEMESIS and event.f in _NOTED:
            yield f"{event.f}: {', '.join(_noted(event))}"
    yield from _losses(events)
    history = operations(events)
    logged = Counter(o.value["logged_by"] for o in history if o.f == "post" and o.outcome == "ok")
    if logged:
        yield f"logged by: {_counts(logged)}"
    if drained := last(history, "drain"):
        yield f"received by: {_counts(_sizes(drained))}"
        yield from _orders(history, drained)


def _orders(history: Sequence[Operation], drained: Operation) -> Iterator[str]:
    """From which Kafka partitions each instance read how many, and how many were overtaken by one of another."""
    where = {o.value["id"]: o.value["partition"] for o in history if o.f == "post" and o.outcome == "ok"}
    overtaken = partition_order.overtaken(history)
    for instance, ids in sorted(drained.value.items()):
        counts = Counter(f"p{where[id_]}" for id_ in ids if where.get(id_) is not None)
        if counts:
            yield f"order at {instance}: {_counts(counts)}; {overtaken[instance]} overtaken by a later one of another"


def _losses(events: Sequence[Event]) -> Iterator[str]:
    """Of keys in partitions: what each round lost, and of several the share."""
    if not any(event.process == NEMESIS and event.f == "owners" for event in events):
        return
    rounds = [lost_partitions.check(one, share=0).figures for one in loss_rate.rounds(events)]
    known = [figures for figures in rounds if figures]
    for one in known:
        yield f"lost: {one['lost']} of {one['keys']} keys, {one['partitions_lost']} of {one['partitions']} partitions"
    if len(known) > 1:
        lost, of = (sum(int(str(one[name])) for one in known) for name in ("partitions_lost", "partitions"))
        low, high = loss_rate.interval(lost, of)
        yield f"share of partitions lost: {lost / of:.1%}; {low:.1%} to {high:.1%} with {CONFIDENCE} confidence"


def _noted(event: Event) -> Iterator[str]:
    total = sum(event.value.values()) if event.f == "keys-per-member" else 0
    for name, value in event.value.items():
        yield f"{name} {value} ({value / total:.0%})" if total else f"{name} {value}"


def _sizes(drained: Operation) -> Mapping[str, int]:
    return {instance: len(ids) for instance, ids in drained.value.items()}


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "nobody"
