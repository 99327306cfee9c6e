"""Register per key: every read returns what linearizability allows.

Operations: `write` [key, value]; `read` [key, None], ok: [key, value]; `cas` [key, [old, new]], `fail` if the old value
did not match. A key holds None at first. Histories of reads and writes of distinct values are decided in n log n
(zones: Gibbons and Korach, "Testing shared memories", SIAM J. Comput. 26(4), 1997, theorem 4.1), whatever the
concurrency. Others, with compare-and-set or equal values, are searched (Wing and Gong, "Testing and verifying
concurrent objects", 1993, with the memory of Lowe, "Testing for linearizability", 2017), which is exponential in the
operations under way at once at worst and gives up as unknown.

Keys are judged apart: linearizability is local (Herlihy and Wing, 1990). Keys and values are JSON scalars, told apart
by `harness.checkers.identity`. A failed `cas` says nothing, as `fail` may stand for a refusal of any kind.

Where all is explained if writes and replacements of unknown outcome may also be undone, as long as nothing came on top
of them, reads of such a write are what is wrong: a "dirty read" (P1 of Berenson et al., "A critique of ANSI SQL
isolation levels", SIGMOD 1995, where undoing is a transaction's).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from harness.checkers.identity import identity
from harness.checkers.shapes import REGISTER, Count, judging
from harness.checkers.verdict import Anomaly, Validity, Verdict, checker, combine, unknown
from harness.events import NEVER, Event, Operation, operations

#: Configurations that a search may look at before it gives up; about 10 s.
MOST_CONFIGURATIONS = 2_000_000
#: The anomaly of a read that showed what was undone later.
DIRTY = "dirty read"
_KINDS = frozenset({"read", "write", "cas"})


@checker
@judging(REGISTER)
def check(events: Sequence[Event], *, most_configurations: Count = MOST_CONFIGURATIONS) -> Verdict:
    """Judges the reads of every key. Unknown if no read and no compare-and-set succeeded, or if a search gave up."""
    by_key: dict[Hashable, list[Operation]] = {}
    for operation in operations(events):
        if operation.f in _KINDS:
            by_key.setdefault(identity(operation.invoke.value[0]), []).append(operation)
    if not any(o.outcome == "ok" and o.f != "write" for of_key in by_key.values() for o in of_key):
        return unknown("no read and no compare-and-set succeeded, so nobody knows what the registers held")
    verdicts = [_judged(of_key[0].invoke.value[0], of_key, most_configurations) for of_key in by_key.values()]
    combined = combine(*verdicts)
    return Verdict(combined.validity, combined.anomalies, {"keys": len(by_key)})


def _judged(key: Hashable, history: Sequence[Operation], most_configurations: int) -> Verdict:
    """The verdict on a key; where nothing else is wrong than that a write in doubt was undone, this is told."""
    verdict = _of_key(key, history, most_configurations)
    if verdict.validity is not Validity.INVALID or not (shown := _reads_in_doubt(history)):
        return verdict
    if _by_search(key, history, most_configurations, undoing=True).validity is not Validity.VALID:
        return verdict
    values = ", ".join(map(str, dict.fromkeys(read.value[1] for read in shown)))
    sentence = (
        f"reads of {key} returned what nobody is sure to have written ({values}), and the other answers can be only if "
        "it was undone after it was shown"
    )
    return Verdict.of([Anomaly(DIRTY, sentence, tuple(shown))])


def _reads_in_doubt(history: Sequence[Operation]) -> list[Operation]:
    """The reads that return what a write or a replacement of unknown outcome would have left."""
    doubtful = {
        _move(operation).leaves for operation in history if operation.f != "read" and operation.outcome == "info"
    }
    return [o for o in history if o.f == "read" and o.outcome == "ok" and identity(o.value[1]) in doubtful]


def _of_key(key: Hashable, history: Sequence[Operation], most_configurations: int) -> Verdict:
    written = [identity(operation.invoke.value[1]) for operation in history if operation.f == "write"]
    if any(operation.f == "cas" for operation in history) or len(set(written)) < len(written) or None in written:
        return _by_search(key, history, most_configurations)
    return Verdict.of(_by_zones(key, history))


@dataclass(slots=True)
class _Zone:
    """One value's life: its write (None for the initial value) and its reads, as positions in the order of events."""

    write: Operation | None
    value: object
    #: The earliest completion and the latest invocation among the write and its reads, and which read it is, if one.
    finish: int
    start: int
    first: Operation | None = None
    last: Operation | None = None


def _by_zones(key: Hashable, history: Sequence[Operation]) -> list[Anomaly]:
    zones: dict[Hashable, _Zone] = {None: _Zone(None, None, -1, -1)}
    failed: dict[Hashable, Operation] = {}
    reads = []
    for operation in history:
        if operation.f == "read":
            if operation.outcome == "ok":
                reads.append(operation)
        elif operation.outcome == "fail":
            failed[identity(operation.invoke.value[1])] = operation
        else:
            value = operation.invoke.value[1]
            zones[identity(value)] = _Zone(operation, value, _end(operation), operation.invoke.index)
    anomalies: list[Anomaly] = []
    seen: set[Hashable] = set()
    for read in reads:
        value = read.value[1]
        id_ = identity(value)
        zone = zones.get(id_)
        if zone is None:
            anomalies.append(_unwritten(key, value, read, failed.get(id_)))
            continue
        end, begin = _end(read), read.invoke.index
        if zone.write and end < zone.write.invoke.index:
            sentence = f"a read of {key} returned {value} before that was written"
            anomalies.append(Anomaly("read from the future", sentence, (read, zone.write)))
        seen.add(id_)
        if end < zone.finish:
            zone.finish, zone.first = end, read
        if begin > zone.start:
            zone.start, zone.last = begin, read
    # A write of unknown outcome that nobody read need not have happened.
    real = [zone for id_, zone in zones.items() if id_ in seen or (zone.write and zone.write.outcome == "ok")]
    return anomalies or _conflicts(key, real)


def _end(operation: Operation) -> int:
    return operation.completion.index if operation.completion and operation.outcome == "ok" else NEVER


def _unwritten(key: Hashable, value: object, read: Operation, failed: Operation | None) -> Anomaly:
    if failed:
        sentence = f"a read of {key} returned {value}, whose write surely failed"
        return Anomaly("aborted read", sentence, (failed, read))
    return Anomaly("unexpected", f"a read of {key} returned {value}, which nobody wrote", (read,))


def _conflicts(key: Hashable, zones: Sequence[_Zone]) -> list[Anomaly]:
    """A stale read, if forward zones overlap or one holds a backward zone; exactly then it is not linearizable."""
    forward = sorted((zone for zone in zones if zone.finish < zone.start), key=lambda zone: zone.finish)
    for zone, next_ in pairwise(forward):
        if next_.finish < zone.start:
            return [_stale(key, zone, next_)]
    finishes = [zone.finish for zone in forward]
    for zone in zones:
        if zone.finish < zone.start:
            continue
        around = bisect_left(finishes, zone.start) - 1
        if around >= 0 and zone.finish < forward[around].start:
            return [_stale(key, forward[around], zone)]
    return []


def _stale(key: Hashable, old: _Zone, new: _Zone) -> Anomaly:
    sentence = (
        f"{key} was {old.value} before and after it was {new.value}: a read that began when {new.value} was certain "
        f"returned {old.value}, or the other way round"
    )
    concerned = {o.invoke.index: o for zone in (old, new) for o in (zone.write, zone.first, zone.last) if o}
    return Anomaly("stale read", sentence, tuple(concerned[index] for index in sorted(concerned)))


def _by_search(key: Hashable, history: Sequence[Operation], most: int, *, undoing: bool = False) -> Verdict:
    """Searches for an order of the operations that explains all answers.

    With `undoing`, what a write or a replacement of unknown outcome left may be undone while it is there.
    """
    calls = [operation for operation in history if _may_matter(operation)]
    ends = [_end(operation) for operation in calls]
    begins = [operation.invoke.index for operation in calls]
    moves = [_move(call, undoing=undoing) for call in calls]
    sure = sum(1 << place for place, end in enumerate(ends) if end < NEVER)
    seen: set[tuple[int, Hashable]] = set()
    waiting: list[tuple[int, Hashable]] = [(0, None)]
    furthest, best = 0, 0
    while waiting:
        done, state = waiting.pop()
        if done & sure == sure:
            return Verdict.of([])
        if (done, state) in seen:
            continue
        seen.add((done, state))
        if len(seen) > most:
            return unknown(f"the search for an order of {len(calls)} operations on {key} gave up after {most} steps")
        if (count := (done & sure).bit_count()) > furthest:
            furthest, best = count, done
        waiting += _steps(moves, begins, ends, done, state)
        if isinstance(state, _InDoubt):
            waiting.append((done, state.before))
    stuck = tuple(calls[place] for place in _minimal(begins, ends, best))
    sentence = f"no order of the operations on {key} explains all answers; none of these can come next: " + "; ".join(
        f"{o.f} {o.value[1]}" for o in stuck[:4]
    )
    return Verdict.of([Anomaly("not linearizable", sentence, stuck)])


def _may_matter(operation: Operation) -> bool:
    """Whether an operation says anything: a read that returned nothing, and what surely did not happen, do not.

    Nor does a cas that failed, as `fail` may stand for a refusal of any kind.
    """
    return operation.outcome == "ok" or (operation.outcome == "info" and operation.f != "read")


def _minimal(begins: Sequence[int], ends: Sequence[int], done: int) -> list[int]:
    """The places of the operations that may come next: those that began before any other that is left ended."""
    horizon = NEVER
    places: list[int] = []
    # The lowest bit that is not set: everything before it is done.
    for place in range((~done & (done + 1)).bit_length() - 1, len(begins)):
        if done >> place & 1:
            continue
        if begins[place] > horizon:
            break
        places.append(place)
        horizon = min(horizon, ends[place])
    return [place for place in places if begins[place] < horizon]


class _InDoubt(NamedTuple):
    """The state of a register that holds what may be undone: that value, and the state before it."""

    value: Hashable
    before: Hashable


class _Move(NamedTuple):
    """What an operation needs the register to hold (`_ANYTHING` for a write), and what it leaves there, if anything."""

    needs: Hashable
    leaves: Hashable
    reads: bool
    in_doubt: bool

    def after(self, state: Hashable) -> Hashable:
        """The state after it."""
        if self.reads:
            return state
        return _InDoubt(self.leaves, state) if self.in_doubt else self.leaves


_ANYTHING = object()


def _move(call: Operation, *, undoing: bool = False) -> _Move:
    if call.f == "read":
        value = identity(call.value[1])
        return _Move(value, value, reads=True, in_doubt=False)
    new, in_doubt = call.invoke.value[1], undoing and call.outcome == "info"
    needs, leaves = (_ANYTHING, identity(new)) if call.f == "write" else map(identity, new)
    return _Move(needs, leaves, reads=False, in_doubt=in_doubt)


def _steps(
    moves: Sequence[_Move], begins: Sequence[int], ends: Sequence[int], done: int, state: Hashable
) -> list[tuple[int, Hashable]]:
    value = state.value if isinstance(state, _InDoubt) else state
    # Later ones first: the stack then tries the earliest first, which is usually the right one.
    return [
        (done | 1 << place, moves[place].after(state))
        for place in reversed(_minimal(begins, ends, done))
        if moves[place].needs is _ANYTHING or moves[place].needs == value
    ]
