"""The share of a map's partitions that its settings and the faults of a history cost: worked out, not looked at.

A partition has as many copies as backups and one, on different members, and with partition groups in different groups
(Hazelcast reference manual, "Data Partitioning and Replication", "Partition Group Configuration"). It is lost if all of
them die at once: before the members that were left have made the backups anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import comb

from harness.events import Event
from harness.guarantees import Broken, Settings, broken, settings_of
from harness.servers.hazelcast.guarantees import a_member_is_out_of_touch
from harness.taken import Taken


def expected_share(*, members: int, killed: int, copies: int) -> float:
    """The share of partitions whose copies were all on the killed members, with the copies placed evenly."""
    return comb(killed, copies) / comb(members, copies)


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
    # In a split each side says of the other one's partitions that they are lost: nothing follows from the number.
    return {"share": share} if any(map(a_member_is_out_of_touch, hits)) else {"share": share, "copies": copies}


def _share(hit: Broken, settings: Settings, copies: int) -> float:
    if Taken.PROCESS not in hit.takes:
        return 0.0
    killed = hit.at_once("hazelcast", Taken.PEERS)
    groups = [set(group.split()) for group in settings["hazelcast.partition-groups"].split("|")]
    if copies > 1 and any(killed <= group for group in groups):
        return 0.0
    return expected_share(members=int(settings["hazelcast.members"]), killed=len(killed), copies=copies)
