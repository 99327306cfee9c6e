"""What Kafka's settings permit when brokers are lost, after its documentation (kafka.apache.org)."""

from __future__ import annotations

from harness.guarantees import Broken, Guarantees, Rule, Settings

_ACKS = "Kafka documentation, producer configs, acks"
_TOPIC = "Kafka documentation, topic configs, {}"


def _a_broker_is_lost(broken: Broken) -> bool:
    return broken.hits("kafka")


def _more_brokers_are_lost_than_are_replicas_to_spare(broken: Broken) -> bool:
    return broken.at_once("kafka") >= int(broken.settings["kafka.topic.replication.factor"])


def _acknowledged_by_the_leader_alone(settings: Settings) -> bool:
    return settings.get("kafka.producer.acks") == "1"


def _acknowledged_by_nobody(settings: Settings) -> bool:
    return settings.get("kafka.producer.acks") == "0"


def _elected_out_of_sync(settings: Settings) -> bool:
    return settings.get("kafka.topic.unclean.leader.election.enable") == "true"


def _acknowledged_by_one_replica(settings: Settings) -> bool:
    return settings.get("kafka.topic.min.insync.replicas") == "1"


def _replicated(settings: Settings) -> bool:
    return "kafka.topic.replication.factor" in settings


KAFKA = Guarantees(
    rules=(
        Rule(
            setting="acks=0",
            when="any broker is killed, stopped, hangs or is cut off",
            permits=("lost",),
            because="the producer takes a record for sent that no broker may ever have had",
            source=_ACKS,
            applies=_acknowledged_by_nobody,
            under=_a_broker_is_lost,
        ),
        Rule(
            setting="acks=1",
            when="the leader is killed, stopped, hangs or is cut off",
            permits=("lost",),
            because="a record counts that the leader alone has; the next leader may never have fetched it",
            source=_ACKS,
            applies=_acknowledged_by_the_leader_alone,
            under=_a_broker_is_lost,
        ),
        Rule(
            setting="unclean.leader.election.enable=true",
            when="the replicas that are in sync are lost",
            permits=("lost",),
            because="a replica that lags behind may lead, and the others give up what it lacks",
            source=_TOPIC.format("unclean.leader.election.enable"),
            applies=_elected_out_of_sync,
            under=_a_broker_is_lost,
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
            setting="every replica of a partition is lost at once",
            when="as many brokers are lost as a partition has replicas",
            permits=(),
            because="nobody has the partition until one of them is back, and with its disk what it acknowledged",
            source=_TOPIC.format("replication factor"),
            applies=_replicated,
            under=_more_brokers_are_lost_than_are_replicas_to_spare,
        ),
    ),
    made_up={"isr-full": "kafka"},
)
