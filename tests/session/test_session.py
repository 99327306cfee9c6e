"""The session and its commands find each other and nobody else: one at a time, deep down, and when one hangs."""

import fcntl
import os
import shutil
import signal
import socket
import stat
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import psutil
import pytest
from psutil import _pslinux

from harness.backends.docker import DockerBackend
from harness.backends.identity import Identity
from harness.backends.loopback import leased_block
from harness.backends.process_node import ProcessNode
from harness.backends.process_site import ProcessSite
from harness.backends.protocol import Killable, Networked, Pausable, Upgradable
from harness.backends.session import Session, variables
from harness.clusters import Clusters
from harness.declared import Declared
from harness.errors import AwaitTimeoutError, BadInputError, EnvironmentUnfitError
from harness.events import Event, Events
from harness.faults.nemesis import Nemesis
from harness.history import History
from harness.inspect import snapshot
from harness.run import Options, Run
from harness.servers.kafka import kafka
from harness.session import client, paths, server
from harness.session.attach_client import AttachedBackend, AttachedDeployment, AttachedRun
from harness.session.attach_server import AttachableNode, AttachableSystem
from harness.session.attachment import Attachment
from harness.session.client import ask
from harness.session.exec_in_node import exec_in_node
from harness.session.only_one import is_held, only_one
from harness.session.state import SessionState, Stage
from harness.session.watching import watch
from harness.system import System
from harness.topology.nodes import Topology
from harness.waiting import until
from tests.backends.specs import PORT, TINY, tiny
from tests.running import run, start


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A session's folder for this test alone, in a checkout as deep as they come."""
    found = tmp_path / "a-checkout-that-is-far-down" / "in-folders-of-long-names" / "and-more-of-them-than-usual"
    monkeypatch.setattr(paths, "FOLDER", found / ".cache" / "session")
    return paths.FOLDER


@pytest.fixture
def state(folder: Path) -> Iterator[SessionState]:
    """What answers; there is no system behind it."""
    with only_one():
        state = SessionState(cast("Run", None), cast("System", None), cast("Nemesis", None), stage=Stage.HELD)
        with server.answering(state):
            yield state


@pytest.fixture
def silent(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A session that takes questions and answers none, as one that was stopped."""
    monkeypatch.setattr(client, "_SILENCE_S", 0.5, raising=False)
    paths.make_folder()
    with paths.address() as here, socket.socket(socket.AF_UNIX) as listening:
        listening.bind(here)
        listening.listen()
        yield


def test_a_session_in_a_deep_checkout_is_reached(state: SessionState) -> None:
    assert len(str(paths.socket_path())) > 108
    assert ask("down") is None
    assert state.stage is Stage.ENDING


def test_nothing_is_left_of_the_socket(folder: Path) -> None:
    with only_one(), server.answering(SessionState(cast("Run", None), cast("System", None), cast("Nemesis", None))):
        assert paths.socket_path().exists()
    assert not paths.socket_path().exists()
    with pytest.raises(BadInputError, match="no system is running: harness up"):
        ask("names")


def test_a_session_whose_folder_was_deleted_still_ends(folder: Path) -> None:
    """`make clean` deletes it; whoever waited for a command to come by its socket would wait forever."""
    nothing = SessionState(cast("Run", None), cast("System", None), cast("Nemesis", None))
    session = threading.Thread(target=_answering_until_its_folder_is_deleted, args=(nothing,), daemon=True)
    with only_one():
        session.start()
        session.join(timeout=10)
        assert not session.is_alive()


def _answering_until_its_folder_is_deleted(state: SessionState) -> None:
    with server.answering(state):
        shutil.rmtree(paths.FOLDER)


def test_a_folder_that_is_a_link_is_refused_and_what_it_leads_to_stays_as_it_is(folder: Path, tmp_path: Path) -> None:
    strangers = tmp_path / "strangers"
    strangers.mkdir(mode=0o755)
    (strangers / "log").write_text("precious")
    folder.parent.mkdir(parents=True)
    folder.symlink_to(strangers)
    with pytest.raises(EnvironmentUnfitError, match="is a link or a file"), only_one():
        pass
    with pytest.raises(EnvironmentUnfitError, match="is a link or a file"):
        ask("down")
    assert stat.S_IMODE(strangers.stat().st_mode) == 0o755
    assert [path.name for path in strangers.iterdir()] == ["log"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_somebody_elses_session_is_neither_asked_nor_believed(state: SessionState) -> None:
    os.chown(paths.FOLDER, 65534, 65534)
    with pytest.raises(EnvironmentUnfitError, match="is another user's"):
        ask("down")
    os.chown(paths.FOLDER, 0, 0)
    assert state.stage is Stage.HELD


def test_looking_whether_there_is_a_session_keeps_none_from_coming_up(folder: Path) -> None:
    with only_one():
        assert is_held()
    with paths.lock_path().open() as look:
        fcntl.flock(look, fcntl.LOCK_SH)
        threading.Timer(0.2, fcntl.flock, (look, fcntl.LOCK_UN)).start()
        with only_one():
            assert is_held()
    assert not is_held()


@pytest.mark.process
def test_of_two_that_come_up_at_once_the_second_is_refused_and_the_first_goes_on() -> None:
    first = start("harness", "up", "--backend", "process", own_session=True)
    try:
        until("the first one's session", lambda: psutil.Process(first.pid).children(), timeout_s=20, interval_s=0.005)
        second = run("harness", "up", "--backend", "process")
        assert first.stdout is not None
        assert "error" not in first.stdout.readline()
        assert second == (2, "error: a system is up already: harness status shows it, harness down ends it\n")
        assert run("harness", "status") == (2, "error: a system is coming up, or going down: wait for that\n")
    finally:
        first.send_signal(signal.SIGINT)
        first.communicate(timeout=60)
    assert not is_held()


def test_a_command_may_take_longer_than_a_session_may_be_silent(
    state: SessionState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "SIGN_S", 0.1)
    # On a busy machine a sign may be half a second late.
    monkeypatch.setattr(client, "_SILENCE_S", 1.5)
    monkeypatch.setitem(server._COMMANDS, "take your time", lambda state: threading.Event().wait(2.0) or "done")
    assert ask("take your time") == "done"


@pytest.mark.usefixtures("silent")
def test_nobody_waits_for_ever_for_a_session_that_hangs() -> None:
    with pytest.raises(EnvironmentUnfitError, match="the session has been silent for"):
        ask("status")


@pytest.mark.usefixtures("silent")
def test_a_snapshot_of_a_sessions_nodes_never_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_SILENCE_S", 30.0)
    began = time.monotonic()
    nodes = AttachedDeployment(_attachable()).nodes
    system = SimpleNamespace(id="e1", deployment=SimpleNamespace(nodes=nodes), duties={}, waiting={})
    seen = snapshot.of(cast("System", system))
    assert time.monotonic() - began < 4
    assert [(node.name, node.state) for node in seen.nodes] == [("tiny-1", "unknown")]
    assert seen.notes == ("state of tiny-1: no answer within 2.5 s",)


def test_a_run_whose_session_is_gone_at_its_end_ends_as_it_held(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(server._COMMANDS, "attach", lambda state, run: _attachable())
    state = SessionState(cast("Run", None), cast("System", None), cast("Nemesis", None))
    with only_one():
        answering = server.answering(state)
        answering.__enter__()
        with AttachedRun(Options(), print) as run:
            assert set(run.nodes) == {"tiny-1"}
            answering.__exit__(None, None, None)


def test_what_can_be_done_to_a_node_can_be_done_to_it_through_a_session() -> None:
    attachable = replace(_attachable(), abilities=DockerBackend.abilities)
    (node,) = AttachedDeployment(attachable).nodes.values()
    abilities = AttachedBackend(attachable).abilities
    assert DockerBackend.abilities - abilities == {Upgradable}
    for ability in abilities:
        assert {name for name in vars(ability) if not name.startswith("_")} <= set(dir(type(node))), ability


def _attachable() -> AttachableSystem:
    """A node whose network can be taken from it."""
    spec = tiny(1)
    nodes = (AttachableNode(spec, "127.77.1.9", {"http": "127.77.1.9:8000"}),)
    abilities = frozenset({Killable, Pausable, Networked})
    return AttachableSystem("process", abilities, "fast", (), Topology("attachable", (spec,)), nodes)


@pytest.fixture
def a_step_of_the_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Steps the wall clock by an hour, as psutil sees it, once it is called."""
    now = _pslinux.boot_time
    return lambda: monkeypatch.setattr(_pslinux, "boot_time", lambda: now() + 3600)


@pytest.mark.usefixtures("folder")
def test_an_attached_run_has_the_system_until_it_ends_whatever_the_wall_clock_does(
    a_step_of_the_clock: Callable[[], None],
) -> None:
    paths.make_folder()
    system = SimpleNamespace(
        clusters=None, history=None, demand_throughout=lambda: None, note_before_fault=lambda: None
    )
    made = SimpleNamespace(
        system=lambda declared, history, step: system,
        backend=SimpleNamespace(abilities=frozenset()),
        options=Options(),
    )
    attachment = Attachment(cast("Run", made), Declared((kafka(),)))
    attached_run = subprocess.Popen(["sleep", "60"])
    try:
        attachment.attach(cast("Identity", Identity.of(attached_run.pid)))
        a_step_of_the_clock()
        with pytest.raises(BadInputError, match=rf"process {attached_run.pid}\) is attached already"):
            attachment.attach(Identity.of_this_process())
    finally:
        attached_run.kill()
        attached_run.wait(5)
    attachment.attach(Identity.of_this_process())


def test_what_is_run_beside_a_node_is_no_part_of_its_session(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    session = Session.of_this_process()
    spec = tiny(1)
    with leased_block() as block:
        site = ProcessSite(
            {TINY: TINY.prepare(print)}, session, tmp_path, {"tiny-1": f"{block}.9"}, {"tiny-1": spec.ports}
        )
        node = ProcessNode(spec, site)
        node.launch()
        try:
            process = psutil.Process(cast("int", node.state().pid))
            # It is there a moment before it is what it runs, and has an environment.
            told = until("the node's environment", process.environ, timeout_s=10)
            assert variables(session.labels()).items() <= told.items()
            assert exec_in_node(node.exec_context(), ["env"]) == 0
        except AwaitTimeoutError as error:
            raise AssertionError(f"{node.state()}, and wrote: {node.logs()}") from error
        finally:
            node.end()
    beside = dict(line.split("=", 1) for line in capfd.readouterr().out.splitlines())
    assert beside["PORT"] == str(PORT)
    assert not beside.keys() & variables(session.labels()).keys()


class Glanced(History):
    """A history that may be asked for what is new, and not for all of it."""

    @property
    def events(self) -> Events:
        raise AssertionError("all events were copied")


def test_a_page_that_asks_every_second_has_the_new_events_copied_and_no_others(tmp_path: Path) -> None:
    system = SimpleNamespace(
        id="e1",
        duties={},
        waiting={},
        targets={"leader": (None, "the one that leads")},
        roles=(),
        actions=(),
        requests=(),
        history=Glanced.open(tmp_path / "history.jsonl"),
        deployment=SimpleNamespace(topology=Topology("none", ()), nodes={}),
        clusters=Clusters({}, ()),
        specs=(),
    )
    state = SimpleNamespace(
        system=system,
        generation=1,
        run=SimpleNamespace(backend=SimpleNamespace(name="process", abilities=frozenset())),
    )
    for number in range(3):
        system.history.event("kill", {"number": number})
    first = watch(cast("SessionState", state), None, 0)
    assert first["taken"] == 3
    system.history.event("kill", {"number": 3})
    (new,) = cast("list[Event]", watch(cast("SessionState", state), cast("str", first["session"]), 3)["events"])
    assert new.value == {"number": 3}
    assert "leader" in cast("dict[str, str]", first["targets"])
