"""Isolation of real nodes: seen to be connected before, proved by every peer that can say something after.

The image of containers is this machine's Python and nothing else: no shell, no iptables, as with a vendor's.
"""

import contextlib
import os
import signal
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from harness.backends.protocol import Phase
from harness.errors import BadInputError, FaultDidNotBiteError
from harness.faults import Isolate
from harness.faults.nemesis import Nemesis
from harness.pool import restore
from harness.topology.nodes import NodeSpec
from harness.waiting import until
from tests.faults.acting import only
from tests.faults.networks import RealDeployment, RealNode, deployed, mend, spec
from tests.faults.storing import BACKENDS


def server(index: int) -> NodeSpec:
    return spec("server", index)


@pytest.fixture(scope="module", params=BACKENDS)
def deployment(request: pytest.FixtureRequest) -> Iterator[RealDeployment]:
    """Three servers."""
    with deployed(request.param, server(1), server(2), server(3)) as deployment:
        yield deployment


@pytest.fixture
def nodes(deployment: RealDeployment) -> Iterator[tuple[RealNode, ...]]:
    """Three that run and reach each other."""
    yield tuple(deployment.nodes[f"server-{index}"] for index in (1, 2, 3))
    mend(deployment)


def test_it_bites_both_ways_for_every_peer_and_the_harness_still_reaches_the_node(
    nodes: tuple[RealNode, ...],
) -> None:
    one = nodes[0]
    Isolate().inject([one])
    proof = Isolate().proof([one])["server-1"]
    for link in ("server-1 to server-2", "server-2 to server-1", "server-1 to server-3", "server-3 to server-1"):
        assert link in proof
    assert httpx.get(f"http://{one.endpoint('http')}/", timeout=5).is_success
    Isolate().undo([one])
    assert set(one.links().values()) == {True}


def test_a_node_that_nothing_was_done_to_has_no_proof(nodes: tuple[RealNode, ...]) -> None:
    with pytest.raises(FaultDidNotBiteError, match=r"server-1 to server-2, server-2 to server-1, .* still connects"):
        Isolate().proof([nodes[0]])


def test_a_peer_that_it_still_reaches_is_enough_for_no_proof(nodes: tuple[RealNode, ...]) -> None:
    """Only the last one, which nobody used to ask."""
    one, two, _ = nodes
    with (
        dropping(one, f"INPUT -s {two.address}", f"OUTPUT -d {two.address}"),
        pytest.raises(FaultDidNotBiteError, match="bite: server-1 to server-3, server-3 to server-1 still"),
    ):
        Isolate().proof([one])


def test_one_that_was_cut_off_before_is_no_experiment(nemesis: Nemesis, nodes: tuple[RealNode, ...]) -> None:
    one, two, _ = nodes
    with (
        dropping(one, f"OUTPUT -d {two.address}"),
        pytest.raises(FaultDidNotBiteError, match="before it there was no connection either"),
    ):
        nemesis.inject(Isolate(), only(one))
    assert not one.impaired
    assert not nemesis.active
    assert not nemesis.injected


def test_two_at_once_are_proved_by_the_one_that_is_left(nemesis: Nemesis, nodes: tuple[RealNode, ...]) -> None:
    one, two, _ = nodes
    injected = nemesis.inject(Isolate(), only(one, two))
    assert injected.proofs == {
        "server-1": "no connection can be made any more: server-1 to server-3, server-3 to server-1",
        "server-2": "no connection can be made any more: server-2 to server-3, server-3 to server-2",
    }


def test_where_all_are_isolated_nobody_can_prove_it(nodes: tuple[RealNode, ...]) -> None:
    for node in nodes[:2]:
        Isolate().inject([node])
    with pytest.raises(FaultDidNotBiteError, match="server-3 can't be proved: it has no peer that runs and is not"):
        Isolate().control([nodes[2]])


def test_a_paused_node_that_is_isolated_comes_back_whole(nodes: tuple[RealNode, ...]) -> None:
    one = nodes[0]
    Isolate().inject([one])
    one.pause()
    restore(one)
    assert one.state().phase is Phase.RUNNING
    assert set(one.links().values()) == {True}


def test_a_paused_node_gets_its_network_back(nodes: tuple[RealNode, ...]) -> None:
    one = nodes[0]
    Isolate().inject([one])
    one.pause()
    one.rejoin()
    assert not one.impaired
    one.resume()
    assert set(one.links().values()) == {True}


def test_the_undoing_of_one_fault_lifts_no_other(nodes: tuple[RealNode, ...]) -> None:
    one = nodes[0]
    one.impair("first")
    one.impair("second")
    one.rejoin("first")
    one.rejoin("first")
    one.rejoin("never-there")
    assert one.impaired
    assert set(one.links().values()) == {False}
    one.rejoin("second")
    assert not one.impaired
    assert set(one.links().values()) == {True}


def test_nor_does_it_lift_what_somebody_else_filters(nodes: tuple[RealNode, ...]) -> None:
    one, two, _ = nodes
    with dropping(one, f"OUTPUT -d {two.address}"):
        one.impair("first")
        one.rejoin()
        assert [words for words, passes in one.links().items() if not passes] == [
            "server-1 to server-2",
            "server-2 to server-1",
        ]


def test_a_fault_that_is_in_force_can_be_injected_again(nodes: tuple[RealNode, ...]) -> None:
    one = nodes[0]
    for _ in range(2):
        one.impair("fault-of-20-letters-")
    assert set(one.links().values()) == {False}
    one.rejoin("fault-of-20-letters-")
    assert set(one.links().values()) == {True}


@pytest.mark.parametrize("name", ["", "of-more-than-20-letters", "$(reboot)", "Two Words"])
def test_what_can_be_no_name_of_a_chain_is_refused(nodes: tuple[RealNode, ...], name: str) -> None:
    with pytest.raises(BadInputError, match="is no name for a fault of a network"):
        nodes[0].impair(name)
    assert not nodes[0].impaired


@pytest.mark.parametrize("end", ["kill", "stop", "by itself"])
def test_a_node_that_starts_again_is_isolated_again_until_it_rejoins(nodes: tuple[RealNode, ...], end: str) -> None:
    one = nodes[0]
    for fault in ("first", "second"):
        one.impair(fault)
    if end == "by itself":
        os.kill(one.state().pid or 0, signal.SIGKILL)
        until("it to have ended", one.state, lambda state: state.phase is Phase.EXITED, timeout_s=10)
    else:
        getattr(one, end)()
    assert one.impaired
    one.start()
    assert "no connection can be made any more" in Isolate().proof([one])["server-1"]
    one.rejoin("first")
    assert set(one.links().values()) == {False}
    one.rejoin()
    assert set(one.links().values()) == {True}


def test_a_node_that_starts_cut_off_is_waited_for_once_it_is_not(
    nodes: tuple[RealNode, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """To be ready it may need the others."""
    one, waits = nodes[0], list[set[bool]]()
    for module in ("docker_node", "process_node"):
        monkeypatch.setattr(
            f"harness.backends.{module}.wait_ready", lambda node, timeout_s: waits.append(set(node.links().values()))
        )
    for fault in ("first", "second"):
        one.impair(fault)
    one.kill()
    one.start()
    one.rejoin("first")
    assert not waits
    one.rejoin("second")
    assert waits == [{True}]
    one.impair("first")
    one.rejoin()
    assert len(waits) == 1


def test_one_that_rejoins_while_it_is_down_starts_connected(nodes: tuple[RealNode, ...]) -> None:
    one = nodes[0]
    Isolate().inject([one])
    one.kill()
    Isolate().undo([one])
    assert not one.impaired
    one.start()
    assert set(one.links().values()) == {True}


@pytest.mark.parametrize("state", ["running", "paused", "down"])
def test_healing_brings_back_whoever_was_left_isolated(nodes: tuple[RealNode, ...], state: str) -> None:
    one = nodes[0]
    one.impair("left")
    if state != "running":
        (one.pause if state == "paused" else one.kill)()
    restore(one)
    assert not one.impaired
    assert set(one.links().values()) == {True}


def test_one_that_is_put_in_its_place_is_isolated_no_more(
    deployment: RealDeployment, nodes: tuple[RealNode, ...]
) -> None:
    old = nodes[0]
    Isolate().inject([old])
    deployment.put([server(1)])
    new = deployment.nodes["server-1"]
    assert not new.impaired
    assert set(new.links().values()) == {True}
    Isolate().inject([new])
    old.rejoin()
    assert new.impaired
    assert set(new.links().values()) == {False}


def test_a_node_that_comes_later_is_cut_off_from_it_too(
    deployment: RealDeployment, nodes: tuple[RealNode, ...]
) -> None:
    Isolate().inject([nodes[0]])
    deployment.put([server(4)])
    try:
        links = nodes[0].links()
        assert (links["server-1 to server-4"], links["server-4 to server-1"]) == (False, False)
    finally:
        deployment.remove(["server-4"])


def test_the_only_one_of_its_role_has_all_others_for_peers(
    deployment: RealDeployment, nodes: tuple[RealNode, ...]
) -> None:
    deployment.put([replace(server(1), name="lonely", role="lonely")])
    try:
        node = deployment.nodes["lonely"]
        assert set(node.links()) == {
            *(f"lonely to server-{index}" for index in (1, 2, 3)),
            *(f"server-{index} to lonely" for index in (1, 2, 3)),
        }
        assert set(node.links().values()) == {True}
        assert "lonely" not in " ".join(nodes[0].links())
        Isolate().inject([node])
        assert "server-3 to lonely" in Isolate().proof([node])["lonely"]
    finally:
        deployment.remove(["lonely"])


@contextlib.contextmanager
def dropping(node: RealNode, *rules: str) -> Iterator[None]:
    """Somebody else's filters in the node's network."""
    run(node, "\n".join(f"iptables -A {rule} -j DROP" for rule in rules))
    try:
        yield
    finally:
        run(node, "\n".join(f"iptables -D {rule} -j DROP" for rule in rules))


def run(node: RealNode, script: str) -> None:
    """Runs a script in the node's helper."""
    status, output = node._network._helper.run(["sh", "-ec", script])  # type: ignore[union-attr]
    assert status == 0, output
