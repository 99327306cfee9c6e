"""What Kafka's settings permit when brokers are lost, after its documentation (kafka.apache.org)."""

from __future__ import annotations

from collections.abc import Sequence, Set
from functools import partial

from harness.guarantees import Broken, Guarantees, Rule, Settings
from harness.taken import Taken

_ACKS = "Kafka documentation, producer configs, acks"
_PRODUCER = "Kafka documentation, producer configs, {}"
_TOPIC = "Kafka documentation, topic configs, {}"
#: In milliseconds: no scenario takes that long.
_A_DAY = 86_400_000
#: The name of the event that says which broker leads each partition of a topic: the name of none is null. If that could
#: not be had, the event has "unread", with the reason, and no "leaders".
LEADERS = "leaders"
#: What makes the others elect another leader.
_GONE = (Taken.PROCESS, Taken.PEERS)


def _a_broker_is_out_of_reach(broken: Broken) -> bool:
    return broken.hits("kafka")


def _a_broker_is_lost(broken: Broken) -> bool:
    return bool(_lost(broken))


def _lost(broken: Broken) -> Set[str]:
    """Lost to the others: one that only clients don't reach leads on, and has what it acknowledged."""
    return broken.at_once("kafka", *_GONE)


def _led_by_those_hit(what: Sequence[Taken], hits: Sequence[Broken]) -> Set[int] | None:
    """The partitions whose leader had any of this taken from it; anything at all, if nothing is given.

    A partition keeps its leader until that is hit, so it is enough to know who led when each fault came. One that
    nobody led then counts as well. None if that was not noted before one of these faults.
    """
    led: set[int] = set()
    for hit in hits:
        if not hit.hits("kafka", *what):
            continue
        leaders = (hit.notes.get(LEADERS) or {}).get("leaders")
        if leaders is None:
            return None
        led |= {int(partition) for partition, name in leaders.items() if name is None or name in hit.nodes}
    return led


def _every_replica_may_be_lost(broken: Broken) -> bool:
    return len(_lost(broken)) >= _replicas(broken.settings)


def _all_that_were_in_sync_may_be_lost(broken: Broken) -> bool:
    return len(_lost(broken)) >= _in_sync(broken.settings)


def _nobody_may_have_it_stored(broken: Broken) -> bool:
    """Whether all may have lost their disks, or the ends of their logs, that alone had a record when it counted."""
    return len(broken.at_once("kafka", Taken.DISK)) >= min(_in_sync(broken.settings), _replicas(broken.settings))


def _too_few_may_be_in_sync(broken: Broken) -> bool:
    return len(_lost(broken)) > _replicas(broken.settings) - _in_sync(broken.settings)


def _acknowledged_by_the_leader_alone(settings: Settings) -> bool:
    return settings.get("kafka.producer.acks") == "1"


def _acknowledged_by_nobody(settings: Settings) -> bool:
    return settings.get("kafka.producer.acks") == "0"


def _sent_again_unseen(settings: Settings) -> bool:
    """Whether a producer sends again what a broker may have, which does not know it for the same."""
    idempotent = settings.get("kafka.producer.enable_idempotence", "true") == "true"
    return not idempotent and not _acknowledged_by_nobody(settings)


def _elected_out_of_sync(settings: Settings) -> bool:
    return settings.get("kafka.topic.unclean.leader.election.enable") == "true"


def _acknowledged_by_one_replica(settings: Settings) -> bool:
    return settings.get("kafka.topic.min.insync.replicas") == "1"


def _acknowledged_by_all_in_sync(settings: Settings) -> bool:
    return settings.get("kafka.producer.acks") == "all" and _replicated(settings)


def _deletes_what_is_unread(settings: Settings) -> bool:
    """Whether a topic may delete a record while a scenario lasts, because of its age or of how many came after it."""
    if "delete" not in settings.get("kafka.topic.cleanup.policy", ""):
        return False
    age = int(settings.get("kafka.topic.retention.ms", "-1"))
    return 0 <= age < _A_DAY or settings.get("kafka.topic.retention.bytes", "-1") != "-1"


def _replicated(settings: Settings) -> bool:
    return "kafka.topic.replication.factor" in settings


def _replicas(settings: Settings) -> int:
    return int(settings["kafka.topic.replication.factor"])


def _in_sync(settings: Settings) -> int:
    return int(settings.get("kafka.topic.min.insync.replicas", "1"))


KAFKA = Guarantees(
    rules=(
        Rule(
            setting="acks=0",
            when="the leader is killed, stopped, hangs or is cut off, if only from the producer",
            permits=("lost",),
            because="the producer takes a record for sent that no broker may ever have had",
            source=_ACKS,
            applies=_acknowledged_by_nobody,
            under=_a_broker_is_out_of_reach,
            among=partial(_led_by_those_hit, ()),
        ),
        Rule(
            setting="acks=1",
            when="the leader is killed, stopped, hangs or is cut off from the other brokers",
            permits=("lost",),
            because="a record counts that the leader alone has; the next leader may never have fetched it",
            source=_ACKS,
            applies=_acknowledged_by_the_leader_alone,
            under=_a_broker_is_lost,
            among=partial(_led_by_those_hit, _GONE),
        ),
        Rule(
            setting="enable.idempotence=false",
            when="a broker is killed, stopped, hangs or is cut off, or its answers are lost or late",
            permits=("duplicated", "duplicate", "out of order", "nonmonotonic send"),
            because="a producer that heard no answer sends a record again, and perhaps behind later ones; the broker "
            "keeps both",
            source=_PRODUCER.format("enable.idempotence, max.in.flight.requests.per.connection"),
            applies=_sent_again_unseen,
            under=_a_broker_is_out_of_reach,
        ),
        Rule(
            setting="unclean.leader.election.enable=true",
            when="as many brokers are lost as have to be in sync (min.insync.replicas), and no other one is",
            permits=("lost",),
            because="a replica that lags behind may lead, and the others give up what it lacks",
            source=_TOPIC.format("unclean.leader.election.enable"),
            applies=_elected_out_of_sync,
            under=_all_that_were_in_sync_may_be_lost,
            among=partial(_led_by_those_hit, _GONE),
        ),
        Rule(
            setting="min.insync.replicas=1",
            when="the other replicas are out of sync",
            permits=(),
            because="the leader alone acknowledges then; lost with its disk, or with an unclean election",
            source=_TOPIC.format("min.insync.replicas"),
            applies=_acknowledged_by_one_replica,
            under=_a_broker_is_lost,
        ),
        Rule(
            setting="fewer replicas are in sync than min.insync.replicas",
            when="more brokers are lost than a partition has replicas beyond those that have to be in sync",
            permits=(),
            because="its leader refuses records (acks=all) until enough are in sync again; what it acknowledged stays",
            source=_TOPIC.format("min.insync.replicas"),
            applies=_acknowledged_by_all_in_sync,
            under=_too_few_may_be_in_sync,
        ),
        Rule(
            setting="every replica of a partition is lost at once",
            when="as many brokers are lost as a partition has replicas",
            permits=(),
            because="nobody has the partition until one of them is back, and with its disk what it acknowledged",
            source=_TOPIC.format("replication factor"),
            applies=_replicated,
            under=_every_replica_may_be_lost,
        ),
        Rule(
            setting="as many brokers lose what they stored as have to be in sync",
            when="min.insync.replicas brokers are wiped, or have their logs torn, before all are in sync again",
            permits=("lost",),
            because="they may be all that had a record when it counted, and none of them has it any more",
            source=_TOPIC.format("min.insync.replicas"),
            applies=_replicated,
            under=_nobody_may_have_it_stored,
        ),
        Rule(
            setting="a retention.ms of less than a day, or a retention.bytes",
            when="nothing has to be broken: nobody reads a record in that time, or before as many bytes came after it",
            permits=("lost",),
            because="deleted by retention: brokers delete what is too old or too much, whether it was read or not",
            source=_TOPIC.format("cleanup.policy, retention.ms, retention.bytes"),
            applies=_deletes_what_is_unread,
            under=None,
        ),
    ),
    made_up={"isr-full": "kafka"},
    notes={LEADERS},
)
