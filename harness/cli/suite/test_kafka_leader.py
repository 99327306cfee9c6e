"""What happens to our orders in Kafka when a broker dies."""

from itertools import islice

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from harness import Kill, Nemesis, System, assert_holds
from harness.checkers import set_full
from harness.servers.kafka import Kafka, kafka, leader_holding, new_leader


@pytest.mark.faulttolerance
@pytest.mark.guarantee("no acknowledged order is lost")
@pytest.mark.system(kafka(3))
def test_losing_the_leader_loses_no_order(system: System, faults: Nemesis) -> None:
    """Send orders, kill the broker that leads their partition, and send more.
    Whatever was acknowledged can be read afterwards.
    """
    brokers, client, topic = system.clusters[Kafka], system.history.client(), system.new_name("orders")
    brokers.create_topic(topic, partitions=1)
    addresses = [node.endpoint("external") for node in brokers.nodes]
    producer = KafkaProducer(bootstrap_servers=addresses, acks="all")

    def send(order: int) -> None:
        add = client.invoke("add", order)
        try:
            producer.send(topic, str(order).encode()).get(timeout=30)
            add.ok(order)
        except KafkaError as error:
            add.info(str(error))  # nobody knows whether it is in Kafka

    for order in range(100):
        send(order)
    faults.inject(Kill(), leader_holding(topic, [0] * 100)).until(new_leader(topic))
    for order in range(100, 200):
        send(order)

    read = client.invoke("read")
    consumer = KafkaConsumer(bootstrap_servers=addresses, auto_offset_reset="earliest", consumer_timeout_ms=10_000)
    partition = TopicPartition(topic, 0)
    consumer.assign([partition])
    read.ok([int(record.value) for record in islice(consumer, consumer.end_offsets([partition])[partition])])
    assert_holds(system.history, set_full.at_the_end)
