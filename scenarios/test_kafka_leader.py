"""Kafka as the message queue: what survives the loss of the broker that leads (seeds 002 and 003)."""

import pytest

from harness import Kill, Nemesis, System, assert_delivered_and_aggregated, leader_holding, new_leader

pytestmark = [pytest.mark.faulttolerance, pytest.mark.kafka]


@pytest.mark.system(consumers=False)
@pytest.mark.parametrize("count", [pytest.param(10, marks=pytest.mark.quick), 100])
def test_losing_the_leader_loses_no_message(system: System, faults: Nemesis, count: int) -> None:
    """Consumers off: post, kill the Kafka leader of a partition that holds messages, start two consumers.
    A new leader is elected; every acknowledged message reaches exactly one consumer, and GET shows it.
    """
    posted = system.post(count)

    faults.inject(Kill(), leader_holding(system.topic, posted.partitions)).until(new_leader(system.topic))

    system.messages.start()
    system.drain(posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
