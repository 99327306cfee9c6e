"""What clients have made in servers can be removed, so that an application that has no other names begins anew."""

import subprocess
import sys
from contextlib import closing

import pytest
from kafka import KafkaConsumer

from harness import System
from harness.servers.hazelcast import Hazelcast, hazelcast
from harness.servers.hazelcast.clients import client_of
from harness.servers.kafka import Kafka, kafka
from harness.waiting import until

#: A process of its own: a consumer in this one would join again by itself once it hears that it is no member any more.
MEMBER = """
import sys
from kafka import KafkaConsumer

name, *addresses = sys.argv[1:]
consumer = KafkaConsumer(name, bootstrap_servers=addresses, group_id=name, session_timeout_ms=120_000)
while not consumer.assignment():
    consumer.poll(200)
print("has its partition", flush=True)
while True:
    consumer.poll(200)
"""
pytestmark = [pytest.mark.process, pytest.mark.system(hazelcast(), kafka())]


def test_maps_and_queues_are_gone_once_the_members_are_wiped(system: System) -> None:
    client, name = client_of(system.clusters[Hazelcast].nodes), system.new_name("wiped")
    try:
        client.get_map(name).blocking().put("key", "value")
        client.get_queue(name).blocking().put("item")
        system.clusters.wipe()
        assert client.get_map(name).blocking().size() == client.get_queue(name).blocking().size() == 0
    finally:
        client.shutdown()


def test_a_group_whose_members_were_killed_begins_anew_once_the_brokers_are_wiped(system: System) -> None:
    brokers, name = system.clusters[Kafka], system.new_name("wiped")
    addresses = [node.endpoint("external") for node in brokers.nodes]
    brokers.create_topic(name, partitions=1)
    member = subprocess.Popen([sys.executable, "-c", MEMBER, name, *addresses], stdout=subprocess.PIPE, text=True)
    try:
        assert member.stdout
        assert member.stdout.readline() == "has its partition\n"
    finally:
        # The group would wait two minutes for it, and longer than `wipe` does.
        member.kill()
        member.communicate()

    system.clusters.wipe()

    brokers.create_topic(name, partitions=1)
    with closing(KafkaConsumer(bootstrap_servers=addresses, group_id=name)) as another:
        # One that joins before its broker knows the topic may never take its share (docs/decisions/0004).
        until("the topic to be known", lambda: another.partitions_for_topic(name), timeout_s=30)
        another.subscribe([name])
        until("a partition", lambda: [*another.poll(200), *another.assignment()], bool, timeout_s=30)
