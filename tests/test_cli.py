"""The command line as a person uses it: a system that stays up between commands, on real servers."""

import pytest

from harness.keeper.place import socket_path
from tests.running import run


def harness(*arguments: str) -> tuple[int, str]:
    return run("harness", *arguments)


@pytest.mark.process
def test_a_system_is_brought_up_used_broken_and_taken_down() -> None:
    status, output = harness("up", "--backend", "process", "--no-consumers")
    try:
        assert status == 0, output
        assert "starting the whole system (6 servers, process)" in output
        assert "harness down" in output
        assert harness("up") == (2, "error: a system is up already: harness status shows it, harness down ends it\n")
        assert harness("send", "10")[1].startswith("10 of 10 acknowledged; logged by ")
        assert harness("kill", "leader")[1].startswith("killed kafka-")
        assert harness("start", "messages") == (0, "running: messages-1, messages-2\n")
        status, output = harness("status")
        assert "exited (-9)" in output
        assert "10     messages in the map" in output
        assert harness("get")[1].startswith("logging: 10 messages from logging-")
        status, output = harness("kill", "kafka-9")
        assert status == 2
        assert output.startswith("error: there is no target or node 'kafka-9'; the nodes are hazelcast-1, ")
    finally:
        assert harness("down") == (0, "nothing is left of it\n")
    assert not socket_path().exists()


@pytest.mark.parametrize("command", [["send", "1"], ["get"], ["status"], ["kill", "leader"], ["down"]])
def test_without_a_system_each_command_says_how_to_get_one(command: list[str]) -> None:
    assert harness(*command) == (2, "error: no system is up: harness up starts one\n")


def test_an_unknown_backend_is_refused() -> None:
    status, output = harness("up", "--backend", "podman")
    assert status == 2
    assert "'podman' is not one of 'auto', 'docker', 'process'" in output
