"""Packets of real nodes are lost at random, or because they are too many; datagrams at both ends show how many."""

import httpx
import pytest

from harness.backends.impairment import CUT_OFF, Direction, Impairment
from harness.errors import BadInputError, FaultDidNotBiteError
from harness.faults import NarrowLink, PacketLoss
from harness.faults.nemesis import Nemesis
from harness.faults.protocol import Fault
from harness.history import History
from tests.faults.acting import only
from tests.faults.networks import RealDeployment, RealNode, of, spec

BOTH = pytest.mark.parametrize("fault", [PacketLoss(), NarrowLink()], ids=lambda fault: fault.name)


def arriving(node: RealNode, count: int) -> set[int]:
    """How many of so many datagrams pass between a node and each of all others, either way."""
    return set(node.arriving(count, Direction.BOTH, of("server", "client")).values())


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_this_share_of_the_packets_is_lost_either_way(
    nemesis: Nemesis, history: History, server: RealNode, share: float
) -> None:
    injected = nemesis.inject(PacketLoss(share), only(server))
    assert "server-1 to server-2" in injected.proofs["server-1"]
    assert "server-2 to server-1" in injected.proofs["server-1"]
    assert all(0.6 * share < 1 - count / 2000 < 1.4 * share for count in arriving(server, 2000))
    assert httpx.get(f"http://{server.endpoint('http')}/", timeout=5).is_success
    begin = history.events[0].value
    assert (begin["share"], begin["takes"]) == (share, ["peers", "clients"])
    injected.undo()
    assert arriving(server, 100) == {100}


def test_so_many_bytes_a_second_get_through_with_all_others_together(
    nemesis: Nemesis, history: History, server: RealNode
) -> None:
    injected = nemesis.inject(NarrowLink(100_000), only(server))
    assert injected.proofs["server-1"].startswith("of 800 datagrams of 1000 bytes each, arrived: ")
    # What might pass at once is used up: a second's bytes do at the most, and those of the time that it takes.
    arrived = server.arriving(1000, Direction.OUT, of("server", "client"))
    assert 10 < sum(arrived.values()) < 1000
    assert httpx.get(f"http://{server.endpoint('http')}/", timeout=5).is_success
    assert history.events[0].value["bytes_a_second"] == 100_000
    injected.undo()
    assert arriving(server, 400) == {400}


@BOTH
def test_it_is_in_force_again_once_the_node_has_started_again_and_for_who_comes_later(
    deployment: RealDeployment, server: RealNode, fault: Fault
) -> None:
    fault.inject([server])
    server.kill()
    server.start()
    deployment.put([spec("server", 3)])
    try:
        proof = fault.proof([server])["server-1"]
        assert "server-1 to server-3" in proof
    finally:
        deployment.remove(["server-3"])


@BOTH
def test_a_network_that_loses_all_or_nothing_is_no_proof(server: RealNode, fault: Fault) -> None:
    with pytest.raises(FaultDidNotBiteError, match="did not bite as it should: of"):
        fault.proof([server])
    server.impair("all", Impairment(of("server")))
    with pytest.raises(FaultDidNotBiteError, match="did not bite as it should: of"):
        fault.proof([server])


def test_another_share_is_no_proof(server: RealNode) -> None:
    server.impair("less", Impairment(share=0.1))
    with pytest.raises(FaultDidNotBiteError, match="of 334 datagrams each, 100 were to be lost, and there were lost"):
        PacketLoss(0.3).proof([server])


@BOTH
def test_what_was_lost_before_proves_nothing(
    deployment: RealDeployment, nemesis: Nemesis, history: History, server: RealNode, fault: Fault
) -> None:
    server.impair("some", Impairment(of("server"), share=0.1))
    with pytest.raises(FaultDidNotBiteError, match="could prove nothing: before it, "):
        nemesis.inject(fault, only(server))
    for name in ("server-2", "client-1"):
        deployment.nodes[name].impair("all", CUT_OFF)
    with pytest.raises(FaultDidNotBiteError, match="can't be proved: no other node runs"):
        fault.proof([server])
    assert not history.events


@pytest.mark.parametrize(
    ("fault", "refusal"),
    [
        (PacketLoss(0.0), "packet-loss: the share is 0.0; give a number from 0.01 to 0.99"),
        (PacketLoss(1.0), "packet-loss: the share is 1.0"),
        (NarrowLink(100), "narrow-link: 100 bytes a second; give from 65536 to 10000000"),
    ],
)
def test_what_can_not_be_proved_is_refused_before_anything_is_done(
    nemesis: Nemesis, history: History, server: RealNode, fault: Fault, refusal: str
) -> None:
    with pytest.raises(BadInputError, match=refusal):
        nemesis.inject(fault, only(server))
    assert not history.events
    assert not server.impaired
