"""Kafka's brokers become another release while a log is written and read."""

from itertools import pairwise

import pytest

from harness import Nemesis, System, Upgrade, node
from harness.servers.kafka import full_isr, kafka
from harness.servers.kafka.assertions import assert_kept
from harness.servers.kafka.workloads.log import Log
from harness.servers.kafka.workloads.producing import Sending

pytestmark = [
    pytest.mark.faulttolerance,
    pytest.mark.guarantee("no acknowledged message is lost"),
    pytest.mark.kafka,
]

BROKERS = ("kafka-1", "kafka-2", "kafka-3")
#: The last of each minor release since ZooKeeper is gone, in order.
RELEASES = ("4.0.2", "4.1.2", "4.2.1", "4.3.1", "4.4.0")


@pytest.mark.parametrize(
    "release",
    [
        pytest.param(new, marks=pytest.mark.system(kafka(version=old, upgrades=[new])))
        for old, new in pairwise(RELEASES)
    ],
)
def test_a_log_under_load_survives_a_rolling_upgrade(system: System, faults: Nemesis, release: str) -> None:
    """Producers send a thousand records a second, and a group reads them; the brokers are shut down in order and
    started as the next minor release, with what they had stored, one after the other, each once all replicas are in
    sync.
    Every acknowledged record stays where it was put, once, in the order of the sends, and no reader skips one.
    """
    log = Log(system, sending=Sending(a_second=1000))
    with log.traffic() as traffic:
        for broker in BROKERS:
            traffic.sends.await_acknowledged(1000)
            faults.inject(Upgrade(release), node(broker)).until(full_isr(log.topic))
        traffic.sends.await_acknowledged(1000)

    log.read()
    assert_kept(system.history, least_a_second=200)
