"""The keeper and its commands find each other and nobody else: one at a time, deep down, and when one hangs."""

import os
import signal
import socket
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import psutil
import pytest

from harness.backends.protocol import Capability
from harness.clusters import Clusters
from harness.clusters.hazelcast import HazelcastView
from harness.clusters.kafka import KafkaView
from harness.clusters.postgres import PostgresView
from harness.errors import BadInputError, EnvironmentUnfitError
from harness.faults.nemesis import Nemesis
from harness.keeper import client, place, server
from harness.keeper.attaching import LentDeployment, attached
from harness.keeper.client import ask
from harness.keeper.kept import Kept
from harness.keeper.lending import Lent, LentNode
from harness.keeper.lock import is_held, only_one
from harness.report import snapshot
from harness.run import Options, Run
from harness.system import System
from harness.topology.nodes import Topology
from harness.waiting import until
from tests.backends.specs import tiny
from tests.running import run, start


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A keeper's folder for this test alone, in a checkout as deep as they come."""
    found = tmp_path / "a-checkout-that-is-far-down" / "in-folders-of-long-names" / "and-more-of-them-than-usual"
    monkeypatch.setattr(place, "FOLDER", found / ".cache" / "keeper")
    return place.FOLDER


@pytest.fixture
def kept(folder: Path) -> Iterator[Kept]:
    """What answers; there is no system behind it."""
    with only_one():
        kept = Kept(cast("Run", None), cast("System", None), cast("Nemesis", None), by_run=True)
        with server.answering(kept):
            yield kept


@pytest.fixture
def silent(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A keeper that takes questions and answers none, as one that was stopped."""
    monkeypatch.setattr(client, "_SILENCE_S", 0.5, raising=False)
    place.make_folder()
    with place.address() as here, socket.socket(socket.AF_UNIX) as listening:
        listening.bind(here)
        listening.listen()
        yield


def test_a_keeper_in_a_deep_checkout_is_reached(kept: Kept) -> None:
    assert len(str(place.socket_path())) > 108
    assert ask("down") is None
    assert kept.ending


def test_nothing_is_left_of_the_socket(folder: Path) -> None:
    with only_one(), server.answering(Kept(cast("Run", None), cast("System", None), cast("Nemesis", None))):
        assert place.socket_path().exists()
    assert not place.socket_path().exists()
    with pytest.raises(BadInputError, match="no system is running: harness up"):
        ask("names")


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
def test_somebody_elses_keeper_is_neither_asked_nor_believed(kept: Kept) -> None:
    os.chown(place.FOLDER, 65534, 65534)
    with pytest.raises(EnvironmentUnfitError, match="is another user's"):
        ask("down")
    os.chown(place.FOLDER, 0, 0)
    assert not kept.ending


def test_looking_whether_there_is_a_keeper_keeps_none_from_coming_up(folder: Path) -> None:
    """However often somebody looks: a look is no keeper."""
    done = threading.Event()
    with only_one():
        assert is_held()

    def look() -> None:
        while not done.is_set():
            is_held()

    looking = [threading.Thread(target=look) for _ in range(2)]
    for thread in looking:
        thread.start()
    try:
        for _ in range(200):
            with only_one():
                pass
    finally:
        done.set()
        for thread in looking:
            thread.join()
    assert not is_held()


@pytest.mark.process
def test_of_two_that_come_up_at_once_the_second_is_refused_and_the_first_goes_on() -> None:
    first = start("harness", "up", "--backend", "process", own_session=True)
    try:
        until("the first one's keeper", lambda: psutil.Process(first.pid).children(), timeout_s=20, interval_s=0.005)
        assert run("harness", "up", "--backend", "process") == (
            2,
            "error: a system is up already: harness status shows it, harness down ends it\n",
        )
        assert run("harness", "status") == (2, "error: a system is coming up, or going down: wait for that\n")
        assert first.stdout is not None
        assert "error" not in first.stdout.readline()
    finally:
        first.send_signal(signal.SIGINT)
        first.communicate(timeout=60)
    assert not is_held()


def test_a_command_may_take_longer_than_a_keeper_may_be_silent(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "SIGN_S", 0.1)
    monkeypatch.setattr(client, "_SILENCE_S", 0.4)
    monkeypatch.setitem(server._COMMANDS, "take your time", lambda kept: threading.Event().wait(1.0) or "done")
    assert ask("take your time") == "done"


@pytest.mark.usefixtures("silent")
def test_nobody_waits_for_ever_for_a_keeper_that_hangs() -> None:
    with pytest.raises(EnvironmentUnfitError, match="the keeper has been silent for"):
        ask("status")


@pytest.mark.usefixtures("silent")
def test_a_snapshot_of_a_keepers_nodes_never_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_SILENCE_S", 30.0)
    began = time.monotonic()
    nodes = LentDeployment(_lent()).nodes
    seen = snapshot.take(Clusters(nodes, HazelcastView([]), KafkaView([]), PostgresView([])))
    assert time.monotonic() - began < 4
    assert [(node.name, node.state) for node in seen.nodes] == [("tiny-1", "unknown")]
    assert seen.notes == ("state of tiny-1: no answer within 2.5 s",)


def test_a_run_whose_keeper_is_gone_at_its_end_ends_as_it_held(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(server._COMMANDS, "lend", lambda kept, pid: _lent())
    kept = Kept(cast("Run", None), cast("System", None), cast("Nemesis", None))
    with only_one():
        answering = server.answering(kept)
        answering.__enter__()
        with attached(Options()) as running:
            assert set(running.deployment.nodes) == {"tiny-1"}
            answering.__exit__(None, None, None)


def _lent() -> Lent:
    """A node whose network can be taken from it."""
    spec = tiny(1)
    nodes = (LentNode(spec, "127.77.1.9", {"http": "127.77.1.9:8000"}),)
    return Lent("process", frozenset(Capability), "fast", Topology("lent", (spec,)), nodes)
