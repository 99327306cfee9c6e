"""A node is left a part of its time, on both backends, seen from outside, until it is undone or its owner dies."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

import httpx
import psutil
import pytest

from harness.backends.protocol import Backend, Deployment, Killable, Pausable, Phase, Throttleable
from harness.errors import BadInputError, FaultDidNotBiteError
from harness.events import faults, takes
from harness.faults import Slow
from harness.faults.offered import plain_faults
from harness.history import History
from harness.pool import restore
from harness.taken import Taken
from harness.topology.nodes import Topology
from harness.waiting import until
from tests.faults.acting import asking_nobody, only
from tests.faults.storing import storing

#: So little that the tiny server wants more, also on a machine that others keep busy.
SHARE = 0.01
#: Owns a pulse of the process that it is told.
_OWNER = """
import sys, threading
from harness.backends.pulse import Pulse
Pulse(int(sys.argv[1]), 0.5, {})
print("beats", flush=True)
threading.Event().wait()
"""


class Both(Killable, Pausable, Throttleable):
    """What the nodes of both backends can be."""


@pytest.fixture(scope="module")
def deployment(backend: Backend) -> Iterator[Deployment]:
    with backend.deploy(Topology("one that works", (storing(1),)), print) as deployment:
        yield deployment


@pytest.fixture
def node(deployment: Deployment) -> Iterator[Both]:
    """One that runs as it wants."""
    node = cast(Both, deployment.nodes["tiny-1"])
    yield node
    restore(node)


@contextmanager
def asked(node: Throttleable) -> Iterator[None]:
    """Has a node answer one question after the other while the block lasts."""
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            with suppress(httpx.TransportError), httpx.Client(timeout=2) as client:
                while not stop.is_set():
                    client.get(f"http://{node.endpoint('http')}/")

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_a_slow_node_goes_on_and_has_less_time_than_it_wants(backend: Backend, node: Both, tmp_path: Path) -> None:
    with History.open(tmp_path / "h.jsonl") as history, asked(node):
        nemesis = asking_nobody(history, backend.abilities)
        before = node.state().pid
        slow = nemesis.inject(Slow(SHARE), only(node))
        (noted,) = faults(history.events)
        assert (noted.value["share"], takes(noted)) == (SHARE, {Taken.PEERS, Taken.CLIENTS})
        assert slow.proofs["tiny-1"].startswith("it was kept from running for ")
        assert (node.state().phase, node.state().pid) == (Phase.RUNNING, before)
        assert httpx.get(f"http://{node.endpoint('http')}/", timeout=30).is_success
        assert node.held_back(1) > 0
        slow.undo()
        assert node.held_back(1) == 0


def test_a_node_that_is_as_fast_as_ever_has_no_proof(node: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.faults.slow._BITES_S", 0.5)
    with asked(node), pytest.raises(FaultDidNotBiteError, match=r"slow of tiny-1 did not bite: in 0.5 s it was never"):
        Slow().proof([node])


def test_a_node_that_starts_again_is_as_slow_as_before(node: Both) -> None:
    Slow(SHARE).inject([node])
    node.kill()
    node.start()
    with asked(node):
        assert Slow().proof([node])


def test_a_slow_node_can_hang_and_is_slow_afterwards(node: Both) -> None:
    Slow(SHARE).inject([node])
    node.pause()
    assert node.state().phase is Phase.PAUSED
    node.resume()
    assert node.state().phase is Phase.RUNNING
    with asked(node):
        assert Slow().proof([node])


def test_a_server_is_restored_to_its_speed(node: Both) -> None:
    Slow().inject([node])
    restore(node)
    with asked(node):
        assert node.held_back(1) == 0


@pytest.mark.process
def test_a_process_goes_on_when_the_owner_of_its_pulse_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as victim:
        owner: Any
        with subprocess.Popen([sys.executable, "-c", _OWNER, str(victim.pid)], stdout=subprocess.PIPE) as owner:
            assert owner.stdout.readline() == b"beats\n"
            (pulse,) = psutil.Process(owner.pid).children()
            seen = psutil.Process(victim.pid)
            until("the pulse to beat", seen.status, lambda status: status == psutil.STATUS_STOPPED, timeout_s=5)
            owner.send_signal(signal.SIGKILL)
        until("the pulse to end", pulse.is_running, lambda there: not there, timeout_s=5)
        assert seen.status() != psutil.STATUS_STOPPED
        victim.kill()


@pytest.mark.parametrize("share", [0, 1, -0.5, 7])
def test_a_share_is_a_part_of_the_whole(share: float) -> None:
    with pytest.raises(BadInputError, match="is no share of its time; give one between 0 and 1"):
        Slow(share)


def test_it_is_offered_as_a_command() -> None:
    assert plain_faults()["slow"] == Slow()
