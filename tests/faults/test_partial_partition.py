"""Partial partitions of real nodes: some roles are cut off, both ways, or the peers alone, and nobody else."""

from collections.abc import Iterator

import httpx
import pytest

from harness.backends.impairment import Impairment
from harness.errors import BadInputError, FaultDidNotBiteError
from harness.faults import Isolate, PartialPartition, PeerPartition
from harness.faults.nemesis import Nemesis
from harness.history import History
from tests.faults.acting import only
from tests.faults.networks import RealDeployment, RealNode, deployed, of, spec
from tests.faults.storing import BACKENDS

CUT = PartialPartition(("client", "other-client"))
TO_CLIENTS = {
    "server-1 to client-1",
    "client-1 to server-1",
    "server-1 to other-client-1",
    "other-client-1 to server-1",
}
TO_PEERS = {"server-1 to server-2", "server-2 to server-1"}


@pytest.fixture(scope="module", params=BACKENDS)
def deployment(request: pytest.FixtureRequest) -> Iterator[RealDeployment]:
    """Two servers, and a client of each of two roles."""
    with deployed(
        request.param, spec("server", 1), spec("server", 2), spec("client", 1), spec("other-client", 1)
    ) as deployment:
        yield deployment


def passing(node: RealNode) -> set[str]:
    """What passes now between a node and all roles."""
    links = node.links(of("server", "client", "other-client"))
    return {words for words, passes in links.items() if passes}


def test_it_cuts_off_those_roles_both_ways_and_nobody_else(
    nemesis: Nemesis, history: History, server: RealNode
) -> None:
    injected = nemesis.inject(CUT, only(server))
    cut_off, _, as_before = injected.proofs["server-1"].partition("; as before: ")
    assert set(cut_off.removeprefix("no connection can be made any more: ").split(", ")) == TO_CLIENTS
    assert set(as_before.split(", ")) == passing(server) == TO_PEERS
    assert httpx.get(f"http://{server.endpoint('http')}/", timeout=5).is_success
    begin = history.events[0]
    assert (begin.f, list(begin.value["roles"])) == ("partial-partition", ["client", "other-client"])
    injected.undo()
    assert passing(server) == TO_CLIENTS | TO_PEERS


def test_it_cuts_off_the_peers_both_ways_and_nobody_else(nemesis: Nemesis, history: History, server: RealNode) -> None:
    injected = nemesis.inject(PeerPartition(), only(server))
    cut_off, _, as_before = injected.proofs["server-1"].partition("; as before: ")
    assert set(cut_off.removeprefix("no connection can be made any more: ").split(", ")) == TO_PEERS
    assert set(as_before.split(", ")) == passing(server) == TO_CLIENTS
    assert httpx.get(f"http://{server.endpoint('http')}/", timeout=5).is_success
    assert history.events[0].value["takes"] == ["peers"]
    injected.undo()
    assert passing(server) == TO_CLIENTS | TO_PEERS


def test_peers_that_still_connect_or_a_client_that_does_not_are_no_loss_of_the_peers_alone(server: RealNode) -> None:
    with pytest.raises(FaultDidNotBiteError, match=r"did not bite: server-1 to server-2, .* still connects"):
        PeerPartition().proof([server])
    PeerPartition().inject([server])
    assert PeerPartition().proof([server])
    server.impair("more", Impairment(of("client")))
    with pytest.raises(FaultDidNotBiteError, match="cut it off from others as well: server-1 to client-1, client-1"):
        PeerPartition().proof([server])


def test_one_that_is_alone_of_its_role_has_no_peers_to_lose(
    deployment: RealDeployment, nemesis: Nemesis, history: History
) -> None:
    with pytest.raises(FaultDidNotBiteError, match="can't be proved: no other node of client runs"):
        nemesis.inject(PeerPartition(), only(deployment.nodes["client-1"]))
    assert not history.events


def test_who_has_lost_its_peers_has_lost_those_that_come_later_and_after_a_start(
    deployment: RealDeployment, server: RealNode
) -> None:
    PeerPartition().inject([server])
    deployment.put([spec("server", 3)])
    try:
        assert passing(server) == TO_CLIENTS
        server.kill()
        server.start()
        assert passing(server) == TO_CLIENTS
        PeerPartition().undo([server])
        assert "server-3 to server-1" in passing(server)
    finally:
        deployment.remove(["server-3"])


def test_what_is_cut_off_already_or_not_at_all_proves_nothing(nemesis: Nemesis, server: RealNode) -> None:
    with pytest.raises(FaultDidNotBiteError, match=r"did not bite: server-1 to client-1, .* still connects"):
        CUT.proof([server])
    server.impair("before", Impairment(of("client")))
    with pytest.raises(
        FaultDidNotBiteError, match=r"no connection either \(server-1 to client-1, client-1 to server-1"
    ):
        nemesis.inject(CUT, only(server))


def test_a_peer_that_is_cut_off_as_well_is_too_much(server: RealNode) -> None:
    CUT.inject([server])
    server.impair("more", Impairment(of("server", "client")))
    with pytest.raises(FaultDidNotBiteError, match="cut it off from others as well: server-1 to server-2, server-2"):
        CUT.proof([server])


def test_peers_that_are_cut_off_from_the_same_roles_still_speak_for_each_other(
    deployment: RealDeployment, nemesis: Nemesis, server: RealNode
) -> None:
    injected = nemesis.inject(CUT, only(server, deployment.nodes["server-2"]))
    assert "as before: server-1 to server-2" in injected.proofs["server-1"]
    assert "as before: server-2 to server-1" in injected.proofs["server-2"]


def test_it_is_in_force_again_once_the_node_has_started_again(server: RealNode) -> None:
    CUT.inject([server])
    server.kill()
    server.start()
    assert passing(server) == TO_PEERS
    CUT.undo([server])
    assert passing(server) == TO_CLIENTS | TO_PEERS


@pytest.mark.parametrize("meanwhile", ["runs", "is down"])
def test_who_comes_later_is_cut_off_if_it_is_of_those_roles(
    deployment: RealDeployment, server: RealNode, meanwhile: str
) -> None:
    CUT.inject([server])
    if meanwhile == "is down":
        server.kill()
    deployment.put([spec("client", 2), spec("server", 3)])
    try:
        if meanwhile == "is down":
            server.start()
        assert passing(server) == TO_PEERS | {"server-1 to server-3", "server-3 to server-1"}
        CUT.undo([server])
        assert "client-2 to server-1" in passing(server)
    finally:
        deployment.remove(["client-2", "server-3"])


def test_it_and_an_isolation_lift_not_each_other(server: RealNode) -> None:
    CUT.inject([server])
    Isolate().inject([server])
    CUT.undo([server])
    assert not passing(server)
    CUT.inject([server])
    Isolate().undo([server])
    assert passing(server) == TO_PEERS


@pytest.mark.parametrize(
    ("roles", "refusal"),
    [
        (
            ("clinet", "client"),
            "server-1 can't be cut off from clinet: no node has that role; there are client, other-",
        ),
        (
            ("client", "server"),
            r"other roles than its own, server, and not from client, server; PeerPartition\(\) cuts it",
        ),
        ((), "other roles than its own, server, and not from none"),
    ],
)
def test_roles_that_are_none_or_its_own_are_refused_before_anything_is_done(
    nemesis: Nemesis, history: History, server: RealNode, roles: tuple[str, ...], refusal: str
) -> None:
    with pytest.raises(BadInputError, match=refusal):
        nemesis.inject(PartialPartition(roles), only(server))
    assert not history.events
    assert not server.impaired
