"""By when the loss of a Hazelcast member must have been noticed, after its reference manual (docs.hazelcast.com).

A member looks for others that are silent each time that it sends heartbeats itself. Of a member that was killed its
connections mostly tell sooner, as they are closed; but the word that closes one may never come, so that the bound is
that of a silent one.
"""

from __future__ import annotations

from harness.bounds import Bound, Term
from harness.guarantees import Broken
from harness.steps import Step
from harness.taken import Taken


def _one_is_lost(broken: Broken) -> bool:
    return broken.hits("hazelcast", Taken.PEERS)


def _one_hands_over(broken: Broken) -> bool:
    return broken.hits("hazelcast", Taken.PROCESS) and not broken.hits("hazelcast", Taken.PEERS)


def _any(broken: Broken) -> bool:
    return broken.hits("hazelcast")


GIVEN_UP = Bound(
    steps=(Step.DETECTION, Step.LEADER),
    terms=(Term("hazelcast.max.no.heartbeat.seconds"), Term("hazelcast.heartbeat.interval.seconds")),
    because="a member that has sent no heartbeat for so long is given up when the others look next; the backups of "
    "what it owned serve then",
    source="Hazelcast reference manual, failure detector configuration, deadline failure detector",
    under=_one_is_lost,
)
HANDED_OVER = Bound(
    steps=(Step.DETECTION, Step.LEADER),
    terms=(),
    because="a member that is shut down in order hands over what it owns before it goes, however much that is",
    source="Hazelcast reference manual, system properties, hazelcast.graceful.shutdown.max.wait",
    under=_one_hands_over,
)
SAFE = Bound(
    steps=(Step.REDUNDANCY,),
    terms=(),
    because="backups are made again when all entries that they lack were copied, however many that are",
    source="Hazelcast reference manual, data partitioning and replication, repartitioning",
    under=_any,
)
