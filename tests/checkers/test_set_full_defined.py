"""The sets' checkers say what their docstrings say, on small histories of one set or two."""

import json
import random
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from harness.checkers import Validity, combine, set_full
from harness.checkers.verdict import Verdict, unknown
from harness.events import Event, Operation, operations
from tests.checkers.small import compare, ended, explained, small


def history(chance: random.Random) -> tuple[Event, ...]:
    pool = chance.choice([["a"], ["a", "b"], ["a", "b", "c"], [1, True, 1.0, "1", None]])
    named = chance.random() < 0.4

    def call(chance: random.Random) -> tuple[str, Any]:
        name = chance.choice(["s", "t"])
        if chance.random() < 0.5:
            return "read", {"set": name} if named else None
        element = chance.choice(pool)
        return "add", {"set": name, "element": element} if named else element

    def answer(chance: random.Random, f: str, value: Any) -> Any:
        if f == "add":
            return value
        read = [element for element in pool if chance.random() < 0.6]
        read += [read[0]] if read and chance.random() < 0.03 else []
        return {**value, "elements": read} if named else read

    return small(chance, call, answer)


def parts(events: Sequence[Event]) -> dict[str | None, tuple[list[Operation], list[Operation]]]:
    """By set its additions that did not surely fail, and its reads that succeeded, with plain values as JSON."""
    found: dict[str | None, tuple[list[Operation], list[Operation]]] = {}
    for o in operations(events):
        value = o.invoke.value
        adds, reads = found.setdefault(value["set"] if isinstance(value, dict) else None, ([], []))
        if o.f == "add" and o.outcome != "fail":
            plain = json.dumps(value["element"] if isinstance(value, dict) else value)
            adds.append(o._replace(invoke=o.invoke._replace(value=plain), completion=with_value(o, plain)))
        elif o.f == "read" and o.outcome == "ok":
            elements = o.value["elements"] if isinstance(o.value, dict) else o.value
            reads.append(o._replace(completion=with_value(o, list(map(json.dumps, elements)))))
    return found


def with_value(o: Operation, value: object) -> Event | None:
    return o.completion and o.completion._replace(value=value)


def at_the_end(adds: Sequence[Operation], reads: Sequence[Operation]) -> Verdict:
    acknowledged = {add.value for add in adds if add.outcome == "ok"}
    if not reads or any(ended(add) > reads[-1].invoke.index for add in adds if add.outcome == "ok"):
        return unknown("")
    possible = {add.invoke.value for add in adds if add.invoke.index < ended(reads[-1])}
    read = set(reads[-1].value)
    recovered = {element for element in read & possible if element not in acknowledged}
    verdict = Verdict.of(
        [], {"acknowledged": len(acknowledged), "lost": len(acknowledged - read), "recovered": len(recovered)}
    )
    return verdict if acknowledged <= read <= possible else Verdict(Validity.INVALID, (), verdict.figures)


def over_time(adds: Sequence[Operation], reads: Sequence[Operation], *, linearizable: bool) -> Verdict:
    if not reads:
        return unknown("")
    possible = {add.invoke.value for add in adds}
    fates = {element: fate(element, adds, reads) for element in possible}
    invented = {
        element
        for read in reads
        for element in read.value
        if not any(add.invoke.value == element and add.invoke.index < ended(read) for add in adds)
    }
    doubled = any(len(set(read.value)) < len(read.value) for read in reads)
    counts = list(fates.values())
    figures = {
        "acknowledged": len({add.invoke.value for add in adds if add.outcome == "ok"}),
        "known": sum(one != "unknown" for one in counts),
        "lost": counts.count("lost"),
        "undone": counts.count("undone"),
        "stale": counts.count("stale"),
        "never_read": counts.count("never read"),
        "unexpected": len(invented),
        "slowest": max((latency(e, adds, reads) for e in possible if fates[e] in {"there", "stale"}), default=0),
    }
    wrong = "lost" in counts or "undone" in counts or invented or doubled
    if linearizable:
        wrong = wrong or not all(is_linearizable(element, adds, reads) for element in possible)
    return Verdict(Validity.INVALID if wrong else Validity.VALID, (), figures)


def fate(element: str, adds: Sequence[Operation], reads: Sequence[Operation]) -> str:
    mine = [add for add in adds if add.invoke.value == element]
    fair = [read for read in reads if min(add.invoke.index for add in mine) < ended(read)]
    having = [read for read in fair if element in read.value]
    sure = [ended(add) for add in mine if add.outcome == "ok"] + [ended(read) for read in having]
    if not sure:
        return "unknown"
    lacking = [read for read in reads if element not in read.value and read.invoke.index > min(sure)]
    if any(all(ended(had) < lacked.invoke.index for had in having) for lacked in lacking):
        return "lost" if any(add.outcome == "ok" for add in mine) else "undone"
    return "stale" if lacking else "there" if having else "never read"


def latency(element: str, adds: Sequence[Operation], reads: Sequence[Operation]) -> int:
    """How long after it was known it was still missing, in nanoseconds."""
    first = min(add.invoke.index for add in adds if add.invoke.value == element)
    sure = [add for add in adds if add.invoke.value == element and add.outcome == "ok"]
    sure += [read for read in reads if element in read.value and ended(read) > first]
    known = min(sure, key=ended)
    return max(
        (r.began - known.ended for r in reads if element not in r.value and r.invoke.index > ended(known)), default=0
    )


def is_linearizable(element: str, adds: Sequence[Operation], reads: Sequence[Operation]) -> bool:
    """Whether some moment of its addition explains all reads of this element."""
    concerned = [add for add in adds if add.invoke.value == element] + list(reads)
    events = [event for o in concerned for event in (o.invoke, o.completion) if event]
    # A read from before all its additions is another matter.
    first = min(add.invoke.index for add in adds if add.invoke.value == element)
    events = [event for event in events if event.f == "add" or ended_after(event, reads, first)]

    def apply(state: bool, o: Operation) -> Iterator[bool]:
        if o.f == "add":
            yield True
        elif state == (element in o.value):
            yield state

    return explained(sorted(events, key=lambda event: event.index), initial=False, apply=apply)


def ended_after(event: Event, reads: Sequence[Operation], index: int) -> bool:
    return any(ended(read) > index for read in reads if event in (read.invoke, read.completion))


def summed(verdicts: Sequence[Verdict]) -> tuple[Validity, dict[str, Any]]:
    total: dict[str, Any] = {}
    for verdict in verdicts:
        for name, count in verdict.figures.items():
            before = total.get(name, 0)
            total[name] = max(before, count) if name == "slowest" else before + count
    return combine(*verdicts).validity, total


def seen(verdict: Verdict) -> tuple[Validity, dict[str, Any]]:
    figures = dict(verdict.figures)
    if "stable_latency_s" in figures:
        latencies: Any = figures.pop("stable_latency_s")
        figures["slowest"] = round(latencies.get("1.0", 0) * 1e9)
    return verdict.validity, figures


def test_the_end_is_what_is_defined() -> None:
    compare(
        history,
        set_full.at_the_end,
        lambda events: summed([at_the_end(*part) for part in parts(events).values()]),
        seen=seen,
        kinds=3,
    )


@pytest.mark.parametrize("linearizable", [False, True])
def test_what_is_seen_over_time_is_what_is_defined(linearizable: bool) -> None:
    compare(
        history,
        lambda events: set_full.over_time(events, linearizable=linearizable),
        lambda events: summed([over_time(*part, linearizable=linearizable) for part in parts(events).values()]),
        seen=seen,
        kinds=3,
    )


def test_what_a_set_may_show_is_never_found_wrong() -> None:
    """As a whole: a read of one moment, not each element by itself."""

    def is_explained(adds: Sequence[Operation], reads: Sequence[Operation]) -> bool:
        def apply(state: frozenset[str], o: Operation) -> Iterator[frozenset[str]]:
            if o.f == "add":
                yield state | {o.invoke.value}
            elif sorted(state) == sorted(o.value):
                yield state

        events = [event for o in (*adds, *reads) for event in (o.invoke, o.completion) if event]
        return explained(sorted(events, key=lambda event: event.index), frozenset(), apply)

    def at_most(events: Sequence[Event]) -> bool:
        """Whether it is right to call the history wrong, where the checker does."""
        verdict = set_full.over_time(events, linearizable=True)
        return verdict.validity is not Validity.INVALID or not all(
            is_explained(*part) for part in parts(events).values()
        )

    compare(history, lambda events: set_full.over_time(events, linearizable=True), at_most, seen=lambda _: True)
