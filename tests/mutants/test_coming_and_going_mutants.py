"""What turns the scenarios red that look at what an instance says when it starts and when it is stopped."""

import pytest

from harness import Nemesis
from harness.messages import MessageSystem, messages
from scenarios import test_coming_and_going as coming_and_going


@pytest.mark.system(messages(replay=True, mutants={"logging": "logging_that_does_not_deregister"}))
def test_an_instance_that_leaves_without_a_word_is_still_in_config(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(AssertionError, match=r"logging-1 has ended, and is still in config"):
        coming_and_going.test_an_instance_that_is_stopped_says_so_and_ends(system, faults, "logging-1")


@pytest.mark.system(messages(replay=True, mutants={"logging": "logging_that_ends_late"}))
def test_an_instance_that_ends_late_is_late(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(AssertionError, match=r"logging-1 took \d\.\d s to end"):
        coming_and_going.test_an_instance_that_is_stopped_says_so_and_ends(system, faults, "logging-1")


@pytest.mark.parametrize(
    ("role", "servers"),
    [
        pytest.param(role, servers, marks=pytest.mark.system(messages(mutants={role: mutant})))
        for role, servers, mutant in (
            ("logging", "hazelcast", "logging_that_registers_at_once"),
            ("messages", "kafka", "messages_always_healthy"),
        )
    ],
)
def test_an_instance_that_does_not_wait_is_healthy_without_its_servers(
    system: MessageSystem, faults: Nemesis, role: str, servers: str
) -> None:
    with pytest.raises(AssertionError, match=f"healthy without {servers}"):
        coming_and_going.test_an_instance_that_starts_without_its_servers_waits_for_them(system, faults, role, servers)
