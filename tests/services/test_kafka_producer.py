"""The services' Kafka producer against a real broker."""

import threading

import pytest

from harness import System
from harness.servers.kafka import Kafka, kafka
from harness.waiting import until
from services import settings
from services.logs import Log
from services.queues.kafka import KafkaProducing


@pytest.mark.system(kafka(1))
def test_a_producer_that_wedged_speaks_for_itself_only(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    topic = system.new_name("topic")
    system.clusters[Kafka].create_topic(topic)
    host, _, port = system.clusters.nodes["kafka-1"].endpoint("external").rpartition(":")
    producing = KafkaProducing(settings.Kafka((settings.Address(host, int(port)),), topic), "all", Log("test"))
    one, another = producing._make(), producing._make()
    # As it was seen: its thread lives, and sends nothing any more.
    over = threading.Event()
    monkeypatch.setattr(one._producer._sender, "run_once", lambda: over.wait(0.1))
    # A request that got hold of it just before another one took its place.
    one.send(topic, "id-1", "text")
    until("the send to outlive its limit", lambda: not one.alive, timeout_s=10)
    another.send(topic, "id-2", "text").get(timeout=5)
    assert another.alive
    for sending in (one, another):
        sending.close(0.2)
