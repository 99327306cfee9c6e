"""What config and an instance itself say of it when it starts and when it is stopped in order."""

from collections.abc import Mapping, Sequence

import pytest

from harness import Nemesis, Pause, Stop, every, node
from harness.messages import MessageSystem, assert_delivered_and_aggregated, messages
from harness.messages.moments import ending_s, last_life
from harness.messages.needs import CONFIG, HEALTH, LOGS
from harness.waiting import until

pytestmark = [pytest.mark.faulttolerance, pytest.mark.guarantee("the service goes on"), pytest.mark.system(messages())]
#: How long a service may take to end after SIGTERM, in seconds.
END_S = 2.0


@pytest.mark.system(messages(replay=True))
@pytest.mark.parametrize("name", ["logging-1", "messages-1"])
@pytest.mark.needs(CONFIG, LOGS)
def test_an_instance_that_is_stopped_says_so_and_ends(system: MessageSystem, faults: Nemesis, name: str) -> None:
    """Under posts and GETs, a logging instance, or a messages instance, is stopped in order.
    It has ended two seconds after the signal, and config has heard of that from itself, not by a lease that ran out.
    Every request is answered, and nothing is lost.
    """
    with system.traffic() as traffic:
        traffic.await_answers(20)
        faults.inject(Stop(), node(name))
        live = {one for role in system.registered().values() for one in role}
        traffic.await_answers(20)

    heard = [line["event"] for line in system.log_of("config") if line.get("name") == name]
    assert name not in live, f"{name} has ended, and is still in config"
    assert heard[-1] == "deregistered", f"{name} has ended without a word to config, which says last: {heard[-1]}"
    took_s = ending_s(system.log_of(name))
    assert took_s is not None, f"{name} does not say that it ended: it was killed"
    assert took_s < END_S, f"{name} took {took_s:.1f} s to end"
    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history, answered=True)


@pytest.mark.parametrize(
    ("role", "servers"),
    [
        pytest.param("logging", "hazelcast", marks=pytest.mark.hazelcast),
        pytest.param("messages", "kafka", marks=pytest.mark.kafka),
    ],
)
@pytest.mark.needs(CONFIG, HEALTH, LOGS)
def test_an_instance_that_starts_without_its_servers_waits_for_them(
    system: MessageSystem, faults: Nemesis, role: str, servers: str
) -> None:
    """All logging instances start while every Hazelcast member hangs, or all messages instances while every broker
    does. Each tries in vain, says that it is not healthy, and is not in config. Once the servers go on, it is both by
    itself, and does its job.
    """
    instances = system.instances(role)
    names = sorted(instances.running)
    instances.stop()
    away = faults.inject(Pause(), every(servers))
    with instances.starting():
        said = until(f"{', '.join(names)} to try in vain", lambda: said_in_vain(system, role, names), timeout_s=20)
        live = system.registered()
        away.undo()
        until(f"{', '.join(names)} to be in config", system.registered, lambda at: at.get(role) == names, timeout_s=30)

    assert all(said.values()), f"healthy without {servers}: {said}"
    assert role not in live, f"in config without {servers}: {live[role]}"
    posted = system.post(30)
    assert not posted.refusals, posted.refused
    system.drain(posted)
    system.read()
    assert_delivered_and_aggregated(system.history)


def said_in_vain(system: MessageSystem, role: str, names: Sequence[str]) -> Mapping[str, str]:
    """What each of these instances says of itself once all have met an error since they started; nothing before."""
    said = system.health(role)
    tried = [any("error" in line for line in last_life(system.log_of(name))) for name in said]
    return said if sorted(said) == names and all(tried) else {}
