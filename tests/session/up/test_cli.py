"""The command line as a person uses it: a system that stays up between commands, on real servers."""

import json
import os
import re
import signal

import pytest

from harness.backends.namespaces import why_not
from harness.session.paths import history_path
from harness.waiting import until
from tests.running import run, start
from tests.session.up.running import Running


def harness(*arguments: str, **environment: str) -> tuple[int, str]:
    return run("harness", *arguments, **environment)


def data(*arguments: str) -> dict[str, object]:
    status, output = harness(*arguments, "--json")
    assert status == 0, output
    found: dict[str, object] = json.loads(output)
    return found


def taken(status: dict[str, object]) -> int:
    """How many messages the messages instances hold between them."""
    holdings = status["holdings"]
    assert isinstance(holdings, list)
    return sum(held["count"] for held in holdings if held["what"] == "taken")


def completed(*words: str) -> list[str]:
    """What bash would offer for the last of the words."""
    _, output = harness(
        _HARNESS_COMPLETE="bash_complete",
        COMP_WORDS=" ".join(("harness", *words)),
        COMP_CWORD=str(len(words)),
    )
    return [line.removeprefix("plain,") for line in output.splitlines()]


def on_the_loopback(running: Running) -> bool:
    """Whether nodes have no networks of their own."""
    return running.backend == "process" and bool(why_not())


def test_a_second_system_is_refused(system: Running) -> None:
    refusal = "error: a system is up already: harness status shows it, harness down ends it\n"
    assert harness("up") == (2, refusal)


def test_what_was_sent_is_read_back_and_can_be_judged(renewed: Running) -> None:
    before = len(data("get")["logging"]["ids"])  # type: ignore[call-overload,index]
    assert harness("send", "10")[1].startswith("10 of 10 acknowledged; logged by ")
    assert data("send", "2")["acknowledged"] == 2
    assert harness("start", "messages") == (0, "messages-1 is ready\nmessages-2 is ready\n")
    assert harness("start", "messages") == (0, "all of messages runs already\n")
    assert harness("get")[1].startswith(f"logging: {before + 12} messages from logging-")
    assert set(data("get")) == {"logging", "messages"}
    # A messages instance is ready once it has its share of the topic; it reads what is there from then on.
    seen = until("all to be taken", lambda: data("status"), lambda seen: taken(seen) == before + 12, timeout_s=20)
    assert isinstance(seen["nodes"], list)
    assert {duty["what"] for node in seen["nodes"] for duty in node["duties"]} >= {"leader", "controller", "oldest"}
    status, output = harness("replay", str(history_path()))
    assert status == 0, output
    assert "aggregation.check: valid" in output


def test_a_killed_leader_is_told_with_reason_and_proof_and_starts_again(healed: Running) -> None:
    harness("send", "3")
    told = data("kill", "leader")
    assert str(told["why"]).startswith("it leads partition ")
    proofs = told["proofs"]
    assert isinstance(proofs, dict)
    ((killed, proof),) = proofs.items()
    assert "process gone" in proof
    again = f"error: {killed} can't be made to pause: it is exited; harness start {killed} brings it back first\n"
    assert harness("pause", killed) == (2, again)
    assert "exited" in harness("status")[1]
    assert harness("start", killed) == (0, f"{killed} is ready\n")
    assert harness("start", killed) == (0, f"all of {killed} runs already\n")


def test_a_role_is_paused_and_goes_on(healed: Running) -> None:
    assert set(data("pause", "logging")["proofs"]) == {"logging-1", "logging-2", "logging-3"}  # type: ignore[call-overload]
    assert harness("resume", "logging-2") == (0, "logging-2 goes on\n")
    assert data("resume", "logging") == {"nodes": ["logging-1", "logging-3"]}
    assert harness("resume", "logging") == (0, "nothing of logging is paused\n")
    assert harness("send", "1")[0] == 0


def test_everything_that_is_broken_is_healed(healed: Running) -> None:
    assert harness("stop", "logging-1")[0] == 0
    assert harness("pause", "logging-2")[0] == 0
    assert harness("heal", "logging-1") == (0, "logging-1 is back\n")
    assert harness("heal") == (0, "logging-2 is back\n")
    assert harness("heal") == (0, "nothing is broken\n")


def test_a_member_is_isolated_where_the_backend_can(healed: Running) -> None:
    status, output = harness("isolate", "hazelcast-3")
    if on_the_loopback(healed):
        assert (status, output) == (2, "error: this backend can't isolate: its nodes are not networked\n")
    else:
        assert "hazelcast-3, because it was asked for by name: no connection can be made" in output
        assert harness("heal", "hazelcast-3") == (0, "hazelcast-3 is back\n")


def test_what_is_done_to_nodes_together_is_undone_together(healed: Running) -> None:
    if on_the_loopback(healed):
        pytest.skip("local processes have no network of their own")
    status, output = harness("bridge", "kafka")
    assert status == 0
    assert "no connection can be made any more: kafka-2 to kafka-3, kafka-3 to kafka-2; as before: " in output
    assert harness("split", "kafka-1")[0] == 0
    assert harness("heal", "kafka-3") == (0, "kafka-3 is back\n")
    assert harness("heal") == (0, "kafka-1 is back\n")
    assert harness("heal") == (0, "nothing is broken\n")


def test_so_is_a_service_which_stays_so_when_it_starts_again(healed: Running) -> None:
    """Its role has nobody else, so every other node proves it."""
    if on_the_loopback(healed):
        pytest.skip("local processes have no network of their own")
    status, output = harness("isolate", "facade")
    assert status == 0
    assert all(f"facade to {name}, {name} to facade" in output for name in ("config", "kafka-1", "logging-3"))
    assert harness("kill", "facade")[0] == 0
    assert harness("start", "facade") == (0, "facade is ready\n")
    assert re.search(r"^ *facade .* running, network impaired", harness("status")[1], re.MULTILINE)
    assert harness("send", "1")[0] == 3
    assert harness("heal") == (0, "facade is back\n")
    until("it to have found the others", lambda: harness("send", "1"), lambda sent: sent[0] == 0, timeout_s=60)


def test_posts_that_nobody_acknowledges_are_inconclusive(healed: Running) -> None:
    harness("kill", "facade")
    status, output = harness("send", "2")
    assert status == 3
    assert output.startswith("0 of 2 acknowledged; logged by nobody\n2 not acknowledged: no connection")
    status, output = harness("get")
    assert (status, output) == (3, "the facade did not answer with success; harness status shows what runs\n")


@pytest.mark.parametrize("command", [["kill"], ["stop"], ["pause"], ["isolate"], ["start"], ["logs"], ["heal"]])
def test_an_unknown_name_is_refused_with_those_that_are_known(system: Running, command: list[str]) -> None:
    status, output = harness(*command, "kafka-9")
    assert status == 2
    assert output.startswith("error: there is no 'kafka-9'; choose one of ")
    assert "hazelcast-1, hazelcast-2, hazelcast-3, kafka-1, kafka-2, kafka-3" in output


def test_a_target_of_another_queue_is_unknown(system: Running) -> None:
    assert harness("kill", "owner")[0] == 2


def test_a_command_runs_beside_a_node_and_its_exit_status_is_passed_on(healed: Running) -> None:
    assert harness("exec", "kafka-2", "--", "sh", "-c", "echo node $KAFKA_NODE_ID; exit 7") == (7, "node 2\n")
    assert harness("exec", "kafka-2", "--", "no-such-command")[0] in (126, 127)
    assert harness("exec", "kafka-2", "--")[0] == 2
    harness("kill", "logging-1")
    refusal = "error: logging-1 does not run: harness start logging-1\n"
    assert harness("exec", "logging-1", "--", "true") == (2, refusal)


def test_the_log_of_a_node_is_shown_and_followed_until_ctrl_c(healed: Running) -> None:
    status, output = harness("logs", "facade", "--lines", "2")
    assert (status, len(output.splitlines())) == (0, 2)
    following = start("harness", "logs", "facade", "--follow", "--lines", "0")
    assert following.stdout is not None
    os.set_blocking(following.stdout.fileno(), False)
    until(
        "the log to grow by what is sent",
        lambda: harness("send", "1") and following.stdout and following.stdout.read(),
        lambda read: bool(read) and "queued" in str(read),
        timeout_s=60,
    )
    following.send_signal(signal.SIGINT)
    assert following.wait(20) == 0


def test_names_of_the_running_system_are_completed(system: Running) -> None:
    assert completed("kill", "le") == ["leader"]
    assert completed("start", "mess") == ["messages", "messages-1", "messages-2"]
    assert completed("logs", "kafka-") == ["kafka-1", "kafka-2", "kafka-3"]
    assert completed("rep") == ["replay"]
