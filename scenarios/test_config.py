"""Config, where the services register and the facade asks for them: what it costs if its answers, or what it is told,
come late.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import Kill, Nemesis, Pause, Stop, all_but, node
from harness.clusters import Target
from harness.faults.nemesis import Injected
from harness.faults.protocol import Fault
from harness.messages import MessageSystem, assert_delivered_and_aggregated, messages
from harness.messages.needs import CONFIG, LOGGING_READ, MESSAGES_READ, at_least
from harness.waiting import until

#: Longer than config believes in an instance that it has not heard of, in seconds.
FORGOTTEN_S = 4.0
pytestmark = [pytest.mark.faulttolerance, pytest.mark.guarantee("the service goes on"), pytest.mark.system(messages())]


def taken(system: MessageSystem) -> Mapping[str, int]:
    """How many messages each messages instance has taken."""
    return {name: len(system.clients.peek(at, "messages")) for name, at in system.messages.running.items()}


def dead_and_forgotten(system: MessageSystem, faults: Nemesis, target: Target) -> Injected:
    """Kills logging instances, and waits until config has forgotten them."""
    dead = faults.inject(Kill(), target)
    gone = {dead_node.spec.name for dead_node in dead.nodes}
    system.await_forgotten(gone)
    return dead


@pytest.mark.needs(CONFIG, LOGGING_READ)
def test_config_that_hangs_while_instances_come_and_go_costs_no_request(system: MessageSystem, faults: Nemesis) -> None:
    """Under posts and GETs, config hangs; meanwhile one logging instance dies, and another one starts.
    The facade works with what it was told before: every request is answered. Once config goes on, it is right again.
    """
    late = dead_and_forgotten(system, faults, node("logging-3"))
    with system.traffic() as traffic, ThreadPoolExecutor(1) as pool:
        traffic.await_answers(20)
        hanging = faults.inject(Pause(), node("config"))
        faults.inject(Kill(), node("logging-1"))
        starting = pool.submit(late.undo)  # it works before that is over, which is once config has heard of it
        until("logging-3 to work", lambda: system.ask_directly(late.node), lambda _: True, timeout_s=20)
        traffic.await_answers(10)
        hanging.undo()
        starting.result()
        traffic.await_answers(20)

    right = ["logging-2", "logging-3"]
    until("config to be right", system.registered, lambda live: live["logging"] == right, timeout_s=10)
    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history, answered=True)


@pytest.mark.hazelcast
@pytest.mark.system(messages("hazelcast"))
@pytest.mark.parametrize("fault", [Kill(), Pause()], ids=lambda fault: fault.name)
@pytest.mark.needs(CONFIG, MESSAGES_READ)
def test_without_config_messages_are_taken_from_a_hazelcast_queue(
    system: MessageSystem, faults: Nemesis, fault: Fault
) -> None:
    """Under posts and GETs, over a Hazelcast queue, config is killed, or hangs for longer than an entry lasts, and is
    there again. Both messages instances go on taking meanwhile. Every request is answered, and every acknowledged
    message reaches exactly one of them.
    """
    with system.traffic() as traffic:
        traffic.await_answers(20)
        away = faults.inject(fault, node("config"))
        before = taken(system)
        until(
            "each messages instance to take more",
            lambda: taken(system),
            lambda now: all(now[name] > count for name, count in before.items()),
            timeout_s=10,
        )
        away.lasting(FORGOTTEN_S)
        away.undo()
        traffic.await_answers(20)

    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history, answered=True)


@pytest.mark.system(messages("any"))
@pytest.mark.needs(at_least(2, "logging"))
def test_instances_that_the_facade_has_never_met_take_over(system: MessageSystem, faults: Nemesis) -> None:
    """The facade begins with one logging instance. The others come, and that one is killed.
    The facade asks config for those that there are now: every post is answered, and nothing is lost.
    """
    late = dead_and_forgotten(system, faults, all_but(node("logging-1")))
    first = system.post(10)

    late.undo()
    faults.inject(Kill(), node("logging-1"))

    posted = system.post(10)
    assert not posted.refusals, posted.refused
    system.drain(first + posted)
    system.read()
    assert_delivered_and_aggregated(system.history)


@pytest.mark.needs(CONFIG)
def test_a_renewal_that_comes_late_brings_no_instance_back(system: MessageSystem, faults: Nemesis) -> None:
    """A logging instance is stopped, and takes its entry out of config; a renewal of that entry comes after that.
    Config refuses it: nobody is sent to an instance that has ended. Posts go on without it.
    """
    ended = system.entry_of("logging-1")
    faults.inject(Stop(), node("logging-1"))

    status = system.renew_late(ended)

    assert system.registered()["logging"] == ["logging-2", "logging-3"], "who has ended is back in config"
    assert status == 410
    posted = system.post(10)
    assert not posted.refusals, posted.refused
    system.drain(posted)
    system.read()
    assert_delivered_and_aggregated(system.history)


@pytest.mark.needs(CONFIG)
def test_a_removal_that_comes_late_leaves_the_next_start_of_an_instance_in(
    system: MessageSystem, faults: Nemesis
) -> None:
    """A logging instance is stopped and started again; the removal of the entry that it had before comes after that.
    Config leaves the entry of the new start alone, and posts go on with all three.
    """
    ended = system.entry_of("logging-1")
    faults.inject(Stop(), node("logging-1")).undo()

    status = system.remove_late(ended)

    assert system.registered()["logging"] == ["logging-1", "logging-2", "logging-3"], "who has started is not in config"
    assert status == 204
    posted = system.post(10)
    assert not posted.refusals, posted.refused
    system.drain(posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
