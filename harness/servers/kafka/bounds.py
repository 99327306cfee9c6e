"""By when the loss of a Kafka broker must have been noticed, after its documentation (kafka.apache.org) and its source.

A broker is fenced when the active controller has had no heartbeat from it for its session; with that its partitions get
other leaders. If it was the active controller itself, there is one again after the others have missed it for the fetch
time-out, and have elected another one; then the session begins anew. The time-outs are sums for a first round of votes
that has a majority: a round that has none is followed by another one, which no setting bounds.
"""

from __future__ import annotations

from harness.bounds import Bound, Term
from harness.guarantees import Broken
from harness.steps import Step
from harness.taken import Taken

_MS = 0.001
#: The controller looks for sessions that are over eight times in each (QuorumController, maybeFenceStaleBroker).
_LOOKS = 1.125


def _one_is_lost(broken: Broken) -> bool:
    """Whether one broker is lost to the others; where a second one is, there may be nobody who elects or may lead."""
    return len(broken.at_once("kafka", Taken.PEERS)) == 1


def _several_are_lost(broken: Broken) -> bool:
    return len(broken.at_once("kafka", Taken.PEERS)) > 1


def _one_hands_over(broken: Broken) -> bool:
    return broken.hits("kafka", Taken.PROCESS) and not broken.hits("kafka", Taken.PEERS)


def _any(broken: Broken) -> bool:
    return broken.hits("kafka")


FENCED = Bound(
    steps=(Step.DETECTION, Step.LEADER),
    terms=(
        Term("kafka.controller.quorum.fetch.timeout.ms", unit_s=_MS),
        Term("kafka.controller.quorum.election.timeout.ms", unit_s=_MS),
        Term("kafka.broker.session.timeout.ms", _LOOKS, _MS),
    ),
    because="a broker is fenced, and its partitions led by others, when its session is over; before that a new "
    "controller is elected, if it was that",
    source="Kafka documentation, broker configs, broker.session.timeout.ms, controller.quorum.fetch.timeout.ms, "
    "controller.quorum.election.timeout.ms",
    under=_one_is_lost,
)
SEVERAL = Bound(
    steps=(Step.DETECTION, Step.LEADER),
    terms=(),
    because="with a second broker lost there may be no majority that elects a controller, nor a replica in sync that "
    "may lead",
    source="Kafka documentation, KRaft, deploying considerations",
    under=_several_are_lost,
)
HANDED_OVER = Bound(
    steps=(Step.DETECTION, Step.LEADER),
    terms=(),
    because="a broker that is shut down in order hands its partitions over before it ends, in a time that no setting "
    "limits",
    source="Kafka documentation, operations, graceful shutdown",
    under=_one_hands_over,
)
IN_SYNC = Bound(
    steps=(Step.REDUNDANCY,),
    terms=(),
    because="a replica is in sync again when it has fetched what it lacks, however much that is",
    source="Kafka documentation, broker configs, replica.lag.time.max.ms",
    under=_any,
)
