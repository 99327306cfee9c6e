"""Log per partition: what was acknowledged stays at its offset, is read in order, and is never skipped.

Operations: `send` {"log", "value"}, ok with the "offset" too (or None, if it was not told); `poll` ok: {log: [[offset,
value], ...]}; `assign` by a process whose position was set anew (a rebalance, a seek). Values are unique. Definitions
after Jepsen's Kafka workload (jepsen.tests.kafka): offsets are compared by their rank among those that were seen,
because transaction markers leave gaps. n log n for the ranks, linear otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harness.checkers.verdict import Anomaly, Verdict, judged, unknown
from harness.events import Event, Operation, operations

Value = Hashable


@dataclass(slots=True)
class _Log:
    """All that is known of one partition: who says what is where, an acknowledgement or else a poll."""

    at: dict[int, Value] = field(default_factory=dict)
    witness: dict[int, Operation] = field(default_factory=dict)
    acknowledged: dict[int, Operation] = field(default_factory=dict)
    last_sent: dict[int | str, int] = field(default_factory=dict)
    highest_read: int = -1

    def ranks(self) -> Mapping[int, int]:
        """Each offset's place among all that were seen."""
        return dict(zip(sorted(self.at), range(len(self.at)), strict=True))


def check(events: Sequence[Event], *, drained: bool = True, exactly_once: bool = True) -> Verdict:
    """Judges every partition. Unknown if nothing was polled.

    Args:
        events: the history.
        drained: whether a fresh consumer read everything in the end; what is acknowledged and unseen is an anomaly
            then.
        exactly_once: whether a value at two offsets is an anomaly (an idempotent producer promises none).
    """
    history = operations(events)
    polls = [operation for operation in history if operation.f == "poll" and operation.outcome == "ok"]
    if not polls:
        return unknown("nothing was polled, so nobody knows what the logs hold")
    sends = [operation for operation in history if operation.f == "send"]
    logs: defaultdict[str, _Log] = defaultdict(_Log)
    found = [*_note_sends(sends, logs), *_note_polls(polls, logs)]
    seen, anomalies = _contents(sends, polls, exactly_once)
    found += anomalies
    lost, unseen = _missing(logs, sends, seen)
    found += lost
    if drained:
        found += unseen
    moves = [operation for operation in history if operation.f in {"poll", "assign"}]
    positions, moved = _positions(moves, {name: log.ranks() for name, log in logs.items()})
    found += positions
    return judged(
        found,
        {
            "acknowledged": sum(send.outcome == "ok" for send in sends),
            "seen": len(seen),
            "unseen": sum(len(anomaly.operations) for anomaly in unseen),
            "moved_by_assignment": moved,
        },
    )


def _note_sends(sends: Sequence[Operation], logs: defaultdict[str, _Log]) -> Iterator[Anomaly]:
    for send in sends:
        if send.outcome != "ok":
            continue
        sent = send.value
        name, offset, value = sent["log"], sent["offset"], sent["value"]
        if offset is None:
            continue
        log = logs[name]
        if log.at.setdefault(offset, value) != value:
            yield from _put(name, log, offset, value, send)
        log.acknowledged[offset] = send
        process = send.invoke.process
        before = log.last_sent.get(process, -1)
        if offset <= before:
            words = f"process {process} sent {value} to offset {offset} of {name}, after offset {before}"
            yield Anomaly("nonmonotonic send", words, (log.acknowledged[before], send))
        log.last_sent[process] = offset


def _note_polls(polls: Sequence[Operation], logs: defaultdict[str, _Log]) -> Iterator[Anomaly]:
    for poll in polls:
        for name, records in poll.value.items():
            log = logs[name]
            at = log.at
            for offset, value in records:
                if at.get(offset) != value:
                    yield from _put(name, log, offset, value, poll)
            if records:
                log.highest_read = max(log.highest_read, max(records)[0])


def _put(name: str, log: _Log, offset: int, value: Value, by: Operation) -> Iterator[Anomaly]:
    if offset in log.at and log.at[offset] != value:
        sentence = f"offset {offset} of {name} was {log.at[offset]} and also {value}"
        witness = log.witness.get(offset) or log.acknowledged[offset]
        yield Anomaly("inconsistent offset", sentence, (witness, by))
        return
    log.at[offset] = value
    log.witness[offset] = by


def _contents(
    sends: Sequence[Operation], polls: Sequence[Operation], exactly_once: bool
) -> tuple[Mapping[Value, int], list[Anomaly]]:
    """At which offset each value was first seen by a poll, and what should not have been seen (there)."""
    found: list[Anomaly] = []
    sent = {send.invoke.value["value"]: send for send in sends}
    # Two mappings without a container for each value: a collection of a million of those takes as long as the rest.
    seen: dict[Value, int] = {}
    seen_in: dict[Value, str] = {}
    for poll in polls:
        for name, records in poll.value.items():
            for offset, value in records:
                first = seen.get(value)
                if first is None:
                    seen[value], seen_in[value] = offset, name
                    send = sent.get(value)
                    if send is None:
                        found.append(Anomaly("unexpected", f"{value} in {name} was never sent", (poll,)))
                    elif send.outcome == "fail":
                        sentence = f"{value} in {name} was polled, although its send surely failed"
                        found.append(Anomaly("aborted read", sentence, (send, poll)))
                elif exactly_once and (first != offset or seen_in[value] != name):
                    sentence = f"{value} is at offset {first} of {seen_in[value]} and at offset {offset} of {name}"
                    found.append(Anomaly("duplicate", sentence, (poll,)))
    return seen, found


def _missing(
    logs: Mapping[str, _Log], sends: Sequence[Operation], seen: Mapping[Value, object]
) -> tuple[list[Anomaly], list[Anomaly]]:
    """Lost writes, proven by a read above their offset; and unseen ones, which may be lost or only not read yet."""
    lost: list[Anomaly] = []
    unseen: list[Operation] = [
        send
        for send in sends
        if send.outcome == "ok" and send.value["offset"] is None and send.value["value"] not in seen
    ]
    for name, log in logs.items():
        gone = [offset for offset, value in log.at.items() if value not in seen]
        missing = {offset: log.acknowledged[offset] for offset in gone if offset in log.acknowledged}
        proven = {offset: send for offset, send in missing.items() if offset < log.highest_read}
        unseen += [send for offset, send in missing.items() if offset not in proven]
        if proven:
            few = ", ".join(f"{proven[offset].value['value']} at offset {offset}" for offset in sorted(proven)[:5])
            sentence = (
                f"{len(proven)} acknowledged values are not in {name}, although offsets up to {log.highest_read} were "
                f"read: {few}"
            )
            lost.append(Anomaly("lost write", sentence, tuple(proven.values())))
    if not unseen:
        return lost, []
    sentence = f"{len(unseen)} acknowledged values were never polled, and nothing after them either"
    return lost, [Anomaly("unseen", sentence, tuple(unseen))]


def _positions(history: Sequence[Operation], ranks: Mapping[str, Mapping[int, int]]) -> tuple[list[Anomaly], int]:
    """Skips and steps back within a poll and from one poll of a process to its next."""
    found: list[Anomaly] = []
    moved = 0
    at: dict[tuple[int | str, str], tuple[int, Operation]] = {}
    assigned: dict[int | str, set[str]] = {}
    for operation in history:
        process = operation.invoke.process
        if operation.f == "assign":
            # Whatever it read before, it may begin anywhere in every log once.
            assigned[process] = {name for who, name in at if who == process}
        if operation.f != "poll" or operation.outcome != "ok":
            continue
        for name, records in operation.value.items():
            rank = ranks[name]
            before = at.get((process, name))
            place = before[0] if before else None
            for offset, _ in records:
                now = rank[offset]
                if place is not None and now != place + 1:
                    earlier = before[1] if before else operation
                    if before and name in assigned.get(process, ()):
                        moved += 1
                    else:
                        found.append(_jump(name, place, now, offset, earlier, operation))
                place, before = now, None
                if process in assigned:
                    assigned[process].discard(name)
            if place is not None:
                at[process, name] = place, operation
    return found, moved


def _jump(name: str, place: int, now: int, offset: int, earlier: Operation, later: Operation) -> Anomaly:
    within = earlier is later
    where = "within one poll" if within else f"between two polls of process {later.invoke.process}"
    concerned = (later,) if within else (earlier, later)
    if now > place:
        return Anomaly(
            "poll skip", f"{where}, {now - place - 1} values before offset {offset} of {name} were skipped", concerned
        )
    return Anomaly("nonmonotonic poll", f"{where}, the position went back to offset {offset} of {name}", concerned)
