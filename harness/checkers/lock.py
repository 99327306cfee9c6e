"""Lock: held by one owner at a time, released by its owner, and fenced where it promises so.

Operations: `acquire` ok: None or the fence (an integer); `release`. The owner is the process. Definitions after
Jepsen's Hazelcast suite (mutex, owner-aware, reentrant and fenced models). A process surely holds a lock from the
completion of its `acquire` to the invocation of its `release` (of as many as it acquired, if the lock is reentrant). If
it never releases, it holds it to the end, or to its last event if it retires, as a lock may be taken from an owner that
is gone. A release of unknown outcome ends what is sure; one that surely failed does not. A history is linearizable
exactly if no two of these intervals overlap, and nobody acquires twice (but a reentrant lock) or releases what it does
not hold. One lock per history; n log n.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.checkers.shapes import LOCK, judging
from harness.checkers.verdict import Anomaly, Verdict, checker, unknown
from harness.events import NEVER, Event, Operation, answered, operations


@dataclass(frozen=True, slots=True)
class _Hold:
    """A time in which the lock was surely held; positions are indices of events."""

    acquire: Operation
    start: int
    end: int
    operations: tuple[Operation, ...]


@checker
@judging(LOCK)
def check(events: Sequence[Event], *, fenced: bool = False, reentrant: bool = False) -> Verdict:
    """Judges one lock. Unknown if it was never acquired, and never released either.

    Args:
        events: the history.
        fenced: whether each new hold has a fence above those of all holds before it (a reentrant acquisition keeps its
            own). An `acquire` without a fence is then an anomaly of its own.
        reentrant: whether an owner may acquire what it holds.
    """
    by_owner: dict[int | str, list[Operation]] = {}
    for operation in operations(events):
        by_owner.setdefault(operation.invoke.process, []).append(operation)
    holds, anomalies = _holds(by_owner, reentrant)
    if not holds and not anomalies:
        return unknown("the lock was never acquired")
    holds.sort(key=lambda hold: hold.start)
    anomalies += _overlaps(holds)
    if fenced:
        anomalies += _fences(holds)
    return Verdict.of(anomalies, {"holds": len(holds), "owners": len({hold.acquire.invoke.process for hold in holds})})


def _holds(by_owner: Mapping[int | str, Sequence[Operation]], reentrant: bool) -> tuple[list[_Hold], list[Anomaly]]:
    holds: list[_Hold] = []
    anomalies: list[Anomaly] = []
    for owner, sequence in by_owner.items():
        held: list[Operation] = []
        depth = 0
        for operation in sequence:
            if operation.f == "acquire" and operation.outcome == "ok":
                if depth and not reentrant:
                    sentence = f"process {owner} acquired a lock that it held already and that is not reentrant"
                    anomalies.append(Anomaly("acquired twice", sentence, (held[-1], operation)))
                depth += 1
                held.append(operation)
            elif operation.f == "release" and operation.outcome != "fail" and depth:
                depth -= 1
                held.append(operation)
                if not depth:
                    holds.append(_Hold(held[0], answered(held[0]), operation.invoke.index, tuple(held)))
                    held = []
            elif operation.f == "release" and operation.outcome == "ok":
                sentence = f"process {owner} released a lock that it did not hold"
                anomalies.append(Anomaly("released by a stranger", sentence, (operation,)))
        if depth:
            holds.append(_Hold(held[0], answered(held[0]), _last_sign(sequence[-1]), tuple(held)))
    return holds, anomalies


def _last_sign(last: Operation) -> int:
    """The last event of a process that retired with this operation; the end of the history for any other process."""
    return last.completion.index if last.completion and last.outcome == "info" else NEVER


def _overlaps(holds: Sequence[_Hold]) -> list[Anomaly]:
    anomalies: list[Anomaly] = []
    latest: _Hold | None = None
    for hold in holds:
        if latest and hold.start < latest.end:
            sentence = (
                f"process {hold.acquire.invoke.process} acquired the lock while process "
                f"{latest.acquire.invoke.process} held it"
            )
            anomalies.append(Anomaly("two owners", sentence, (*latest.operations, *hold.operations)))
        if latest is None or hold.end > latest.end:
            latest = hold
    return anomalies


def _fences(holds: Sequence[_Hold]) -> list[Anomaly]:
    anomalies: list[Anomaly] = []
    highest, before = None, None
    for hold in holds:
        owner, fence = hold.acquire.invoke.process, _fence(hold.acquire)
        if fence is None:
            sentence = f"process {owner} acquired the lock without a fence"
            anomalies.append(Anomaly("no fence", sentence, (hold.acquire,)))
            continue
        if highest and before is not None and fence <= before:
            sentence = (
                f"process {owner} got fence {fence}, not above {before}, which process "
                f"{highest.acquire.invoke.process} had before it"
            )
            anomalies.append(Anomaly("fence not above", sentence, (highest.acquire, hold.acquire)))
        else:
            highest, before = hold, fence
        for again in hold.operations[1:]:
            if again.f == "acquire" and _fence(again) != fence:
                sentence = f"process {owner} acquired again and its fence {fence} changed to {again.value}"
                anomalies.append(Anomaly("fence changed", sentence, (hold.acquire, again)))
    return anomalies


def _fence(acquire: Operation) -> int | None:
    value = acquire.value
    return value if isinstance(value, int) and not isinstance(value, bool) else None
