import os
import signal
import tempfile
import time
from pathlib import Path

import pytest

from harness.backends.folders import make_folder
from harness.backends.namespaces import why_not
from tests.backends.owners import owning


def test_a_killed_owner_leaves_no_process_running_stopped_or_unlabelled() -> None:
    with owning() as owner:
        assert len(owner.left()) == 4
        owner.kill()
        owner.await_nothing_left()


@pytest.mark.docker
def test_a_killed_owner_leaves_no_container_and_no_network(tiny_image: str) -> None:
    """One of its nodes is isolated, so there is a container for that as well."""
    with owning(tiny_image) as owner:
        assert sum("container" in word for word in owner.left()) == 3
        assert sum("network" in word for word in owner.left()) == 1
        owner.kill()
        owner.await_nothing_left()


@pytest.mark.process
@pytest.mark.skipif(bool(why_not()), reason="nodes can't have networks of their own")
def test_a_killed_owner_leaves_no_node_and_no_network_of_one() -> None:
    """One of its nodes is isolated and one is paused."""
    with owning("process") as owner:
        left = owner.left()
        assert sum("process" in word for word in left) == 6
        assert [word for word in left if "interface" in word] == [f"interface hn{owner.session.id}-1"]
        owner.kill()
        owner.await_nothing_left()


@pytest.mark.docker
def test_the_end_of_one_session_leaves_another_alone(tiny_image: str) -> None:
    with owning(tiny_image) as one, owning(tiny_image) as other:
        before = other.left()
        one.kill()
        one.await_nothing_left()
        one.await_watchdog_gone()
        assert set(other.left()) == set(before)


def test_the_watchdog_is_deaf_to_the_signals_that_a_terminal_or_a_ci_system_sends() -> None:
    with owning() as owner:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(owner.watchdog, number)
        owner.kill()
        owner.await_nothing_left()


def test_the_watchdog_goes_once_it_has_cleaned_up_and_leaves_no_file() -> None:
    with owning() as owner:
        make_folder(owner.session)
        owner.kill()
        owner.await_watchdog_gone()
        assert not list(Path(tempfile.gettempdir()).glob(f"harness-*{owner.session.id}*"))


def test_an_orderly_end_removes_what_was_forgotten_and_is_quick() -> None:
    with owning() as owner:
        started = time.monotonic()
        owner.end()
        assert time.monotonic() - started < 5
        assert not owner.left()
        owner.await_watchdog_gone()
