"""Kafka as the message queue with its consumers at work and traffic running: losses, one after the other."""

import pytest

from harness import Isolate, Kill, Nemesis, OneWay, PartialPartition, Pause, PeerPartition, Stop, assert_holds, node
from harness.bounds import budget_s
from harness.checkers import availability
from harness.effects import Effect
from harness.faults.protocol import Fault
from harness.messages import MessageSystem, assert_delivered_and_aggregated, messages
from harness.messages.moments import demand_in_flight, demand_moments, not_committed
from harness.messages.needs import GROUP, IN_MEMORY, LOGS, PLACES
from harness.messages.posted import Traffic
from harness.messages.services import ROLES
from harness.servers.kafka import (
    controller,
    coordinator,
    full_isr,
    leader_holding,
    new_controller,
    new_coordinator,
    new_leader,
)
from harness.taken import Taken
from harness.targets import Target

pytestmark = [
    pytest.mark.faulttolerance,
    pytest.mark.guarantee("no acknowledged message is lost"),
    pytest.mark.kafka,
    pytest.mark.system(messages()),
]

KILLS = 3
#: Where a group keeps what it has committed; it needs all its replicas before the next broker may die.
OFFSETS = "__consumer_offsets"
#: Longer than a consumer's group waits for it with the timings for tests, in seconds.
UNREACHED_S = 5.0
#: A broker is cut off from the services, and from nobody else.
UNREACHED = PartialPartition(ROLES)
#: What the facade sends to a broker arrives there; nothing comes back.
UNHEARD = OneWay("out", roles=["facade"])


def duty(system: MessageSystem, name: str, partitions: tuple[int, ...]) -> tuple[Target, Effect]:
    """The broker that has a duty now, and another one having it afterwards."""
    if name == "leader":
        return leader_holding(system.topic, partitions), new_leader(system.topic)
    if name == "coordinator":
        return coordinator(system.namespace.group), new_coordinator(system.namespace.group)
    return controller, new_controller()


class Pending:
    """The messages that messages instances had kept and could not commit, counted after each loss of a broker."""

    def __init__(self, system: MessageSystem) -> None:
        self._system, self._ids, self._hits = system, frozenset[str](), list[int]()

    def count(self) -> None:
        """Counts those that came since the last time."""
        logs = (self._system.log_of(name) for name in self._system.messages.running)
        now = frozenset[str]().union(*map(not_committed, logs))
        self._hits.append(len(now - self._ids))
        self._ids = now

    def demand(self) -> None:
        """Is inconclusive if no loss of a broker kept an instance from committing anything."""
        demand_moments(self._system.history, "kept and could not be committed", self._hits)


def while_a_consumer_dies(system: MessageSystem, faults: Nemesis) -> Traffic:
    """Posts and GETs, meanwhile a messages instance is killed and started again, several times."""
    with system.traffic() as traffic:
        for _ in range(KILLS):
            traffic.await_answers(20)
            killed = faults.inject(Kill(), node("messages-1"))
            traffic.await_answers(20)
            killed.undo()
        traffic.await_answers(20)
    return traffic


@pytest.mark.parametrize(
    "fault",
    [Kill(), Stop(), Pause(), pytest.param(Isolate(), marks=pytest.mark.needs(Isolate()))],
    ids=lambda fault: fault.name,
)
@pytest.mark.parametrize("name", ["leader", "coordinator", "controller"])
@pytest.mark.needs(PLACES, GROUP)
def test_losing_brokers_in_turn_loses_no_message(
    system: MessageSystem, faults: Nemesis, fault: Fault, name: str
) -> None:
    """Under posts and GETs, the broker that leads the fullest partition, coordinates the consumers' group, or is the
    active controller, is killed, stopped, hangs, or is cut off from everybody; when it is back and all replicas are in
    sync, the next one that has that duty, and again. Every acknowledged message reaches a messages instance, and GET
    shows it. It may reach both: what was read and not committed when a coordinator is lost is read again, by whoever
    gets the partition. Posts are acknowledged again about as soon as the servers' settings imply.
    """
    pending = Pending(system)
    with system.traffic() as traffic:
        for _ in range(KILLS):
            traffic.await_answers(20)
            target, effect = duty(system, name, traffic.posted.partitions)
            lost = faults.inject(fault, target).until(effect)
            traffic.await_answers(20)
            lost.undo().until(full_isr(system.topic)).until(full_isr(OFFSETS))
            pending.count()
        traffic.await_answers(20)

    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
    assert_holds(system.history, availability.check, f="post", within_s=budget_s(system.history.events))
    demand_in_flight(system.history)
    # Who stops in order hands its duties over, perhaps sooner than a consumer gives up a commit.
    if name == "coordinator" and Taken.PEERS in fault.takes:
        pending.demand()


@pytest.mark.needs(UNREACHED)
@pytest.mark.parametrize("name", ["leader", "coordinator", "controller"])
@pytest.mark.needs(PLACES, GROUP)
def test_brokers_that_no_service_reaches_lose_no_message(system: MessageSystem, faults: Nemesis, name: str) -> None:
    """Under posts and GETs, the broker that leads the fullest partition, coordinates the consumers' group, or is the
    active controller, is cut off from the services and from nobody else, three times. For the other brokers nothing has
    happened, so it keeps its duty, and nobody does it for the services until they reach it again. Every acknowledged
    message reaches a messages instance, and GET shows it. It may reach both: what was read and could not be committed
    is read again, by whoever gets the partition.
    """
    pending = Pending(system)
    with system.traffic() as traffic:
        for _ in range(KILLS):
            traffic.await_answers(20)
            target, _ = duty(system, name, traffic.posted.partitions)
            unreached = faults.inject(UNREACHED, target).lasting(UNREACHED_S)
            assert target(system.clusters).nodes == unreached.nodes, "the broker that no service reached lost its duty"
            unreached.undo()
            pending.count()
        traffic.await_answers(20)

    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
    demand_in_flight(system.history)
    if name == "coordinator":
        pending.demand()


@pytest.mark.needs(UNHEARD)
@pytest.mark.needs(PLACES)
def test_leaders_that_the_facade_does_not_hear_lose_no_message(system: MessageSystem, faults: Nemesis) -> None:
    """Under posts and GETs, nothing from the broker that leads the fullest partition arrives at the facade, three
    times, while all that the facade sends arrives at the broker, which puts it in the log. The facade says of such a
    message that it does not know. Every acknowledged message reaches exactly one messages instance, and GET shows it.
    """
    with system.traffic() as traffic:
        for _ in range(KILLS):
            traffic.await_answers(20)
            unheard = faults.inject(UNHEARD, leader_holding(system.topic, traffic.posted.partitions))
            unheard.lasting(UNREACHED_S).undo()
        traffic.await_answers(20)

    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
    demand_in_flight(system.history)


@pytest.mark.needs(PeerPartition())
@pytest.mark.parametrize("name", ["leader", "coordinator", "controller"])
@pytest.mark.needs(PLACES, GROUP)
def test_brokers_that_the_others_have_given_up_lose_no_message(
    system: MessageSystem, faults: Nemesis, name: str
) -> None:
    """Under posts and GETs, the broker that leads the fullest partition, coordinates the consumers' group, or is the
    active controller, is cut off from the others alone. They give its duty to another one, and it does not hear of it:
    services that ask it are told that it has it, and nothing that it takes is acknowledged. They find the other one,
    and posts go on before the first one is back. Every acknowledged message reaches a messages instance, and GET shows
    it. It may reach both: what was read and could not be committed is read again, by whoever gets the partition.
    """
    pending = Pending(system)
    with system.traffic() as traffic:
        traffic.await_answers(20)
        target, effect = duty(system, name, traffic.posted.partitions)
        alone = faults.inject(PeerPartition(), target).until(effect)
        traffic.await_answers(40)
        alone.undo().until(full_isr(system.topic)).until(full_isr(OFFSETS))
        pending.count()
        traffic.await_answers(20)

    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
    demand_in_flight(system.history)
    if name == "coordinator":
        pending.demand()


@pytest.mark.system(messages(replay=True))
def test_with_replay_losing_a_messages_instance_again_and_again_loses_no_message(
    system: MessageSystem, faults: Nemesis
) -> None:
    """Under posts and GETs, kill a messages instance and start it again, three times; every instance reads its
    partitions from the beginning whenever it gets them.
    Every acknowledged message reaches exactly one messages instance, and GET shows it.
    """
    traffic = while_a_consumer_dies(system, faults)

    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
    demand_in_flight(system.history)


@pytest.mark.needs(LOGS, IN_MEMORY)
def test_losing_a_messages_instance_costs_what_it_held_and_no_more(system: MessageSystem, faults: Nemesis) -> None:
    """Under posts and GETs, kill a messages instance and start it again, three times, without replay.
    What it had in memory is gone, since its offsets are committed. Nothing else is: whatever is missing, it had stored,
    as its log says.
    """
    traffic = while_a_consumer_dies(system, faults)

    held = system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history, shows=["lost"])
    stored = {line["id"] for line in system.log_of("messages-1") if line["event"] == "consumed"}
    lost = traffic.posted.ids.difference(*held.values())
    assert not lost - stored, f"lost: {len(lost - stored)} messages that messages-1 had never stored"
    demand_in_flight(system.history)
