"""Tells what lost writes have in common: when they were acknowledged, before or after a fault, where, and by whom.

Words for a person who reads why a scenario failed; not a judgement, the checkers have done that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from harness.checkers import Anomaly
from harness.events import Event, Events, Operation, faults
from harness.report.fates import sentences
from harness.telling import Request, request_of

_NS_PER_MS = 1e6
#: From this share on, "nearly all" is worth a word.
_MOST = 0.8


def explained(anomalies: Sequence[Anomaly], events: Events) -> str:
    """Each anomaly's sentence, a line each, and under it what the lost have in common, and where they were lost."""
    lines: list[str] = []
    where = dict(sentences(events, anomalies))
    for anomaly in anomalies:
        lines.append(anomaly.sentence[:1].upper() + anomaly.sentence[1:] + ".")
        lines += [f"  {line}" for line in _in_common(_acknowledged(anomaly), events)]
        lines += [f"  {line}" for line in where.pop(anomaly.name, ())]
    return "\n".join(lines)


def _acknowledged(anomaly: Anomaly) -> Sequence[Operation]:
    """The acknowledged writes that an anomaly is about."""
    return [o for o in anomaly.operations if o.outcome == "ok" and (request := request_of(o.f)) and request.writes]


def _in_common(lost: Sequence[Operation], events: Sequence[Event]) -> Iterator[str]:
    if not lost:
        return
    fields = {field: words for request in _requests(lost) for field, words in request.in_common.items()}
    for field, words in fields.items():
        yield from _shared(lost, field, words)
    for fault in faults(events):
        yield _when(lost, fault)


def _requests(lost: Sequence[Operation]) -> Iterator[Request]:
    for f in dict.fromkeys(operation.f for operation in lost):
        if request := request_of(f):
            yield request


def _shared(lost: Sequence[Operation], field: str, words: str) -> Iterator[str]:
    values = Counter(o.value.get(field) for o in lost if isinstance(o.value, dict))
    values.pop(None, None)
    if not values:
        return
    value, count = values.most_common(1)[0]
    if count == len(lost):
        yield f"All {count} {words} {value}." if count > 1 else f"It {words.replace('were', 'was')} {value}."
    elif count >= _MOST * len(lost):
        yield f"{count} of the {len(lost)} {words} {value}."


def _when(lost: Sequence[Operation], fault: Event) -> str:
    """The time before or after the fault at which the lost were acknowledged, in words."""
    why = fault.value.get("why")
    done = f"the {fault.f} of {', '.join(fault.value['nodes'])}" + (f" ({why})" if why else "")
    before = [fault.time - o.ended for o in lost if o.ended <= fault.time]
    after = [o.ended - fault.time for o in lost if o.ended > fault.time]
    if not after:
        return f"{_all(len(before))} acknowledged before {done}, the last {_ms(min(before))} before it."
    if not before:
        return f"{_all(len(after))} acknowledged after {done}, the first {_ms(min(after))} after it."
    return (
        f"{_count(len(before))} acknowledged before {done}, the last {_ms(min(before))} before it; "
        f"{len(after)} after it, the first {_ms(min(after))} after it."
    )


def _count(count: int) -> str:
    return "1 was" if count == 1 else f"{count} were"


def _all(count: int) -> str:
    return "It was" if count == 1 else f"All {count} were"


def _ms(nanoseconds: int) -> str:
    milliseconds = nanoseconds / _NS_PER_MS
    return f"{milliseconds:.0f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"
