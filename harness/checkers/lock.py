"""Lock: held by one owner at a time, released by its owner, and fenced where it promises so.

Operations: `acquire` ok: None or the fence (a number); `release`. The owner is the process. Definitions after Jepsen's
Hazelcast suite (mutex, owner-aware, reentrant and fenced models). A process surely holds a lock from the completion of
its `acquire` to the invocation of its `release`, and not surely once the outcome of either is unknown; a history is
linearizable exactly if no two of these intervals overlap. One lock per history; n log n.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.checkers.verdict import Anomaly, Verdict, judged, unknown
from harness.events import Event, Operation, operations


@dataclass(frozen=True, slots=True)
class _Hold:
    """A time in which the lock was surely held; positions are indices of events."""

    acquire: Operation
    start: int
    end: int
    operations: tuple[Operation, ...]


def check(events: Sequence[Event], *, fenced: bool = False, reentrant: bool = False) -> Verdict:
    """Judges one lock. Unknown if it was never acquired.

    Args:
        events: the history.
        fenced: whether each new hold has a fence above those of all holds before it (a reentrant acquisition keeps its
            own). An `acquire` without a fence is then an anomaly of its own.
        reentrant: whether an owner may acquire what it holds.
    """
    history = operations(events)
    if not any(operation.f == "acquire" and operation.outcome == "ok" for operation in history):
        return unknown("the lock was never acquired")
    by_owner: dict[int | str, list[Operation]] = {}
    for operation in history:
        if operation.f in {"acquire", "release"}:
            by_owner.setdefault(operation.invoke.process, []).append(operation)
    holds, found = _holds(by_owner, reentrant)
    holds.sort(key=lambda hold: hold.start)
    found += _overlaps(holds)
    if fenced:
        found += _fences(holds)
    return judged(found, {"holds": len(holds), "owners": len({hold.acquire.invoke.process for hold in holds})})


def _holds(by_owner: Mapping[int | str, Sequence[Operation]], reentrant: bool) -> tuple[list[_Hold], list[Anomaly]]:
    holds: list[_Hold] = []
    found: list[Anomaly] = []
    for owner, sequence in by_owner.items():
        held: list[Operation] = []
        depth = 0
        # After an operation of unknown outcome its process has retired, so there is nothing to be known of it.
        for operation in (o for o in sequence if o.outcome == "ok" or (o.outcome == "info" and o.f == "release")):
            if operation.f == "acquire":
                if depth and not reentrant:
                    sentence = f"process {owner} acquired a lock that it held already and that is not reentrant"
                    found.append(Anomaly("acquired twice", sentence, (held[-1], operation)))
                depth += 1
                held.append(operation)
            elif depth:
                depth -= 1
                if not depth:
                    holds.append(_hold(held, operation.invoke.index, (*held, operation)))
                    held = []
            elif operation.outcome == "ok":
                sentence = f"process {owner} released a lock that it did not hold"
                found.append(Anomaly("released by a stranger", sentence, (operation,)))
        if depth:
            holds.append(_hold(held, _last_sign(held), tuple(held)))
    return holds, found


def _hold(held: Sequence[Operation], end: int, operations_: tuple[Operation, ...]) -> _Hold:
    return _Hold(held[0], _last_sign(held[:1]), end, operations_)


def _last_sign(held: Sequence[Operation]) -> int:
    """The event at which the last of these was completed; a holder that never releases may have lost it after that."""
    completion = held[-1].completion
    assert completion
    return completion.index


def _overlaps(holds: Sequence[_Hold]) -> list[Anomaly]:
    found: list[Anomaly] = []
    latest: _Hold | None = None
    for hold in holds:
        if latest and hold.start < latest.end:
            sentence = (
                f"process {hold.acquire.invoke.process} acquired the lock while process "
                f"{latest.acquire.invoke.process} held it"
            )
            found.append(Anomaly("two owners", sentence, (*latest.operations, *hold.operations)))
        if latest is None or hold.end > latest.end:
            latest = hold
    return found


def _fences(holds: Sequence[_Hold]) -> list[Anomaly]:
    found: list[Anomaly] = []
    highest: _Hold | None = None
    for hold in holds:
        fence = hold.acquire.value
        if not isinstance(fence, int):
            sentence = f"process {hold.acquire.invoke.process} acquired the lock without a fence"
            found.append(Anomaly("no fence", sentence, (hold.acquire,)))
            continue
        if highest and fence <= highest.acquire.value:
            sentence = (
                f"process {hold.acquire.invoke.process} got fence {fence}, not above {highest.acquire.value}, which "
                f"process {highest.acquire.invoke.process} had before it"
            )
            found.append(Anomaly("fence not above", sentence, (highest.acquire, hold.acquire)))
        else:
            highest = hold
        for again in hold.operations[1:]:
            if again.f == "acquire" and again.value != fence:
                owner = hold.acquire.invoke.process
                sentence = f"process {owner} acquired again and its fence {fence} changed to {again.value}"
                found.append(Anomaly("fence changed", sentence, (hold.acquire, again)))
    return found
