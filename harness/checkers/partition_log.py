"""Log per partition: what was acknowledged stays at its offset, is read in order, and is never skipped.

Operations: `send` {"log", "value"}, ok with the "offset" too (None or below 0 if it was not told, as with acks=0);
`poll` ok: {log: [[offset, value], ...]}; `assign` by a process whose position was set anew (a rebalance, a seek).
Values are unique. One may be sent again: it is there at most as often as it was sent, and may be there once, whichever
of the sends it was that got through. Definitions after Jepsen's Kafka workload (jepsen.tests.kafka). A record is a
value at an offset of a log, by a poll or by an acknowledgement.

- inconsistent offset: two values at one offset.
- unexpected: polled in a log to which no send of it had begun when the poll ended; aborted read: to which all sends of
  it surely failed.
- duplicate, where `exactly_once` is promised: at more offsets than there were sends of it that may have got through,
  in the whole history or when a record was first known.
- nonmonotonic send: a log grows at its end only, so a record that was known (acknowledged or polled) before a send
  began is below what that send put. Of a value that was sent again, the record at the lowest offset is the first
  send's, the next the second's; all are the first's where exactly once is not promised.
- lost write: acknowledged at an offset up to the highest that was read of its log, where no poll showed it.
- unseen, if `drained`: acknowledged above that, or without an offset, and polled nowhere (in its log).
- poll skip, nonmonotonic poll: a process reads the known offsets of a log one after the other, within a poll and from
  one poll to its next. It may begin anywhere in each log: at first, after an `assign`, and after a poll that did not
  succeed. Offsets are compared by their rank among those that are known, because transaction markers leave gaps.

n log n for the ranks, linear otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harness.checkers.shapes import LOG, judging
from harness.checkers.verdict import Anomaly, Verdict, checker, unknown
from harness.events import NEVER, Event, Operation, answered, operations

Value = Hashable
#: What is at an offset of which nothing is known: no value of a record, which may be null.
_NOTHING = object()


@dataclass(slots=True)
class _Log:
    """All that is known of one partition's log.

    Attributes:
        at: who says what is where, an acknowledgement or else a poll.
        witness: who it was.
        acknowledged: by offset the send that was first told it.
        polled: by offset when a poll first showed what is there, as an index.
        sent: by value the first send of it that may have got through.
        again: and those after it.
        refused: by value a send that surely failed.
        unplaced: acknowledged without an offset.
        highest_read: of all offsets.
    """

    at: dict[int, Value] = field(default_factory=dict)
    witness: dict[int, Operation] = field(default_factory=dict)
    acknowledged: dict[int, Operation] = field(default_factory=dict)
    polled: dict[int, int] = field(default_factory=dict)
    sent: dict[Value, Operation] = field(default_factory=dict)
    again: dict[Value, list[Operation]] = field(default_factory=dict)
    refused: dict[Value, Operation] = field(default_factory=dict)
    unplaced: list[Operation] = field(default_factory=list)
    highest_read: int = -1

    def known(self, offset: int) -> int:
        """The index of the event from which on it is known what is at that offset."""
        send = self.acknowledged.get(offset)
        return min(answered(send) if send else NEVER, self.polled.get(offset, NEVER))

    def send(self, value: Value, number: int) -> Operation | None:
        """The send of a value with this number, from 0, of those that may have got through."""
        if not number:
            return self.sent.get(value)
        again = self.again.get(value, ())
        return again[number - 1] if number <= len(again) else None


@checker
@judging(LOG)
def check(events: Sequence[Event], *, drained: bool = True, exactly_once: bool = True) -> Verdict:
    """Judges the log of every partition. Unknown if nothing was polled.

    Args:
        events: the history.
        drained: whether a fresh consumer read everything in the end; what is acknowledged and unseen is an anomaly
            then.
        exactly_once: whether a value at more offsets than it was sent is an anomaly (an idempotent producer promises
            none).
    """
    history = operations(events)
    polls = [operation for operation in history if operation.f == "poll" and operation.outcome == "ok"]
    if not polls:
        return unknown("nothing was polled, so nobody knows what the logs hold")
    sends = [operation for operation in history if operation.f == "send"]
    logs: defaultdict[str, _Log] = defaultdict(_Log)
    anomalies = [*_note_sends(sends, logs), *_note_polls(sorted(polls, key=answered), logs)]
    offsets = {name: sorted(log.at) for name, log in logs.items()}
    for name, log in logs.items():
        anomalies += _growth(name, log, offsets[name], exactly_once=exactly_once)
    lost, unseen = _missing(logs)
    anomalies += lost
    if drained:
        anomalies += unseen
    ranks = {name: dict(zip(known, range(len(known)), strict=True)) for name, known in offsets.items()}
    positions, moved = _positions([operation for operation in history if operation.f in {"poll", "assign"}], ranks)
    anomalies += positions
    return Verdict.of(
        anomalies,
        {
            "acknowledged": sum(send.outcome == "ok" for send in sends),
            "seen": sum(len(log.polled) for log in logs.values()),
            "unseen": sum(len(anomaly.operations) for anomaly in unseen),
            "moved_by_assignment": moved,
        },
    )


def _note_sends(sends: Sequence[Operation], logs: defaultdict[str, _Log]) -> Iterator[Anomaly]:
    for send in sends:
        name, value = send.value["log"], send.value["value"]
        log = logs[name]
        if send.outcome == "fail":
            log.refused[value] = send
            continue
        if log.sent.setdefault(value, send) is not send:
            log.again.setdefault(value, []).append(send)
        if send.outcome != "ok":
            continue
        offset = send.value["offset"]
        if offset is None or offset < 0:
            log.unplaced.append(send)
            continue
        if log.at.get(offset, _NOTHING) != value:
            yield from _put(name, log, offset, value, send)
        first = log.acknowledged.setdefault(offset, send)
        if answered(send) < answered(first):
            log.acknowledged[offset] = send


def _note_polls(polls: Sequence[Operation], logs: defaultdict[str, _Log]) -> Iterator[Anomaly]:
    for poll in polls:
        ended = answered(poll)
        for name, records in poll.value.items():
            log = logs[name]
            at, polled = log.at, log.polled
            for offset, value in records:
                if at.get(offset, _NOTHING) != value:
                    yield from _put(name, log, offset, value, poll)
                    yield from _not_sent(name, log, value, poll)
                if at[offset] == value:
                    polled.setdefault(offset, ended)
            if records:
                log.highest_read = max(log.highest_read, max(offset for offset, _ in records))


def _put(name: str, log: _Log, offset: int, value: Value, by: Operation) -> Iterator[Anomaly]:
    if offset in log.at:
        sentence = f"offset {offset} of {name} was {log.at[offset]} and also {value}"
        yield Anomaly("inconsistent offset", sentence, (log.witness[offset], by))
        return
    log.at[offset] = value
    log.witness[offset] = by


def _not_sent(name: str, log: _Log, value: Value, poll: Operation) -> Iterator[Anomaly]:
    if value in log.sent:
        return
    if send := log.refused.get(value):
        sentence = f"{value} in {name} was polled, although its send surely failed"
        yield Anomaly("aborted read", sentence, (send, poll))
    else:
        yield Anomaly("unexpected", f"{value} in {name} was never sent there", (poll,))


def _growth(name: str, log: _Log, offsets: Sequence[int], *, exactly_once: bool) -> Iterator[Anomaly]:
    """Anomalies of values at more offsets than they were sent to, or above something that was sent only later."""
    places: dict[Value, int] = {}
    latest: Operation | None = None
    below = -1
    for offset in offsets:
        value = log.at[offset]
        number = places.get(value, 0)
        places[value] = number + 1
        send = log.send(value, number if exactly_once else 0)
        known = log.known(offset)
        if send is None or known < send.invoke.index:
            yield from _too_early(name, log, offset, number)
        elif latest and known < latest.invoke.index:
            sentence = (
                f"{value} was at offset {offset} of {name} before the send of {log.at[below]} began, which is at "
                f"offset {below}"
            )
            yield Anomaly("nonmonotonic send", sentence, (log.witness[offset], latest))
        if send and (latest is None or send.invoke.index > latest.invoke.index):
            latest, below = send, offset


def _too_early(name: str, log: _Log, offset: int, number: int) -> Iterator[Anomaly]:
    value, witness = log.at[offset], log.witness[offset]
    if number:
        sentence = f"{value} is at offset {offset} of {name}, and at {number} below that, more often than it was sent"
        yield Anomaly("duplicate", sentence, (witness,))
    elif value in log.sent:
        sentence = f"{value} was at offset {offset} of {name} before its send began"
        yield Anomaly("unexpected", sentence, (witness, log.sent[value]))


def _missing(logs: Mapping[str, _Log]) -> tuple[list[Anomaly], list[Anomaly]]:
    """Anomalies of lost writes, proven by a read at or above their offset, and of unseen ones, perhaps only unread."""
    lost: list[Anomaly] = []
    unseen: list[Operation] = []
    for name, log in logs.items():
        missing = {offset: send for offset, send in log.acknowledged.items() if offset not in log.polled}
        proven = {offset: send for offset, send in missing.items() if offset <= log.highest_read}
        unseen += [send for offset, send in missing.items() if offset not in proven]
        if log.unplaced:
            seen = {log.at[offset] for offset in log.polled}
            unseen += [send for send in log.unplaced if send.value["value"] not in seen]
        if proven:
            few = ", ".join(f"{proven[offset].value['value']} at offset {offset}" for offset in sorted(proven)[:5])
            sentence = (
                f"{len(proven)} acknowledged values are not in {name} where they were put, although offsets up to "
                f"{log.highest_read} were read: {few}"
            )
            lost.append(Anomaly("lost write", sentence, tuple(proven.values())))
    if not unseen:
        return lost, []
    sentence = f"{len(unseen)} acknowledged values were never polled, and nothing after them either"
    return lost, [Anomaly("unseen", sentence, tuple(unseen))]


def _positions(history: Sequence[Operation], ranks: Mapping[str, Mapping[int, int]]) -> tuple[list[Anomaly], int]:
    """Anomalies of offsets that a process skipped or read again, within a poll and from one poll to its next."""
    anomalies: list[Anomaly] = []
    moved = 0
    at: defaultdict[int | str, dict[str, tuple[int, Operation]]] = defaultdict(dict)
    free: dict[int | str, set[str]] = {}
    for operation in history:
        process = operation.invoke.process
        if operation.f == "assign" or operation.outcome != "ok":
            # Whatever it read before, it may begin anywhere in every log once.
            if operation.f == "poll" or operation.outcome != "fail":
                free[process] = set(at[process])
            continue
        for name, records in operation.value.items():
            rank = ranks[name]
            before = at[process].get(name)
            place = before[0] if before else None
            for offset, _ in records:
                now = rank[offset]
                if place is not None and now != place + 1:
                    earlier = before[1] if before else operation
                    if name in free.get(process, ()):
                        moved += 1
                    else:
                        anomalies.append(_jump(name, place, now, offset, earlier, operation))
                place, before = now, None
                if process in free:
                    free[process].discard(name)
            if place is not None:
                at[process][name] = place, operation
    return anomalies, moved


def _jump(name: str, place: int, now: int, offset: int, earlier: Operation, later: Operation) -> Anomaly:
    within = earlier is later
    where = "within one poll" if within else f"between two polls of process {later.invoke.process}"
    concerned = (later,) if within else (earlier, later)
    if now > place:
        return Anomaly(
            "poll skip", f"{where}, {now - place - 1} values before offset {offset} of {name} were skipped", concerned
        )
    return Anomaly("nonmonotonic poll", f"{where}, the position went back to offset {offset} of {name}", concerned)
