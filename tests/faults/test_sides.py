"""Five real nodes and a client: some links between nodes of a role are cut, and no other."""

from collections.abc import Iterator, Set
from itertools import combinations

import pytest

from harness.errors import BadInputError, FaultDidNotBiteError
from harness.faults import Bridge, Isolate, MajoritiesRing, Split
from harness.faults.nemesis import Nemesis
from harness.faults.protocol import Fault
from harness.history import History
from tests.faults.acting import only
from tests.faults.networks import RealDeployment, RealNode, deployed, mend, of, spec
from tests.faults.storing import BACKENDS

ALL = {frozenset(pair) for pair in combinations(range(1, 6), 2)}


@pytest.fixture(scope="module", params=BACKENDS)
def deployment(request: pytest.FixtureRequest) -> Iterator[RealDeployment]:
    """Five servers and a client."""
    with deployed(request.param, *(spec("server", index) for index in range(1, 6)), spec("client", 1)) as deployment:
        yield deployment


@pytest.fixture
def servers(deployment: RealDeployment) -> Iterator[tuple[RealNode, ...]]:
    """Five that reach each other."""
    yield tuple(deployment.nodes[f"server-{index}"] for index in range(1, 6))
    mend(deployment)


def passing(servers: tuple[RealNode, ...]) -> Set[frozenset[int]]:
    """Between which servers, by their numbers, connections can be made; of the client one says nothing."""
    links = {words: passes for node in servers for words, passes in node.links(of("server")).items()}
    both = {frozenset(int(name[-1]) for name in words.split(" to ")): passes for words, passes in links.items()}
    return {pair for pair, passes in both.items() if passes}


def links(*pairs: int) -> Set[frozenset[int]]:
    return {frozenset(divmod(pair, 10)) for pair in pairs}


@pytest.mark.parametrize(
    ("fault", "picked", "cut"),
    [
        (Split(), (1, 2), links(13, 14, 15, 23, 24, 25)),
        (Bridge(), (1, 2, 3, 4, 5), links(24, 25, 34, 35)),
        (Bridge(), (3, 1, 5), links(15)),
        (MajoritiesRing(), (1, 2, 3, 4, 5), links(13, 14, 24, 25, 35)),
    ],
    ids=["split", "bridge of five", "bridge of three", "ring of five"],
)
def test_these_links_are_cut_and_no_other(
    nemesis: Nemesis,
    history: History,
    servers: tuple[RealNode, ...],
    fault: Fault,
    picked: tuple[int, ...],
    cut: Set[frozenset[int]],
) -> None:
    injected = nemesis.inject(fault, only(*(servers[number - 1] for number in picked)))
    assert passing(servers) == ALL - cut
    assert injected.proofs.keys() == {f"server-{number}" for number in picked}
    for number in picked:
        proof = injected.proofs[f"server-{number}"]
        assert f"server-{number} to client-1, client-1 to server-{number}" in proof.partition("as before: ")[2]
    proved = " ".join(injected.proofs.values())
    assert all("server-{} to server-{}".format(*sorted(pair)) in proved for pair in cut)
    assert history.events[0].value["takes"] == ["peers"]
    injected.undo()
    assert passing(servers) == ALL
    assert not any(server.impaired for server in servers)


def test_who_starts_again_is_on_its_side_and_who_comes_later_on_the_other(
    deployment: RealDeployment, servers: tuple[RealNode, ...]
) -> None:
    Split().inject(servers[:2])
    servers[0].kill()
    servers[0].start()
    assert passing(servers) == links(12, 34, 35, 45)
    deployment.put([spec("server", 6)])
    try:
        six = deployment.nodes["server-6"].links(of("client", "server"))
        assert {words for words, passes in six.items() if passes and words.startswith("server-6")} == {
            f"server-6 to {name}" for name in ("client-1", "server-3", "server-4", "server-5")
        }
    finally:
        deployment.remove(["server-6"])


@pytest.mark.parametrize("fault", [Split(), Bridge(), MajoritiesRing()], ids=lambda fault: fault.name)
def test_nodes_to_which_nothing_was_done_have_no_proof(servers: tuple[RealNode, ...], fault: Fault) -> None:
    with pytest.raises(FaultDidNotBiteError, match=f"{fault.name} of server-. did not bite: server-.* still connects"):
        fault.proof(servers[:4])


def test_a_bridge_that_does_not_hold_is_none(servers: tuple[RealNode, ...]) -> None:
    three = servers[:3]
    Bridge().inject(three)
    Isolate().inject([servers[1]])
    with pytest.raises(FaultDidNotBiteError, match=r"bridge of server-2 cut it off from others as well: .*server-1"):
        Bridge().proof(three)


def test_a_link_that_was_cut_before_is_no_experiment(nemesis: Nemesis, servers: tuple[RealNode, ...]) -> None:
    Split().inject(servers[1:2])
    with pytest.raises(FaultDidNotBiteError, match="bridge of server-2 could prove nothing: before it there was no"):
        nemesis.inject(Bridge(), only(*servers[:3]))
    assert not nemesis.injected


@pytest.mark.parametrize(
    ("fault", "picked", "refusal"),
    [
        (Split(), ("server-1", "client-1"), "split is of nodes of one role, and these are of client, server"),
        (Split(), ("client-1",), "split of client-1: no other client node is left for the other side"),
        (Bridge(), ("server-1", "server-2"), "bridge of server-1, server-2: it needs 3 nodes or more"),
        (
            MajoritiesRing(),
            ("server-1", "server-2", "server-3"),
            "in a ring of 3 all are neighbours, and nothing",
        ),
        (MajoritiesRing(), ("server-1", "client-1"), "majorities-ring is of nodes of one role"),
    ],
)
def test_nodes_that_can_not_be_parted_so_are_refused_before_anything_is_done(
    deployment: RealDeployment,
    nemesis: Nemesis,
    history: History,
    servers: tuple[RealNode, ...],
    fault: Fault,
    picked: tuple[str, ...],
    refusal: str,
) -> None:
    with pytest.raises(BadInputError, match=refusal):
        nemesis.inject(fault, only(*(deployment.nodes[name] for name in picked)))
    assert not history.events
    assert not any(server.impaired for server in servers)
