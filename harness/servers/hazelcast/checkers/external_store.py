"""External store: what it holds comes back, and it lacks only what was acknowledged within its delay before the fault.

Operations: `add` a key (a string); the last `read` ok: all keys; both as in `harness.checkers.elements`. The event
`stored` says what the store itself held, {"keys": [...]}, with the map's name as "set" where maps are named; the last
one before that read was looked up between the fault and the return of the map. What may be lost follows from the
settings (Hazelcast's documentation, "Working with External Data Stores"): a write-through map acknowledges a put once
the store has it, so nothing; a write-behind map acknowledges it before, so what the members had not written yet when
all of them died. Linear in the history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.checkers import shapes
from harness.checkers.elements import element_of, elements_of, set_of
from harness.checkers.shapes import Seconds, Shape, Shapes, judging
from harness.checkers.verdict import Anomaly, Verdict, checker, few, unknown
from harness.events import NEMESIS, Event, Operation, answered, faults, operations
from harness.servers.hazelcast.checkers.lost_partitions import KEYS

_NS = 1e9
#: How long the writing itself may take: the members look once a second for what is due.
LATE_S = 10.0
SHAPES = Shapes(
    KEYS,
    {
        "stored": Shape(
            'the keys that the store held in "keys", and the map\'s name as "set" if it has one',
            lambda value: (
                shapes.fields({"keys": shapes.list_of(shapes.text)})(value)
                and shapes.perhaps({"set": shapes.text})(value)
            ),
            shapes.anything,
        )
    },
)


@checker
@judging(SHAPES)
def check(events: Sequence[Event], *, delay_s: Seconds | None = 0.0) -> Verdict:
    """Judges a map's final read by what the store held, and the store by what was acknowledged.

    What was added and the store held comes back (else: not back); of what was acknowledged before the look nothing else
    does (from nowhere), but keys of which another addition may have taken effect between it and the read. Without a
    delay all that was acknowledged before the look is in the store (not stored); with one, what was acknowledged more
    than `delay_s` and `LATE_S` before the last fault (or without any, the look). Neither has a key whose additions
    surely failed (refused, yet there), or that nobody had begun to add (unexpected). None stands for no store
    at all. With a delay the store has to lack something; unknown if it does not, as the fault came too late then
    or there is no delay. Unknown without a read or without a look into the store before it.
    """
    history = operations(events)
    read = next((o for o in reversed(history) if o.f == "read" and o.outcome == "ok"), None)
    look = next((e for e in reversed(events) if read and _is_look_before(read, e)), None)
    if read is None or look is None:
        return unknown("nobody read the map, or looked into the store before, so nothing can be said about either")
    adds = _Adds([o for o in history if o.f == "add" and set_of(o) == set_of(read)], look.index, answered(read))
    acknowledged, held, back = adds.acknowledged, set(look.value["keys"]), set(elements_of(read))
    missing = {key: operation for key, operation in acknowledged.items() if key not in held}
    figures: dict[str, object] = {
        "acknowledged": len(acknowledged),
        "stored": len(held & acknowledged.keys()),
        "expected_lost": len(missing),
        "lost": len(acknowledged.keys() - back),
    }
    anomalies = _not_stored(missing, events, look, delay_s)
    anomalies += _not_back(adds, held, back)
    anomalies += _never_added(adds, held, back, read)
    if delay_s != 0 and not missing and not anomalies:
        late = "never gets any" if delay_s is None else f"gets them {delay_s:g} s late"
        return unknown(f"the store held all {len(acknowledged)} keys, although it {late}")
    return Verdict.of(anomalies, figures)


class _Adds:
    """The additions to one map: what was known of each key at the look into the store, and at the map's read.

    Attributes:
        acknowledged: before the look, by key the one that was acknowledged first.
        begun_before_look: keys that may have been in the store.
        begun: keys that may have been in the map.
        unsettled: keys of which an addition may have taken effect between the look and the read.
        refused: keys of which an addition surely failed.
    """

    def __init__(self, adds: Sequence[Operation], look: int, read: int) -> None:
        self._adds = adds
        self.acknowledged: dict[str, Operation] = {}
        self.begun_before_look: set[str] = set()
        self.begun: set[str] = set()
        self.unsettled: set[str] = set()
        self.refused: set[str] = set()
        for add in adds:
            self._take(element_of(add), add, look, read)

    def _take(self, key: str, add: Operation, look: int, read: int) -> None:
        if add.outcome == "fail":
            self.refused.add(key)
            return
        if add.invoke.index < look:
            self.begun_before_look.add(key)
        if add.invoke.index < read:
            self.begun.add(key)
        if add.outcome != "ok" or answered(add) > look:
            if add.invoke.index < read:
                self.unsettled.add(key)
        elif key not in self.acknowledged or answered(add) < answered(self.acknowledged[key]):
            self.acknowledged[key] = add

    def of(self, keys: set[str]) -> tuple[Operation, ...]:
        """The additions of these keys."""
        return tuple(add for add in self._adds if element_of(add) in keys)


def _not_stored(
    missing: Mapping[str, Operation], events: Sequence[Event], look: Event, delay_s: float | None
) -> list[Anomaly]:
    """An anomaly if the store lacked keys that it had to hold already when the fault came."""
    if delay_s is None:
        return []
    overdue = dict(missing)
    if delay_s:
        begun = [fault for fault in faults(events) if fault.index < look.index] or [look]
        limit = begun[-1].time - (delay_s + LATE_S) * _NS
        overdue = {key: operation for key, operation in missing.items() if operation.ended < limit}
    if not overdue:
        return []
    sentence = f"{len(overdue)} keys were acknowledged and due, and the store did not hold them: {few(overdue)}"
    return [Anomaly("not stored", sentence, tuple(overdue.values()))]


def _not_back(adds: _Adds, held: set[str], back: set[str]) -> list[Anomaly]:
    """Anomalies if the map, after its return, differs from what the store held."""
    anomalies = []
    if lost := held & adds.begun_before_look - back:
        sentence = f"{len(lost)} keys that the store held did not come back: {few(lost)}"
        anomalies.append(Anomaly("not back", sentence, adds.of(lost)))
    if more := back & adds.acknowledged.keys() - held - adds.unsettled:
        sentence = f"{len(more)} keys came back that the store did not hold: {few(more)}"
        anomalies.append(Anomaly("from nowhere", sentence, adds.of(more)))
    return anomalies


def _never_added(adds: _Adds, held: set[str], back: set[str], read: Operation) -> list[Anomaly]:
    """Anomalies if keys are there that nobody can have added."""
    impossible = (held - adds.begun_before_look) | (back - adds.begun)
    refused, unexpected = impossible & adds.refused, impossible - adds.refused
    anomalies = []
    if refused:
        sentence = f"{len(refused)} keys were refused and are there: {few(refused)}"
        anomalies.append(Anomaly("refused, yet there", sentence, adds.of(refused)))
    if unexpected:
        sentence = f"{len(unexpected)} keys are there that nobody had added: {few(unexpected)}"
        anomalies.append(Anomaly("unexpected", sentence, (*adds.of(unexpected), read)))
    return anomalies


def _is_look_before(read: Operation, event: Event) -> bool:
    if event.process != NEMESIS or event.f != "stored" or event.index > read.invoke.index:
        return False
    return bool(event.value.get("set") == set_of(read))
