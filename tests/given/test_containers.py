"""A container that the harness did not start is broken by the engine, which is named to whoever is asked."""

from __future__ import annotations

import contextlib
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.backends import engine
from harness.backends.given.journal import Journal, undo_left
from harness.backends.given.node import GivenNode, given_node
from harness.backends.given.order import Order
from harness.backends.protocol import Phase
from harness.backends.session import Session
from harness.faults.kill import Kill
from harness.faults.pause import Pause
from harness.faults.protocol import Fault
from harness.faults.stop import Stop
from harness.given.tables import Running, given
from harness.topology.nodes import HttpReady, NodeSpec
from tests.backends import image

pytestmark = [
    pytest.mark.docker,
    pytest.mark.skipif(engine.why_unavailable() is not None, reason="no Docker engine answers"),
]


@pytest.fixture(scope="module")
def container() -> Iterator[tuple[str, str]]:
    """The name of a container, and where it listens."""
    name = f"harness-test-given-{secrets.token_hex(4)}"
    with contextlib.closing(engine.connect()) as client:
        image.build(client, name)
        # One that the engine chooses is another one after each start.
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        made = client.containers.run(
            name,
            name=name,
            detach=True,
            environment={"PORT": "8000", "HOST": "0.0.0.0"},
            ports={8000: ("127.0.0.1", port)},
        )
        try:
            yield name, f"127.0.0.1:{port}"
        finally:
            made.remove(force=True, v=True)
            client.images.remove(name, force=True)


def node(container: tuple[str, str], session: Session) -> GivenNode:
    name, at = container
    table = Running(at=(at,), container=(name,))
    kind = given(table, 1, "web-1", address="127.0.0.1", endpoints={"http": at}, folder=Path("/"))
    spec = NodeSpec("web-1", "web", 1, kind, {"http": int(at.rpartition(":")[2])}, HttpReady("http", "/"))
    found = given_node(spec, Journal(session))
    found.await_ready()
    return found


@pytest.mark.parametrize("fault", [Kill(), Stop(), Pause()], ids=lambda fault: fault.name)
def test_a_fault_is_done_proved_and_undone_by_the_engine(container: tuple[str, str], fault: Fault) -> None:
    session = Session.of_this_process()
    web = node(container, session)
    began = web.state().pid
    fault.inject([web])
    assert set(fault.proof([web])) == {"web-1"}
    assert web.state().phase is (Phase.PAUSED if fault.name == "pause" else Phase.EXITED)
    fault.undo([web])
    assert web.state().phase is Phase.RUNNING
    assert (web.state().pid == began) is (fault.name == "pause")
    assert undo_left(session.__eq__) == ()


def test_a_container_that_is_gone_is_not_looked_for_again() -> None:
    session = Session.of_this_process()
    Journal(session).note(Order("web-1", "start", "127.0.0.1:1", container=f"harness-test-{secrets.token_hex(4)}"))
    (line,) = undo_left(session.__eq__)
    assert "web-1 is not put back as it was before a run that ended early: there is no container harness-test-" in line
    assert undo_left(session.__eq__) == ()


def test_who_finds_the_journal_starts_the_container_again(container: tuple[str, str]) -> None:
    session = Session.of_this_process()
    Kill().inject([node(container, session)])
    assert undo_left(session.__eq__) == ("web-1: start, as a run that ended early had left it otherwise",)
    assert node(container, session).state().phase is Phase.RUNNING
