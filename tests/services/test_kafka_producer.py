"""The services' Kafka producer against a real broker."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import System
from harness.servers.kafka import Kafka, kafka
from harness.waiting import until
from services import settings
from services.logs import Log
from services.queues import NotQueuedError
from services.queues.kafka import KafkaProducing


def producing_to(system: System, topic: str) -> KafkaProducing:
    """The facade's part for a topic that there is."""
    system.clusters[Kafka].create_topic(topic)
    host, _, port = system.clusters.nodes["kafka-1"].endpoint("external").rpartition(":")
    return KafkaProducing(settings.Kafka((settings.Address(host, int(port)),), topic), "all", Log("test"))


@pytest.mark.system(kafka(1))
def test_a_message_waits_a_moment_for_the_producer_that_is_being_made(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    producing = producing_to(system, system.new_name("topic"))
    make, made = producing._make, threading.Event()
    monkeypatch.setattr(producing._kept, "_make", lambda: made.wait(10) and make())
    producing.start()
    began = time.monotonic()
    with pytest.raises(NotQueuedError, match="not connected") as refused:
        producing.put("id-1", "text", timeout_s=4)
    assert not refused.value.unknown
    assert 1 <= time.monotonic() - began < 3, "it has a second of its time for that"
    with ThreadPoolExecutor(1) as pool:
        put = pool.submit(producing.put, "id-2", "text", 4)
        made.set()
        assert put.result().offset == 0
    producing.stop(0.2)


@pytest.mark.system(kafka(1))
def test_a_producer_that_wedged_speaks_for_itself_only(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    topic = system.new_name("topic")
    producing = producing_to(system, topic)
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
