"""The facade's connections, those of its clients and those to the services and servers, are all gone at once."""

import pytest

from harness import Disconnect, Nemesis, node
from harness.messages import MessageSystem, assert_delivered_and_aggregated, messages
from harness.messages.moments import demand_in_flight
from harness.messages.needs import at_least

pytestmark = [
    pytest.mark.faulttolerance,
    pytest.mark.guarantee("no acknowledged message is lost"),
    pytest.mark.needs(Disconnect()),
]

TIMES = 5


@pytest.mark.parametrize(
    "queue",
    [
        pytest.param(
            "kafka",
            marks=[pytest.mark.kafka, pytest.mark.system(messages()), pytest.mark.needs(at_least(1, "kafka"))],
        ),
        pytest.param(
            "hazelcast",
            marks=[
                pytest.mark.hazelcast,
                pytest.mark.system(messages("hazelcast")),
                pytest.mark.needs(at_least(1, "hazelcast")),
            ],
        ),
    ],
)
def test_a_facade_that_loses_all_connections_loses_no_message(
    system: MessageSystem, faults: Nemesis, queue: str
) -> None:
    """Under posts and GETs, all connections of the facade are reset at one moment, five times: those of who posts, and
    those to config, to the logging and messages instances, and to the queue. What was under way may be on the queue, or
    not. The facade connects anew by itself, and puts nothing on the queue twice: every acknowledged message reaches
    exactly one messages instance, and GET shows it.
    """
    with system.traffic() as traffic:
        for _ in range(TIMES):
            traffic.await_answers(20)
            faults.inject(Disconnect(), node("facade"))
        traffic.await_answers(20)

    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
    demand_in_flight(system.history)
