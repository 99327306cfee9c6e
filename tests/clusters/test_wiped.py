"""What clients have made in servers can be removed, so that an application that has no other names begins anew."""

import pytest

from harness import System
from harness.servers.hazelcast import Hazelcast, hazelcast
from harness.servers.hazelcast.clients import client_of
from harness.servers.kafka import Kafka, kafka

pytestmark = [pytest.mark.process, pytest.mark.system(hazelcast(), kafka())]


def test_what_clients_have_made_is_gone_once_it_is_wiped(system: System) -> None:
    brokers, members = system.clusters[Kafka], system.clusters[Hazelcast]
    topic, name = system.new_name("wiped"), system.new_name("wiped")
    brokers.create_topic(topic)
    client = client_of(members.nodes)
    try:
        client.get_map(name).blocking().put("key", "value")
        client.get_queue(name).blocking().put("item")

        system.clusters.wipe()

        assert client.get_map(name).blocking().size() == client.get_queue(name).blocking().size() == 0
    finally:
        client.shutdown()
    # As it was: with no partition that somebody could read.
    brokers.create_topic(topic, partitions=1)
    assert len(brokers.partitions(topic)) == 1
