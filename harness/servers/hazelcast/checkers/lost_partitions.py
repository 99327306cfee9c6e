"""Partitions: of a Hazelcast map only whole partitions are lost, only permitted ones, and about as many as theory says.

Operations: `add` a key (a string); the last `read` ok: all keys; both as in `harness.checkers.elements`. Judged are
the keys of the map that was read last which were acknowledged before that read began. Events: `owners` says, from
before the fault, {"keys": {key: [partition, owner]}}, a later one before the read for what was put since or has moved;
`partition-losses` says, from the members that live, {"backups": [[partition, how many of its backups died with its
owner], ...]}; `keys-per-member` how many keys each running member owns. What may be lost follows from the settings
(Hazelcast's documentation, "Data Partitioning and Replication"): a partition has as many copies as backups and one, on
different members; it is lost if all of them die at once. Linear in the history.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from math import sqrt

from harness.checkers import shapes
from harness.checkers.elements import element_of, elements_of, set_of
from harness.checkers.shapes import Count, Shape, Shapes, Share, judging
from harness.checkers.verdict import NOT_AS_EXPECTED, Anomaly, Verdict, checker, few, unknown
from harness.events import NEMESIS, Event, Operation, answered, faults, operations, takes
from harness.taken import Taken

#: Additions and reads of keys, which are texts.
KEYS: Mapping[str, Shape] = {
    "add": Shape(
        'a key, or an object with "set" and the key as "element"',
        shapes.either(shapes.text, shapes.fields({"set": shapes.text, "element": shapes.text})),
        shapes.anything,
    ),
    "read": Shape(
        'ok: a list of keys, or an object with "set" and "elements"; an object with "set" before it',
        shapes.either(shapes.scalar, shapes.fields({"set": shapes.text})),
        shapes.either(
            shapes.list_of(shapes.text),
            shapes.fields({"set": shapes.text, "elements": shapes.list_of(shapes.text)}),
        ),
    ),
}
SHAPES = Shapes(
    KEYS,
    {
        "owners": Shape(
            'by key its partition and the name of its owner, in "keys"',
            shapes.fields({"keys": shapes.map_to(shapes.pair_of(shapes.number, shapes.text))}),
            shapes.anything,
        ),
        "partition-losses": Shape(
            'pairs of a partition and how many of its backups were lost, in "backups"',
            shapes.fields({"backups": shapes.list_of(shapes.pair_of(shapes.number, shapes.count))}),
            shapes.anything,
        ),
        "keys-per-member": Shape("how many keys, by member", shapes.map_to(shapes.count), shapes.anything),
    },
)

#: So many standard deviations from the expected share are implausible: once in 16 000 runs by chance.
_SIGMAS = 4.0
#: Hazelcast leaves a member's number of partitions be as long as it is within this factor of the average
#: (PartitionStateGeneratorImpl, RANGE_CHECK_RATIO): of 271 partitions two members may own 123 and 148.
BALANCE = 1.1
#: A fault that takes one of these from a member makes others own its partitions.
_LOSING = frozenset({Taken.PROCESS, Taken.PEERS})


@checker
@judging(SHAPES)
def check(events: Sequence[Event], *, share: Share, copies: Count | None = None) -> Verdict:
    """Judges the final read by the expected share of lost partitions, and how evenly the keys were spread.

    With a share of 0 no key may be lost. Else: only keys whose owner was lost before the read (lost elsewhere), whole
    partitions (part of a partition), and of the partitions that hold keys about that share, within four standard
    deviations or one partition (implausible share). With `copies` (of each partition), exactly those whose owner and
    backups died, as the members say (lost with a living copy, kept without a copy). No member owns implausibly many or
    few keys (unevenly spread). Nothing lost where loss was certain is not as expected: the fault or the test is broken
    then. Unknown without a read, a key that was acknowledged before it, or the place of such a key.
    """
    history = operations(events)
    read = next((o for o in reversed(history) if o.f == "read" and o.outcome == "ok"), None)
    if read is None:
        return unknown("the map was never read")
    adds = {element_of(add): add for add in history if _is_acknowledged_before(add, read)}
    if not adds:
        return unknown("no key was acknowledged before the last read of its map")
    before = [event for event in events if event.index < read.invoke.index]
    places = _places(before)
    if homeless := adds.keys() - places.keys():
        return unknown(f"nobody noted where {len(homeless)} of {len(adds)} keys were: {few(homeless)}")
    gone_owners = {name for fault in faults(before) if _LOSING & takes(fault) for name in fault.value["nodes"]}
    lost = adds.keys() - set(elements_of(read))
    whole = Counter(places[key][0] for key in adds)
    gone = Counter(places[key][0] for key in lost)
    figures: dict[str, object] = {
        "acknowledged": len(adds),
        "lost": len(lost),
        "partitions": len(whole),
        "partitions_lost": len(gone),
        "share_lost": round(len(gone) / len(whole), 3),
        "share_expected": round(share, 3),
    }
    if not share:
        anomalies = _none(adds, lost)
    elif lost:
        anomalies = _permitted(places, gone_owners, whole, gone, lost, share)
    else:
        sentence = f"nothing was lost of {len(adds)} keys, although about {share:.0%} of the partitions had to be"
        anomalies = [Anomaly(NOT_AS_EXPECTED, sentence, (read,))]
    anomalies += _by_members(events, whole, gone, copies) if copies else []
    return Verdict.of(anomalies + _spread(events), figures)


def _none(adds: Mapping[str, Operation], lost: Set[str]) -> list[Anomaly]:
    sentence = f"{len(lost)} of {len(adds)} keys are gone, although a copy of each survived"
    return [Anomaly("lost", sentence, tuple(adds[key] for key in sorted(lost)))] if lost else []


def _is_acknowledged_before(add: Operation, read: Operation) -> bool:
    if add.f != "add" or add.outcome != "ok" or set_of(add) != set_of(read):
        return False
    return answered(add) < read.invoke.index


def _places(events: Sequence[Event]) -> Mapping[str, tuple[object, object]]:
    """The partition of each key and the owner of that partition, as they were noted last."""
    owners: dict[str, tuple[object, object]] = {}
    for event in events:
        if event.process == NEMESIS and event.f == "owners":
            owners.update(event.value["keys"])
    return owners


def _by_members(events: Sequence[Event], whole: Counter[object], gone: Counter[object], copies: int) -> list[Anomaly]:
    """Anomalies by the members' own word: lost is what lost its owner and every backup, and nothing else."""
    said = [e.value["backups"] for e in events if e.process == NEMESIS and e.f == "partition-losses"]
    without_a_copy = {partition for partition, backups in (said[-1] if said else ()) if backups >= copies - 1}
    anomalies: list[Anomaly] = []
    if spared := gone.keys() - without_a_copy:
        sentence = f"{len(spared)} partitions were lost, although no member says that their last copy died"
        anomalies.append(Anomaly("lost with a living copy", sentence))
    if kept := (without_a_copy & whole.keys()) - gone.keys():
        sentence = f"{len(kept)} partitions were not lost, although a member says that their last copy died"
        anomalies.append(Anomaly("kept without a copy", sentence))
    return anomalies


def _spread(events: Sequence[Event]) -> list[Anomaly]:
    """Anomalies of the spread: every running member has to own about as many keys as any other.

    Its share of the partitions may be uneven by `BALANCE`, and the keys in them are by chance.
    """
    anomalies: list[Anomaly] = []
    for event in events:
        if event.process == NEMESIS and event.f == "keys-per-member" and event.value:
            total, members = sum(event.value.values()), len(event.value)
            least, most = _plausible(total, 1 / members / BALANCE)[0], _plausible(total, min(1, BALANCE / members))[1]
            if uneven := {name: n for name, n in event.value.items() if not least <= n <= most}:
                sentence = (
                    f"{', '.join(f'{name} owns {n}' for name, n in uneven.items())} of {total} keys, "
                    f"{least:.0f} to {most:.0f} were expected of each of {members} members"
                )
                anomalies.append(Anomaly("unevenly spread", sentence))
    return anomalies


def _plausible(total: int, share: float) -> tuple[float, float]:
    """The least and the most of so many keys that plausibly fall into a share of the partitions."""
    reach = _SIGMAS * sqrt(total * share * (1 - share))
    return total * share - reach, total * share + reach


def _permitted(
    places: Mapping[str, tuple[object, object]],
    gone_owners: set[str],
    whole: Counter[object],
    gone: Counter[object],
    lost: set[str],
    share: float,
) -> list[Anomaly]:
    anomalies: list[Anomaly] = []
    if elsewhere := [key for key in lost if places[key][1] not in gone_owners]:
        anomalies.append(
            Anomaly("lost elsewhere", f"{len(elsewhere)} lost keys were owned by members that were not lost")
        )
    if parts := [partition for partition in gone if gone[partition] < whole[partition]]:
        anomalies.append(Anomaly("part of a partition", f"{len(parts)} partitions were lost in part"))
    expected, deviation = share * len(whole), sqrt(len(whole) * share * (1 - share))
    if not math.isclose(len(gone), expected, abs_tol=max(1.0, _SIGMAS * deviation)):
        sentence = (
            f"{len(gone)} of {len(whole)} partitions were lost, {expected:.0f} were expected (more than {_SIGMAS:g} "
            f"standard deviations of {deviation:.1f} away)"
        )
        anomalies.append(Anomaly("implausible share", sentence))
    return anomalies
