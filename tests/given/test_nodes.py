"""A node that the harness did not start is broken by its commands, and a journal says how it is put back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from harness.backends.given.backend import GivenBackend
from harness.backends.given.journal import Journal, undo_left
from harness.backends.given.node import GivenNode, given_node
from harness.backends.given.order import Order
from harness.backends.gone import accepts
from harness.backends.loopback import leased_block
from harness.backends.protocol import Killable, Pausable, Phase
from harness.backends.session import Session
from harness.errors import EXIT_BAD_INPUT, EnvironmentUnfitError, LeftOutError
from harness.faults.kill import Kill
from harness.faults.pause import Pause
from harness.faults.protocol import Fault
from harness.given.tables import Running, given
from harness.system import Instances
from harness.topology.given import Given
from harness.topology.nodes import NodeSpec, PortReady, Topology
from harness.waiting import until
from tests.running import ROOT, run

COMMANDS = {
    "kill": ("sh", "-c", "kill -9 $(cat pid)"),
    "start": ("sh", "start"),
    "pause": ("sh", "-c", "kill -STOP $(cat pid)"),
    "resume": ("sh", "-c", "kill -CONT $(cat pid)"),
}


@pytest.fixture
def kind(tmp_path: Path) -> Iterator[Given]:
    """A server that runs already."""
    with leased_block() as block:
        at = f"{block}.1:8000"
        serve = f"{sys.executable} -m http.server --bind {block}.1 8000 > log 2>&1 < /dev/null & echo $! > pid"
        (tmp_path / "start").write_text(serve)
        table = Running(at=(at,), **COMMANDS)
        kind = given(table, 1, "web-1", address=f"{block}.1", endpoints={"http": at}, folder=tmp_path)
        subprocess.run(["sh", "start"], cwd=tmp_path, check=True)
        try:
            yield kind
        finally:
            subprocess.run(["sh", "-c", "kill -9 $(cat pid)"], cwd=tmp_path, check=False)


@pytest.fixture
def session() -> Session:
    return Session.of_this_process()


def node(kind: Given, session: Session) -> GivenNode:
    spec = NodeSpec("web-1", "web", 1, kind, {"http": 8000}, PortReady("http"))
    node = given_node(spec, Journal(session))
    node.await_ready()
    return node


@pytest.mark.parametrize(("fault", "phase"), [(Kill(), Phase.EXITED), (Pause(), Phase.PAUSED)])
def test_a_fault_is_done_proved_and_undone_by_commands(
    kind: Given, session: Session, fault: Fault, phase: Phase
) -> None:
    web = node(kind, session)
    fault.inject([web])
    assert web.state().phase is phase
    assert set(fault.proof([web])) == {"web-1"}
    fault.undo([web])
    assert web.state().phase is Phase.RUNNING
    assert undo_left(session.__eq__) == ()


@pytest.mark.parametrize("fault", [Kill(), Pause()])
def test_who_finds_the_journal_puts_the_node_back(kind: Given, session: Session, fault: Fault) -> None:
    fault.inject([node(kind, session)])
    assert len(undo_left(session.__eq__)) == 1
    node(kind, session)
    assert undo_left(session.__eq__) == ()


def test_the_journal_of_another_run_is_left_alone(kind: Given, session: Session) -> None:
    web = node(kind, session)
    web.kill()
    assert undo_left(lambda other: other != session) == ()
    assert not accepts(kind.where)
    web.restore()
    assert accepts(kind.where)


def test_a_node_that_was_killed_while_it_was_paused_is_only_started(kind: Given, session: Session) -> None:
    web = node(kind, session)
    web.pause()
    web.kill()
    (line,) = undo_left(session.__eq__)
    assert line.startswith("web-1: start")


def test_what_can_not_be_undone_stays_in_the_journal(kind: Given, session: Session) -> None:
    web = node(kind, session)
    web.kill()
    start = Path(kind.folder) / "start"
    command = start.read_text()
    start.write_text("echo no disk; exit 3")
    (line,) = undo_left(session.__eq__)
    assert "web-1 is still as a run that ended early had left it" in line
    assert "ended with status 3: no disk" in line
    start.write_text(command)
    assert len(undo_left(session.__eq__)) == 1
    assert undo_left(session.__eq__) == ()


def test_a_node_lacks_what_nobody_has_said(kind: Given, session: Session) -> None:
    bare = Given(kind.address, kind.endpoints)
    assert not isinstance(node(bare, session), Killable | Pausable)
    killable = Given(kind.address, kind.endpoints, commands=tuple(COMMANDS.items())[:2], folder=kind.folder)
    web = node(killable, session)
    assert isinstance(web, Killable)
    assert not isinstance(web, Pausable)
    with pytest.raises(LeftOutError, match="web-1 can't be made to stop: nobody has said how"):
        web.stop()
    assert undo_left(session.__eq__) == ()


@pytest.mark.parametrize("agreed", [True, False])
def test_without_a_word_that_it_may_be_broken_a_node_lacks_every_ability(
    kind: Given, session: Session, agreed: bool
) -> None:
    spec = NodeSpec("web-1", "web", 1, kind, {"http": 8000}, PortReady("http"))
    backend = GivenBackend(session, [kind], None, agreed=agreed)
    assert backend.abilities == ({Killable, Pausable} if agreed else set())
    with backend.deploy(Topology("web", (spec,)), print) as deployment:
        assert isinstance(deployment.nodes["web-1"], Killable) is agreed
        if not agreed:
            with pytest.raises(LeftOutError, match="web-1 can't be stopped: nobody has said how, and that it may be"):
                Instances("web", [spec], deployment, lambda words: nullcontext(), None).stop()
    assert accepts(kind.where)


def test_a_command_that_is_not_there_is_told_with_its_words(kind: Given, session: Session) -> None:
    commands = (("kill", ("no-such-command", "web-1")), ("start", ("sh", "start")))
    web = node(Given(kind.address, kind.endpoints, commands=commands, folder=kind.folder), session)
    with pytest.raises(
        EnvironmentUnfitError, match=r"the command to kill web-1 \(no-such-command web-1\) can't be run"
    ):
        web.kill()
    web.restore()
    assert undo_left(session.__eq__) == ()


#: A run that writes down what would undo a deed, and dies before it does.
DYING = """import json, sys
from harness.backends.given.journal import Journal
from harness.backends.given.order import Order
from harness.backends.session import Session
Journal(Session.of_this_process()).note(Order.parse(json.loads(sys.argv[1])))
"""


def test_harness_heal_puts_back_what_a_dead_run_has_left(kind: Given, tmp_path: Path) -> None:
    # Any other run that begins on this machine would do it first.
    here = {"TMPDIR": str(tmp_path)}
    Order.to(kind, "web-1", "kill").do()
    until("it to be gone", lambda: not accepts(kind.where), timeout_s=20)
    order = json.dumps(Order.to(kind, "web-1", "start").value)
    subprocess.run([sys.executable, "-c", DYING, order], cwd=ROOT, env={**os.environ, **here}, check=True)
    status, output = run("harness", "heal", **here)
    assert status == 0, output
    assert "web-1: start, as a run that ended early had left it otherwise" in output
    until("it to listen", lambda: accepts(kind.where), timeout_s=20)
    status, output = run("harness", "heal", **here)
    assert (status, "no system is running" in output) == (EXIT_BAD_INPUT, True)
