"""The share of a map's partitions that its settings and the faults of a history cost: worked out, not looked at.

A partition has as many copies as backups and one, on different members, and with partition groups in different groups,
as far as there are so many (Hazelcast reference manual, "Data Partitioning and Replication", "Partition Group
Configuration"). It is lost if all of them die at once: before the members that were left have made the backups anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from itertools import combinations
from math import prod
from statistics import mean

from harness.events import Event
from harness.guarantees import Broken, Settings, broken, settings_of
from harness.servers.hazelcast.guarantees import a_member_is_out_of_touch
from harness.taken import Taken


def expected_share(*, members: int, killed: int, copies: int) -> float:
    """The share of partitions whose copies were all on the killed members, each of which is a group by itself."""
    return _share_of([(1, 1)] * killed + [(1, 0)] * (members - killed), copies)


def _share_of(groups: Sequence[tuple[int, int]], copies: int) -> float:
    """The share of partitions whose copies were all on the killed members, with the copies placed evenly.

    Args:
        groups: of each, how many members it has, and how many of them are killed.
        copies: of each partition.
    """
    of_a_partition = combinations(groups, min(copies, len(groups)))
    return mean(prod(killed / members for members, killed in chosen) for chosen in of_a_partition)


def permitted_loss(events: Sequence[Event]) -> Mapping[str, float | int]:
    """The arguments of `lost_partitions.check` and `loss_rate.check` that follow from a history.

    The largest share that any of its faults costs; members that were lost before count with it until their copies are
    made anew. One that was shut down in order has handed over what it had, and is not lost.

    Raises:
        KeyError: it does not say which settings the map has.
    """
    settings = settings_of(events)
    copies = 1 + sum(int(settings[f"hazelcast.map.{kind}"]) for kind in ("backup-count", "async-backup-count"))
    hits = broken(events)
    share = max((_share(hit, settings, copies) for hit in hits), default=0.0)
    # In a split each side says of the other one's partitions that they are lost: nothing follows from the number. Where
    # nobody is left, nobody says anything.
    nobody_tells = any(a_member_is_out_of_touch(hit) or len(_killed(hit)) == _members(settings) for hit in hits)
    return {"share": share} if nobody_tells else {"share": share, "copies": copies}


def _share(hit: Broken, settings: Settings, copies: int) -> float:
    if Taken.PROCESS not in hit.takes:
        return 0.0
    killed = _killed(hit)
    groups = [set(group.split()) for group in settings["hazelcast.partition-groups"].split("|") if group]
    if not groups:
        return expected_share(members=_members(settings), killed=len(killed), copies=copies)
    return _share_of([(len(group), len(group & killed)) for group in groups], copies)


def _killed(hit: Broken) -> Set[str]:
    return hit.at_once("hazelcast", Taken.PEERS)


def _members(settings: Settings) -> int:
    return int(settings["hazelcast.members"])
