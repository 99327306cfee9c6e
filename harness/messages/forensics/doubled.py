"""How a message came to be held twice: it was in the queue twice, or it was read from there twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from harness.messages.checkers.posts import last
from harness.messages.checkers.reads import ids
from harness.messages.forensics.case import Case, Ending
from harness.messages.forensics.facts import LogLine, span


def ending(case: Case) -> Ending:
    """How a message came to be held twice."""
    kept = case.logged("consumed", by="messages")
    places = _places(case, kept)
    if len(places) > 1:
        partitions = {partition for partition, _ in places}
        offsets = " and ".join(str(offset) for _, offset in places)
        where = f"partition {partitions.pop()}" if len(partitions) == 1 else f"partitions {sorted(partitions)}"
        posted = len(case.posts)
        times = f", although it was posted once (offsets {offsets} of {where})"
        return Ending(
            _in_the_queue_twice(case),
            times if posted == 1 else f": posted {posted} times (offsets {offsets} of {where})",
        )
    queued = case.logged("queued", by="facade")
    if len(queued) > 1:
        said = f": the facade says {len(queued)} times that the queue has it; posted {len(case.posts)} times"
        return Ending(_in_the_queue_twice(case), said)
    entries = {str(name) for line in case.logged("taken", by="messages") if (name := line.fields.get("entry"))}
    if len(entries) > 1:
        posted = len(case.posts)
        times = ", although it was posted once" if posted == 1 else f": posted {posted} times"
        return Ending(_in_the_queue_twice(case), f"{times} ({len(entries)} entries were taken)")
    if end := _kept_what_moved(case):
        return end
    others = [line for line in kept if line.service != kept[0].service]
    if others:
        return _read_again(case, kept[0], others[0])
    return _held(case)


def _in_the_queue_twice(case: Case) -> str:
    """What an instance that holds both did on top of that: it is to keep each id once, however often it comes."""
    twice = [name for name, times in _drained(case).items() if times > 1]
    return (
        f"in the queue twice, and held twice by {twice[0]}, which is to keep it once" if twice else "in the queue twice"
    )


def _places(case: Case, kept: object) -> list[tuple[int, int]]:
    places = set(case.places)
    for line in case.logged("consumed", by="messages"):
        partition, offset = line.fields.get("partition"), line.fields.get("offset")
        if partition is not None and offset is not None:
            places.add((partition, offset))
    return sorted(places)


def _kept_what_moved(case: Case) -> Ending | None:
    """Which instance holds it still that gave its partition away, where all read from the beginning and forget that."""
    drain = last(case.facts.events.operations, "drain")
    if not drain or not case.place or case.facts.settings.get("messages.from_beginning") != "true":
        return None
    partition = case.place[0]
    for name in (name for name, times in _drained(case).items() if times):
        shares = [line for line in case.facts.lines if (line.service, line.event) == (name, "assigned")]
        before = [line for line in shares if line.at < drain.began]
        if before and partition not in before[-1].partitions:
            since = span(drain.began - before[-1].at)
            away = f": partition {partition}, {since} before it was read directly"
            return Ending(f"held still by {name}, which gave its partition away", away)
    return None


def _read_again(case: Case, first: LogLine, second: LogLine) -> Ending:
    """Why two instances read one record."""
    who, other = first.service, second.service
    later = f", {span(second.at - first.at)} later"
    if not case.place:
        same = (
            ", the same entry" if len([line for line in case.logged("taken") if line.fields.get("entry")]) > 1 else ""
        )
        return Ending(f"taken by {who}, and again by {other}", f"{later}{same}")
    partition = case.place[0]
    given = [line for line in case.facts.assigned(partition) if line.service == other and line.at <= second.at]
    if given and given[-1].at > first.at and not _still_had(case, partition, first, second.at):
        again = f", which was given partition {partition} {span(given[-1].at - first.at)} after {who} had kept it"
        return Ending(f"kept by {who}, and read again by {other}", f"{again}{_why(case, who, first.at, second.at)}")
    if given:
        return Ending(f"read by {who} and by {other}, which both had its partition", f" ({partition}), as they say")
    return Ending(f"kept by {who}, and again by {other}", later)


def _still_had(case: Case, partition: int, kept: LogLine, until: int) -> bool:
    """Whether an instance that kept a record goes by its own lines on having the partition, and nothing was done to it.

    One that hangs, or is dead, says nothing when its partitions are given to others.
    """
    hit = any(kept.service in fault.value["nodes"] and kept.at <= fault.time <= until for fault in case.facts.faults)
    moved = any(
        line.event == "assigned" and line.service == kept.service and kept.at < line.at <= until
        for line in case.facts.lines
    )
    return not hit and not moved and any(line.service == kept.service for line in case.facts.assigned(partition))


def _why(case: Case, instance: str, since: int, until: int) -> str:
    """What kept an instance from committing, as far as somebody says so."""
    if case.facts.not_committed(instance, since):
        return f"; {instance} could not commit"
    hit = next(
        (f for f in case.facts.faults if instance in f.value["nodes"] and f.time <= until and f.time >= since), None
    )
    return f"; meanwhile: {hit.f} of {instance}, {span(hit.time - since)} after that" if hit else ""


def _held(case: Case) -> Ending:
    """Who held it how often, by the last read of all instances; else by the first answer that had it twice."""
    held = _drained(case)
    if sum(held.values()) > 1:
        twice = [name for name, times in held.items() if times > 1]
        return Ending(f"held twice by {twice[0]}" if twice else f"held by {' and '.join(n for n in held if held[n])}")
    for read in case.facts.reads:
        if Counter(read.ids)[case.id] > 1:
            return Ending(
                f"twice in {read.words.rstrip(',')}", ", and not twice in the last direct read" if held else ""
            )
    return Ending("")


def _drained(case: Case) -> Mapping[str, int]:
    """How often each instance had it in the last direct read of all."""
    drain = last(case.facts.events.operations, "drain")
    return {name: ids(entries).count(case.id) for name, entries in (drain.value if drain else {}).items()}
