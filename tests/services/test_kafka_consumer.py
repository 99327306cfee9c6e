"""The services' Kafka consumer against a real broker."""

import pytest

from harness import System
from harness.servers.kafka import Kafka, kafka
from harness.waiting import until
from services import settings
from services.logs import Log
from services.queues import Store
from services.queues.consuming import Consuming
from services.queues.kafka_source import KafkaSource, Reading


@pytest.mark.system(kafka(1))
def test_a_consumer_joins_its_group_once_its_topic_is_known(system: System) -> None:
    topic = system.new_name("early")
    group = topic
    host, _, port = system.clusters.nodes["kafka-1"].endpoint("external").rpartition(":")
    lines: list[str] = []

    class Noting(Log):
        def __call__(self, event: str, **fields: object) -> None:
            lines.append(f"{event} {fields}")

    log = Noting("test")
    source = KafkaSource(settings.Kafka((settings.Address(host, int(port)),), topic), group, Reading(3000), log=log)
    consuming = Consuming(source, Store(), log)
    consuming.start()
    try:
        until("the consumer to miss its topic", lambda: [line for line in lines if topic in line], timeout_s=10)
        assert source.problem() is not None
        system.clusters[Kafka].create_topic(topic)
        until("the consumer to have its share", lambda: source.problem() is None, timeout_s=10)
    finally:
        consuming.stop(1.0)
    # One join, and no share of nothing before it.
    assert [line for line in lines if line.startswith("assigned")] == ["assigned {'partitions': [0, 1, 2]}"]
