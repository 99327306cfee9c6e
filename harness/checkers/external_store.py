"""External store: what it holds comes back, and it lacks only what was acknowledged within its delay before the fault.

Operations: `add` a key; the last `read` ok: all keys. The event `stored` says what the store itself held, {"keys":
[...]}; the last one was looked up between the fault and the return of the map. What may be lost follows from the
settings (Hazelcast's documentation, "Working with External Data Stores"): a write-through map acknowledges a put once
the store has it, so nothing; a write-behind map acknowledges it before, so what the members had not written yet when
all of them died. Linear in the history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isinf

from harness.checkers.verdict import Anomaly, Verdict, few, judged, unknown
from harness.events import NEMESIS, Event, Operation, faults, operations

_NS = 1e9
#: How long the writing itself may take: the members look once a second for what is due.
LATE_S = 10.0


def check(events: Sequence[Event], *, delay_s: float = 0.0) -> Verdict:
    """Judges the final read against what the store held, and that against what was acknowledged.

    A delay without end stands for no store at all. With a delay something has to be lost; unknown if nothing is, as the
    fault came too late then or there is no delay. Unknown without a read or without a look into the store.
    """
    history = operations(events)
    read = next((o for o in reversed(history) if o.f == "read" and o.outcome == "ok"), None)
    look = next((e for e in reversed(events) if e.process == NEMESIS and e.f == "stored"), None)
    if read is None or look is None:
        return unknown("nobody read the map, or looked into the store, so nothing can be said about either")
    adds = [operation for operation in history if operation.f == "add"]
    acknowledged = {o.invoke.value: o for o in adds if o.outcome == "ok" and o.invoke.index < look.index}
    held, back = set(look.value["keys"]), set(read.value)
    missing = {key: operation for key, operation in acknowledged.items() if key not in held}
    figures: dict[str, object] = {
        "acknowledged": len(acknowledged),
        "stored": len(held & acknowledged.keys()),
        "expected_lost": len(missing),
        "lost": len(acknowledged.keys() - back),
    }
    found = _not_stored(missing, events[: look.index], delay_s)
    found += _not_back(acknowledged, held, back)
    found += _refused(adds, held | back)
    if delay_s and not missing and not found:
        late = "never gets any" if isinf(delay_s) else f"gets them {delay_s:g} s late"
        return unknown(f"the store held all {len(acknowledged)} keys, although it {late}")
    return judged(found, figures)


def _not_stored(missing: Mapping[str, Operation], before: Sequence[Event], delay_s: float) -> list[Anomaly]:
    """Those that the store had to hold already when the fault came."""
    if not delay_s:
        overdue = dict(missing)
    else:
        begun = faults(before)
        limit = (begun[-1].time if begun else 0) - (delay_s + LATE_S) * _NS
        overdue = {key: operation for key, operation in missing.items() if operation.ended < limit}
    if not overdue:
        return []
    sentence = f"{len(overdue)} keys were acknowledged and due, and the store did not hold them: {few(overdue)}"
    return [Anomaly("not stored", sentence, tuple(overdue.values()))]


def _not_back(acknowledged: Mapping[str, Operation], held: set[str], back: set[str]) -> list[Anomaly]:
    """Where the map differs from the store after its return."""
    found = []
    if lost := sorted(held & acknowledged.keys() - back):
        sentence = f"{len(lost)} keys that the store held did not come back: {few(lost)}"
        found.append(Anomaly("not back", sentence, tuple(acknowledged[key] for key in lost)))
    if more := sorted(back & acknowledged.keys() - held):
        sentence = f"{len(more)} keys came back that the store did not hold: {few(more)}"
        found.append(Anomaly("from nowhere", sentence, tuple(acknowledged[key] for key in more)))
    return found


def _refused(adds: Sequence[Operation], there: set[str]) -> list[Anomaly]:
    """Those whose every addition was surely refused, and which are there nevertheless."""
    possible = {operation.invoke.value for operation in adds if operation.outcome != "fail"}
    refused = [o for o in adds if o.outcome == "fail" and o.invoke.value in there and o.invoke.value not in possible]
    if not refused:
        return []
    sentence = f"{len(refused)} keys were refused and are there: {few(o.invoke.value for o in refused)}"
    return [Anomaly("refused, yet there", sentence, tuple(refused))]
