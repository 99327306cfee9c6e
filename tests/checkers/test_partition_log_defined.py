"""Logs: the checker says of every small history what trying all worlds says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import pytest

from harness.checkers import Validity, partition_log
from harness.events import Event, Operation, operations
from tests.checkers.sent import sent
from tests.checkers.small import compare, ended

#: Offset and value.
Record = tuple[int, str]


def defined(events: Sequence[Event], *, drained: bool, exactly_once: bool) -> Validity:
    history = operations(events)
    polls = [o for o in history if o.f == "poll" and o.outcome == "ok"]
    if not polls:
        return Validity.UNKNOWN
    sends = [o for o in history if o.f == "send" and o.outcome != "fail"]
    names = {send.value["log"] for send in sends} | {name for poll in polls for name in poll.value}
    right = all(
        held(
            [send for send in sends if send.value["log"] == name],
            [(poll, [tuple(record) for record in poll.value.get(name, [])]) for poll in polls],
            drained=drained,
            exactly_once=exactly_once,
        )
        for name in names
    )
    return Validity.VALID if right and all(read_in_order(history, name) for name in names) else Validity.INVALID


def held(
    sends: Sequence[Operation],
    polls: Sequence[tuple[Operation, list[Record]]],
    *,
    drained: bool,
    exactly_once: bool,
) -> bool:
    """Whether some log can have been like this, and has all that it must have."""
    acknowledged = [(offset(send), send) for send in sends if send.outcome == "ok"]
    known: dict[Record, int] = {}
    for poll, records in polls:
        for record in records:
            known[record] = min(known.get(record, ended(poll)), ended(poll))
    read = set(known)
    for at, send in acknowledged:
        if at is not None:
            record = at, send.value["value"]
            known[record] = min(known.get(record, ended(send)), ended(send))
    if len({at for at, _ in known}) < len(known):
        return False
    highest = max((at for at, _ in read), default=-1)
    for at, send in acknowledged:
        if at is None and drained and send.value["value"] not in {value for _, value in read}:
            return False
        if at is not None and (drained or at <= highest) and (at, send.value["value"]) not in read:
            return False
    return grown(sorted(known), known, sends, 0.0, once=exactly_once)


def grown(
    left: Sequence[Record], known: Mapping[Record, int], sends: Sequence[Operation], now: float, *, once: bool
) -> bool:
    """Whether these records can have been appended in this order after `now`, each by a send and before it was known.

    Tries every send for every record; a moment is as early as that send permits.
    """
    if not left:
        return True
    record, *rest = left
    return any(
        max(now, send.invoke.index) < known[record]
        and grown(rest, known, [s for s in sends if not (once and s is send)], max(now, send.invoke.index), once=once)
        for send in sends
        if send.value["value"] == record[1]
    )


def offset(send: Operation) -> int | None:
    told: int | None = send.value["offset"]
    return None if told is None or told < 0 else told


def read_in_order(history: Sequence[Operation], name: str) -> bool:
    """Whether every process read offset after offset, but where it may have been set elsewhere."""
    polls = [o for o in history if o.f == "poll" and o.outcome == "ok"]
    known = {at for poll in polls for at, _ in poll.value.get(name, [])}
    known |= {
        at
        for o in history
        if o.f == "send" and o.outcome == "ok" and o.value["log"] == name and (at := offset(o)) is not None
    }
    for process in {poll.invoke.process for poll in polls}:
        before: int | None = None
        for step in (o for o in history if o.invoke.process == process):
            if (step.f == "assign" and step.outcome != "fail") or (step.f == "poll" and step.outcome != "ok"):
                before = None
            elif step.f == "poll":
                for at, _ in step.value.get(name, []):
                    if before is not None and (at <= before or any(before < other < at for other in known)):
                        return False
                    before = at
    return True


@pytest.mark.parametrize("drained", [True, False])
@pytest.mark.parametrize("exactly_once", [True, False])
def test_the_checker_agrees_with_all_worlds(exactly_once: bool, drained: bool) -> None:
    options = {"drained": drained, "exactly_once": exactly_once}
    compare(sent, partial(partition_log.check, **options), partial(defined, **options), kinds=2)
