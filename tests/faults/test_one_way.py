"""Packets of real nodes pass one way alone: no connection can tell which, so datagrams do, at both ends."""

from typing import Literal

import httpx
import pytest

from harness.backends.impairment import CUT_OFF, Direction, Impairment
from harness.errors import BadInputError, FaultDidNotBiteError
from harness.faults import OneWay
from harness.faults.nemesis import Nemesis
from harness.history import History
from tests.faults.acting import only
from tests.faults.networks import RealDeployment, RealNode, of, spec

TO_SERVER = {"server-1 to server-2"}
FROM_SERVER = {"server-2 to server-1"}
TO_CLIENT = {"server-1 to client-1"}
FROM_CLIENT = {"client-1 to server-1"}


def arriving(node: RealNode) -> set[str]:
    """Between which nodes datagrams pass now, and which way."""
    arrived = node.arriving(3, Direction.BOTH, of("server", "client"))
    assert set(arrived.values()) <= {0, 3}
    return {words for words, count in arrived.items() if count}


@pytest.mark.parametrize(("direction", "cut"), [("out", TO_SERVER), ("in", FROM_SERVER)])
def test_it_cuts_one_way_to_the_peers_and_nobody_else(
    nemesis: Nemesis, history: History, server: RealNode, direction: Literal["in", "out"], cut: set[str]
) -> None:
    injected = nemesis.inject(OneWay(direction), only(server))
    (other_way,) = (TO_SERVER | FROM_SERVER) - cut
    assert injected.proofs["server-1"] == (
        f"no datagram arrives any more: {', '.join(cut)}; all that go the other way do: {other_way}; "
        "as before: server-1 to client-1, client-1 to server-1"
    )
    assert arriving(server) == {other_way} | TO_CLIENT | FROM_CLIENT
    assert httpx.get(f"http://{server.endpoint('http')}/", timeout=5).is_success
    begin = history.events[0].value
    assert (begin["direction"], list(begin["roles"]), begin["takes"]) == (direction, [], ["peers"])
    injected.undo()
    assert arriving(server) == TO_SERVER | FROM_SERVER | TO_CLIENT | FROM_CLIENT


def test_answers_to_a_client_are_lost_after_its_requests_got_through(
    nemesis: Nemesis, history: History, server: RealNode
) -> None:
    injected = nemesis.inject(OneWay("out", ("client",)), only(server))
    assert arriving(server) == FROM_CLIENT | TO_SERVER | FROM_SERVER
    assert "as before: server-1 to server-2" in injected.proofs["server-1"]
    assert history.events[0].value["takes"] == ["clients"]


def test_it_is_in_force_again_once_the_node_has_started_again_and_for_who_comes_later(
    deployment: RealDeployment, server: RealNode
) -> None:
    OneWay("in").inject([server])
    server.kill()
    server.start()
    deployment.put([spec("server", 3)])
    try:
        assert arriving(server) == TO_SERVER | {"server-1 to server-3"} | TO_CLIENT | FROM_CLIENT
    finally:
        deployment.remove(["server-3"])


def test_what_passes_both_ways_or_neither_is_no_proof(server: RealNode) -> None:
    with pytest.raises(FaultDidNotBiteError, match="did not bite: datagrams arrive from server-1 to server-2"):
        OneWay("out").proof([server])
    server.impair("both", Impairment(of("server")))
    with pytest.raises(FaultDidNotBiteError, match="cut the other way as well: datagrams are lost from server-2 to s"):
        OneWay("out").proof([server])


def test_a_client_that_is_cut_off_as_well_is_too_much(server: RealNode) -> None:
    OneWay("out").inject([server])
    server.impair("more", Impairment(of("client")))
    with pytest.raises(FaultDidNotBiteError, match="cut it off from others as well: server-1 to client-1, client-1"):
        OneWay("out").proof([server])


def test_what_was_lost_before_or_nobody_would_hear_proves_nothing(
    deployment: RealDeployment, nemesis: Nemesis, history: History, server: RealNode
) -> None:
    server.impair("half", Impairment(of("server"), share=0.5))
    with pytest.raises(FaultDidNotBiteError, match="could prove nothing: before it"):
        nemesis.inject(OneWay("out"), only(server))
    deployment.nodes["server-2"].impair("all", CUT_OFF)
    with pytest.raises(FaultDidNotBiteError, match="can't be proved: no other node runs"):
        OneWay("out").proof([server])
    assert not history.events


@pytest.mark.parametrize(
    ("fault", "refusal"),
    [
        (OneWay("up"), "the direction is 'up'; give in or out"),  # type: ignore[arg-type]
        (OneWay("in", ("server",)), "its own role, server, is meant if no roles are given"),
        (OneWay("in", ("clinet",)), "no node has that role; there are client, server"),
    ],
)
def test_what_can_not_be_cut_is_refused_before_anything_is_done(
    nemesis: Nemesis, history: History, server: RealNode, fault: OneWay, refusal: str
) -> None:
    with pytest.raises(BadInputError, match=refusal):
        nemesis.inject(fault, only(server))
    assert not history.events
    assert not server.impaired
