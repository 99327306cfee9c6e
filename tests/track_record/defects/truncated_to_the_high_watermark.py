"""A follower of Kafka that gets another leader, and cuts its log before it knows what that one has."""

import pytest

from harness import Kill, Nemesis, Pause, Stop, System, assert_holds, node
from harness.checkers import set_full
from harness.waiting import until
from tests.track_record.defect import Defect, Side
from tests.track_record.old_kafka.elements import Elements
from tests.track_record.old_kafka.kind import OldKafka

SETTINGS = (
    # A follower hears how far all have come with what it fetches next: a minute later, if nothing new comes.
    ("replica.fetch.wait.max.ms", "60000"),
    ("replica.socket.timeout.ms", "120000"),
    ("replica.lag.time.max.ms", "120000"),
    # Who stops says goodbye to ZooKeeper, and hands nothing over; who hangs is given up later.
    ("controlled.shutdown.enable", "false"),
    ("zookeeper.session.timeout.ms", "90000"),
)
DEFECT = Defect(
    wrong="who follows another leader cuts its log to the high watermark that it has heard of, and lacks what was "
    "acknowledged if that leader is gone before it has copied it again (KIP-101)",
    links=("https://github.com/apache/kafka/pull/2808",),
    found_by="B. Stopford (KIP-101)",
    anomaly="lost",
    affected=Side("Kafka 0.10.2.1", (OldKafka(3, "0.10.2.1", SETTINGS),)),
    fixed=Side("Kafka 0.11.0.3", (OldKafka(3, "0.11.0.3", SETTINGS),)),
)
#: So many that of those which a broker leads each other one is to lead one next.
PARTITIONS = 6
TIMEOUT_S = 240.0


@pytest.mark.faulttolerance
@DEFECT.sides
def test_the_last_one_of_three_replicas_in_sync_has_everything(system: System, faults: Nemesis, side: None) -> None:
    """Three replicas in sync acknowledge 60 elements. One broker hangs, and another, not the controller either, is
    stopped: where it led, the one that hangs is to lead, and answers nobody. That one is killed, and the controller
    leads. It has everything that was acknowledged, as it was in sync all the time.
    """
    cluster, elements = system.clusters[OldKafka], Elements(system, partitions=PARTITIONS, replicas=3)
    elements.add(PARTITIONS)
    elements.add(60)
    lives = cluster.id_of(cluster.controller())
    stops, hangs = sorted(cluster.live() - {lives})
    led = [partition.id for partition in cluster.partitions(elements.topic) if partition.leader == stops]

    faults.inject(Pause(), node(cluster.broker(hangs).spec.name))
    faults.inject(Stop(), node(cluster.broker(stops).spec.name))
    until(
        "the one that hangs to lead",
        lambda: [cluster.partitions(elements.topic)[number].leader for number in led],
        lambda leaders: hangs in leaders,
        timeout_s=TIMEOUT_S,
    )
    faults.inject(Kill(), node(cluster.broker(hangs).spec.name))
    until(
        "the one that lives to lead everything",
        lambda: {partition.leader for partition in cluster.partitions(elements.topic)},
        lambda leaders: leaders == {lives},
        timeout_s=TIMEOUT_S,
    )

    elements.add(PARTITIONS)
    elements.read()
    assert_holds(system.history, set_full.at_the_end)
