"""A wall clock is ahead or behind, on both backends: the node itself tells the wrong time, and then the right one."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import httpx
import pytest

from harness.backends.protocol import Backend, Clocked, Deployment, Killable
from harness.errors import BadInputError, FaultDidNotBiteError
from harness.events import faults, takes
from harness.faults import Clock
from harness.faults.offered import plain_faults
from harness.history import History
from harness.pool import restore
from harness.taken import Taken
from harness.topology.nodes import Topology
from harness.waiting import until
from tests.faults.acting import asking_nobody, only
from tests.faults.storing import BACKENDS, backend_named, storing

HOUR_S = 3600.0


class Both(Clocked, Killable):
    """What the nodes of both backends can be, where the library is installed."""


@pytest.fixture(scope="module", params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    with backend_named(request.param) as backend:
        if Clocked not in backend.abilities:
            pytest.skip("libfaketime is not installed")
        yield backend


@pytest.fixture(scope="module")
def deployment(backend: Backend) -> Iterator[Deployment]:
    specs = (replace(storing(1), clock=True), storing(2))
    with backend.deploy(Topology("one with a clock", specs), print) as deployment:
        yield deployment


@pytest.fixture
def node(deployment: Deployment) -> Iterator[Both]:
    """One that has the right time, and a clock of its own."""
    node = cast(Both, deployment.nodes["tiny-1"])
    until("the right time", node.clock_off_s, lambda off_s: abs(off_s) < 2, timeout_s=10)
    yield node
    restore(node)


def told_s(node: Clocked) -> float:
    """How far the time that the node itself tells is ahead."""
    answer = httpx.get(f"http://{node.endpoint('http')}/time", timeout=10).json()
    return float(answer["time"]) - time.time()


@pytest.mark.parametrize("seconds", [HOUR_S, -HOUR_S], ids=["ahead", "behind"])
def test_a_node_tells_another_time_until_the_fault_is_undone(
    backend: Backend, node: Both, seconds: float, tmp_path: Path
) -> None:
    with History.open(tmp_path / "h.jsonl") as history:
        nemesis = asking_nobody(history, backend.abilities)
        before = node.state().pid
        wrong = nemesis.inject(Clock(seconds), only(node))
        (noted,) = faults(history.events)
        assert (noted.value["seconds"], takes(noted)) == (seconds, {Taken.PEERS, Taken.CLIENTS})
        assert wrong.proofs["tiny-1"].startswith("its wall clock is off by ")
        until("its answer", lambda: told_s(node), lambda off_s: abs(off_s - seconds) < 5, timeout_s=10)
        wrong.undo()
        until("its answer", lambda: told_s(node), lambda off_s: abs(off_s) < 5, timeout_s=10)
        assert node.state().pid == before


def test_a_node_that_starts_again_has_the_wrong_time_from_its_beginning(node: Both) -> None:
    Clock(HOUR_S).inject([node])
    node.kill()
    node.start()
    assert abs(told_s(node) - HOUR_S) < 5
    assert Clock(HOUR_S).proof([node])


def test_the_right_time_is_no_proof(node: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.faults.clock._SETS_S", 0.5)
    with pytest.raises(
        FaultDidNotBiteError, match=r"clock of tiny-1 did not bite: waited 0\.5 s for the clock of tiny-1"
    ):
        Clock(HOUR_S).proof([node])


def test_a_clock_that_is_wrong_already_is_no_control(node: Both) -> None:
    Clock(HOUR_S).inject([node])
    assert Clock(HOUR_S).proof([node])
    with pytest.raises(FaultDidNotBiteError, match=r"clock of tiny-1 could prove nothing: it is off by 3\d+ s already"):
        Clock(HOUR_S).control([node])


def test_the_clock_of_the_machine_is_never_set(deployment: Deployment) -> None:
    other = cast(Both, deployment.nodes["tiny-2"])
    with pytest.raises(BadInputError, match="clock of tiny-2: its clock is the machine's, which is not for setting"):
        Clock(HOUR_S).control([other])
    with pytest.raises(BadInputError, match="the clock of tiny-2 is the machine's: its spec gives it none of its own"):
        Clock(HOUR_S).inject([other])
    other.kill()
    restore(other)


@pytest.mark.parametrize("seconds", [0, 1, -4.9])
def test_a_clock_that_is_as_good_as_right_is_refused(seconds: float) -> None:
    with pytest.raises(
        BadInputError, match="can't be told from the right time; give 5 s at the least, ahead or behind"
    ):
        Clock(seconds)


def test_it_needs_to_be_told_by_how_much_so_no_command_does_it() -> None:
    assert "clock" not in plain_faults()
