import pytest

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


@pytest.mark.docker
def test_containers_are_swept_by_the_same_rule(tiny_image: str) -> None:
    with owning(tiny_image) as dead, owning(tiny_image) as live:
        before = live.left()
        dead.kill_the_watchdog()
        dead.kill()
        sweep(lambda line: None)
        assert not dead.left()
        assert set(live.left()) == set(before)
