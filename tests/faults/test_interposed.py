"""Faults of what passes between real nodes and their clients: late, without answers, held up, or cut."""

import contextlib
import socket
import struct
import threading
import time
from typing import Literal

import pytest

from harness.backends.passing import Late, Unanswered
from harness.errors import BadInputError, FaultDidNotBiteError
from harness.faults import Delay, Disconnect, HeldFrame, LostAnswers
from harness.faults.nemesis import Nemesis
from harness.faults.probes import answered_s
from harness.history import History
from harness.pool import restore
from tests.backends.specs import PORT
from tests.faults.acting import only
from tests.faults.networks import RealDeployment, RealNode, spec

#: Longer than any answer here takes by itself, also beside other work, in seconds.
LATE_S = 1.5
#: Two bytes of a request's first word are the key of a frame.
PUT = struct.unpack(">H", b"PU")[0]
_ASK = """
import socket, sys, time
began = time.monotonic()
with socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=5) as connection:
    connection.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
    connection.recv(1)
print(time.monotonic() - began)
"""


def asked_by(asking: RealNode, node: RealNode) -> float:
    """The seconds until a node answers a question from another one's network."""
    assert asking._network
    status, output = asking._network._helper.run([asking._network._helper.python, "-c", _ASK, node.address, str(PORT)])
    assert status == 0, output
    return float(output)


def connected(node: RealNode) -> socket.socket:
    host, _, port = node.endpoint("http").rpartition(":")
    return socket.create_connection((host, int(port)), timeout=5)


def ended(connection: socket.socket) -> bool:
    """Whether the other end has closed it or reset it, and sent nothing more."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def frame(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content


@pytest.mark.parametrize(("what", "least_s"), [("both", 2 * LATE_S), ("requests", LATE_S), ("answers", LATE_S)])
def test_what_passes_is_late_for_clients_and_the_harness_and_for_no_peer(
    deployment: RealDeployment,
    nemesis: Nemesis,
    server: RealNode,
    what: Literal["both", "requests", "answers"],
    least_s: float,
) -> None:
    client, peer = deployment.nodes["client-1"], deployment.nodes["server-2"]
    assert asked_by(client, server) < LATE_S
    injected = nemesis.inject(Delay(LATE_S, what), only(server))
    assert f"without the delay it takes less than {least_s:g} s" in injected.proofs["server-1"]
    assert asked_by(client, server) >= least_s
    assert asked_by(peer, server) < LATE_S
    assert asked_by(server, client) < LATE_S
    injected.undo()
    assert asked_by(client, server) < LATE_S
    assert (answered_s(server, 5) or 9) < LATE_S


def test_what_was_connected_before_a_delay_does_not_get_around_it(server: RealNode) -> None:
    with connected(server) as connection:
        Delay(LATE_S).inject([server])
        assert ended(connection)


def test_no_delay_and_one_that_was_there_before_prove_nothing(nemesis: Nemesis, server: RealNode) -> None:
    with pytest.raises(FaultDidNotBiteError, match=r"delay of server-1 did not bite: .* answered after 0\.\d+ s"):
        Delay(LATE_S).proof([server])
    server.interpose("before", Late(LATE_S, LATE_S))
    with pytest.raises(FaultDidNotBiteError, match=r"could prove nothing: before it .* after \d\.\d+ s either"):
        nemesis.inject(Delay(LATE_S), only(server))


def test_requests_get_through_and_their_answers_are_lost_for_good(
    deployment: RealDeployment, nemesis: Nemesis, history: History, server: RealNode
) -> None:
    with connected(server) as connection:
        injected = nemesis.inject(LostAnswers(), only(server))
        assert "of what it sent were dropped" in injected.proofs["server-1"]
        lost = server.passed("lost-answers").lost
        # What it has not read has it end the connection with a reset, in place of a farewell.
        connection.sendall(b"GET / HTTP/1.0\r\n\r\nand something more")
        connection.settimeout(0.5)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        assert server.passed("lost-answers").lost > lost, "it gave no answer, so the request was lost"
        assert asked_by(deployment.nodes["server-2"], server) < LATE_S
        injected.undo()
        connection.settimeout(5)
        assert ended(connection)
    assert asked_by(deployment.nodes["client-1"], server) < LATE_S
    assert history.events[0].value["takes"] == ["clients", "answers"]


def test_answers_that_come_and_a_silence_without_answers_are_no_lost_ones(nemesis: Nemesis, server: RealNode) -> None:
    with pytest.raises(FaultDidNotBiteError, match=r"lost-answers of server-1 did not bite: .* still answers"):
        LostAnswers().proof([server])
    server.interpose("lost-answers", Unanswered())
    server.pause()
    with pytest.raises(FaultDidNotBiteError, match="is silent, but it sent no answer that could be lost"):
        LostAnswers().proof([server])
    with pytest.raises(FaultDidNotBiteError, match=r"could prove nothing: before it .* gave no answer either"):
        nemesis.inject(LostAnswers(), only(server))


def test_one_frame_is_held_and_the_next_connection_goes_on(nemesis: Nemesis, server: RealNode) -> None:
    answers: list[tuple[str, float]] = []
    ends_s = time.monotonic() + 60

    def send() -> None:
        """Requests as frames, one on each connection, until one was held, for a minute at most."""
        while time.monotonic() < ends_s and not any(took_s >= 2 for _, took_s in answers):
            began = time.monotonic()
            word = ("GET", "PUT")[len(answers) % 2]
            with contextlib.suppress(ConnectionError), connected(server) as connection:
                connection.sendall(frame(f"{word} / HTTP/1.0\r\n\r\n".encode()))
                connection.recv(1)
                answers.append((word, time.monotonic() - began))

    sending = threading.Thread(target=send)
    sending.start()
    try:
        injected = nemesis.inject(HeldFrame(2.0, key=PUT, nth=2), only(server))
        assert f"frame 2 with the key {PUT} is held for 2 s; on another connection" in injected.proofs["server-1"]
        began = time.monotonic()
        injected.undo()
        assert time.monotonic() - began < 4
    finally:
        sending.join(70)
    assert [word for word, took_s in answers if took_s >= 2] == ["PUT"]


def test_a_frame_that_nobody_sends_is_not_held(server: RealNode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.faults.held_frame._SENT_S", 1.0)
    fault = HeldFrame(1.0, key=PUT)
    fault.inject([server])
    with connected(server) as connection:
        connection.sendall(frame(b"GET / HTTP/1.0\r\n\r\n"))
        assert connection.recv(1)
    with pytest.raises(FaultDidNotBiteError, match=f"held-frame of server-1 did not bite: .* with the key {PUT}"):
        fault.proof([server])


def test_all_connections_of_a_node_are_reset_and_others_can_be_made(nemesis: Nemesis, server: RealNode) -> None:
    with connected(server) as one, connected(server) as other:
        injected = nemesis.inject(Disconnect(), only(server))
        assert "2 connections were reset, such as that of port 8000 with" in injected.proofs["server-1"]
        assert ended(one)
        assert ended(other)
    assert not nemesis.active
    assert answered_s(server, 5)


def test_without_connections_and_where_one_is_left_nothing_was_cut(
    server: RealNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = Disconnect()
    fault.inject([server])
    with pytest.raises(FaultDidNotBiteError, match="disconnect of server-1 did not bite: it had no connection"):
        fault.proof([server])
    monkeypatch.setattr(type(server), "disconnect", type(server).connections)
    with connected(server):
        fault.inject([server])
        with pytest.raises(FaultDidNotBiteError, match=r"did not bite: port 8000 with .* is still there"):
            fault.proof([server])


def test_what_is_in_force_is_again_once_the_node_has_started_again(server: RealNode) -> None:
    for fault in (Delay(LATE_S), LostAnswers()):
        fault.inject([server])
        server.kill()
        server.start()
        assert fault.proof([server])
        fault.undo([server])
        assert (answered_s(server, 5) or 9) < LATE_S


def test_what_is_undone_while_the_node_is_down_is_not_there_when_it_starts(server: RealNode) -> None:
    LostAnswers().inject([server])
    Delay(LATE_S).inject([server])
    server.kill()
    LostAnswers().undo([server])
    assert server.interposed
    restore(server)
    assert not server.interposed
    assert (answered_s(server, 5) or 9) < LATE_S


@pytest.mark.parametrize("first", ["lost-answers", "delay"])
def test_two_at_once_are_both_in_force_and_the_undoing_of_one_lifts_not_the_other(server: RealNode, first: str) -> None:
    faults: tuple[LostAnswers | Delay, ...] = (LostAnswers(), Delay(LATE_S))
    one, other = faults if first == "lost-answers" else reversed(faults)
    for _ in range(2):
        one.inject([server])
        other.inject([server])
        assert answered_s(server, 3 * LATE_S) is None
        assert server.passed("lost-answers").lost
        one.undo([server])
        assert other.proof([server])
        one, other = other, one
    restore(server)
    assert (answered_s(server, 5) or 9) < LATE_S


def test_one_that_is_put_in_its_place_is_free_of_it(deployment: RealDeployment, server: RealNode) -> None:
    Delay(LATE_S).inject([server])
    LostAnswers().inject([server])
    deployment.put([spec("server", 1)])
    fresh = deployment.nodes["server-1"]
    assert not fresh.interposed
    assert (answered_s(fresh, 5) or 9) < LATE_S


@pytest.mark.parametrize("name", ["", "of-more-than-20-letters", "$(reboot)", "proxy"])
def test_what_can_be_no_name_of_a_chain_is_refused(server: RealNode, name: str) -> None:
    with pytest.raises(BadInputError, match="is no name for what comes between"):
        server.interpose(name, Unanswered())
    assert not server.interposed
