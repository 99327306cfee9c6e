import contextlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from harness.backends import engine
from harness.backends.namespaces import why_not
from harness.backends.session import LABEL_OWNER, LABEL_SESSION, LABEL_USER
from harness.backends.sweep import sweep
from tests.backends.owners import owning


def test_what_a_dead_owner_left_is_removed_and_said() -> None:
    said: list[str] = []
    with owning() as owner:
        owner.kill_the_watchdog()
        owner.kill()
        sweep(said.append)
        assert not owner.left()
    assert len(said) == 1
    assert "process" in said[0]


def test_what_a_live_owner_has_is_left_alone_and_nothing_is_said() -> None:
    said: list[str] = []
    with owning() as owner:
        before = owner.left()
        sweep(said.append)
        assert set(owner.left()) == set(before)
    assert not any(owner.session.id in line for line in said)


@pytest.mark.process
@pytest.mark.skipif(bool(why_not()), reason="nodes can't have networks of their own")
def test_networks_of_processes_go_with_these_and_those_of_a_live_owner_stay() -> None:
    with owning("process") as dead, owning("process") as live:
        before = live.left()
        dead.kill_the_watchdog()
        dead.kill()
        sweep(lambda line: None)
        dead.await_nothing_left(timeout_s=5)
        assert set(live.left()) == set(before)
        assert any("interface" in word for word in before)


@pytest.mark.docker
def test_containers_are_swept_by_the_same_rule(tiny_image: str) -> None:
    with owning(tiny_image) as dead, owning(tiny_image) as live:
        before = live.left()
        dead.kill_the_watchdog()
        dead.kill()
        sweep(lambda line: None)
        assert not dead.left()
        assert set(live.left()) == set(before)


@pytest.mark.docker
def test_two_sweeps_at_once_do_not_disturb_each_other(tiny_image: str) -> None:
    """The second is refused the containers that the first is removing, and their network as long as these are there."""
    said: list[str] = []
    with owning(tiny_image) as owner, ThreadPoolExecutor(2) as pool:
        owner.kill_the_watchdog()
        owner.kill()
        list(pool.map(sweep, [said.append] * 2))
        assert not owner.left()
    assert not [line for line in said if "could not" in line]


@pytest.mark.docker
@pytest.mark.parametrize("bearing", ["its id alone", "another user", "another namespace", "an earlier version's"])
def test_a_strangers_volume_beside_it_stays(bearing: str) -> None:
    with owning() as owner, contextlib.closing(engine.connect()) as client:
        owner.kill_the_watchdog()
        owner.kill()
        labels = owner.session.labels()
        process = owner.session.owner
        strangers = {
            "its id alone": {LABEL_SESSION: owner.session.id},
            "another user": {**labels, LABEL_USER: str(owner.session.user + 1)},
            "another namespace": {**labels, LABEL_OWNER: str(replace(process, namespace=1))},
            "an earlier version's": {
                LABEL_SESSION: owner.session.id,
                "harness.host": os.uname().nodename,
                "harness.owner.pid": str(process.pid),
                "harness.owner.started": "1.00",
            },
        }
        name = f"harness-test-{owner.session.id}"
        client.api.create_volume(f"{name}-mine", labels=labels)
        client.api.create_volume(f"{name}-strangers", labels=strangers[bearing])
        try:
            sweep(lambda line: None)
            assert [one["Name"] for one in client.api.volumes(filters={"name": name})["Volumes"]] == [
                f"{name}-strangers"
            ]
        finally:
            client.api.remove_volume(f"{name}-strangers")
