"""What lossy settings of Kafka cost: each is declared, the loss that it permits is provoked, and has to come."""

import pytest

from harness import Kill, Nemesis, Pause, other_than
from harness.messages import MessageSystem, assert_delivered_and_aggregated, messages
from harness.servers.kafka import leader_holding, new_leader

pytestmark = [pytest.mark.faulttolerance, pytest.mark.guarantee("what these settings cost")]


@pytest.mark.kafka
@pytest.mark.parametrize(
    "acks",
    [
        pytest.param(acks, marks=pytest.mark.system(messages(consumers=False, settings={"kafka.producer.acks": acks})))
        for acks in ("0", "1")
    ],
)
def test_without_the_acknowledgement_of_the_others_the_leader_takes_messages_along(
    system: MessageSystem, faults: Nemesis, acks: str
) -> None:
    """acks=1, or 0, and the followers hang for a moment, so that the leader alone has what is posted to its partition,
    and acknowledges it. The leader is killed, the followers go on, and one of them leads: that is lost.
    """
    first = system.post(10)
    leader = leader_holding(system.topic, first.partitions)
    hanging = [faults.inject(Pause(), other_than(leader)), faults.inject(Pause(), other_than(leader))]
    meanwhile = system.post(16)
    killed = faults.inject(Kill(), leader)
    for paused in hanging:
        paused.undo()
    killed.until(new_leader(system.topic))

    system.messages.start()
    system.drain(first + meanwhile)
    system.read()
    assert_delivered_and_aggregated(system.history, shows=["lost"])


@pytest.mark.kafka
@pytest.mark.quick
@pytest.mark.system(messages(consumers=False, settings={"kafka.consumer.auto_offset_reset": "latest"}))
def test_a_group_that_begins_at_the_end_never_reads_what_was_there(system: MessageSystem) -> None:
    """auto.offset.reset=latest, and the messages are there before the group's first consumer: nobody reads them."""
    posted = system.post(20)

    system.messages.start()
    system.drain(posted)
    system.read()
    verdict = assert_delivered_and_aggregated(system.history, shows=["lost"])
    assert verdict.figures["lost"] == 20
