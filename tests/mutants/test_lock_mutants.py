"""What turns the lock scenarios red: no lock, one on another key, and one where there should be none."""

from typing import Any

import pytest

from harness import Nemesis, System
from harness.assertions import GuaranteeBrokenError
from harness.servers.hazelcast import hazelcast
from harness.servers.hazelcast.workloads import increments
from scenarios import test_locks as scenarios

pytestmark = pytest.mark.system(hazelcast())

LOST = r"lost update: a read returned \d+"


@pytest.fixture
def fewer_increments(monkeypatch: pytest.MonkeyPatch) -> None:
    """500 by each client are enough to see it."""
    run = increments.Increments.run
    monkeypatch.setattr(increments.Increments, "run", lambda self, way, **given: run(self, way, **{**given, **FEWER}))


FEWER = {"count": 500}


@pytest.mark.usefixtures("fewer_increments")
def test_with_a_lock_no_update_is_lost_that_had_to_be(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(increments.WAYS, "none", increments.optimistic)
    with pytest.raises(AssertionError, match="lost update"):
        scenarios.test_without_locks_updates_are_lost(system)


@pytest.mark.usefixtures("fewer_increments")
@pytest.mark.parametrize("way", ["pessimistic", "optimistic"])
def test_no_locks_lose_updates(system: System, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    monkeypatch.setitem(increments.WAYS, way, increments.without_locks)
    with pytest.raises(GuaranteeBrokenError, match=LOST):
        scenarios.test_with_locks_no_update_is_lost(system, way)


def test_locks_on_different_keys_lose_updates(system: System, faults: Nemesis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(increments.WAYS, "pessimistic", a_lock_of_its_own)
    with pytest.raises(GuaranteeBrokenError, match=LOST):
        scenarios.test_with_locks_the_loss_of_a_member_loses_no_update(system, faults, "pessimistic")


async def a_lock_of_its_own(entries: Any) -> int:
    """Each client locks a key that is named after it."""
    key = str(id(entries))
    await entries.lock(key)
    try:
        return await increments.without_locks(entries)
    finally:
        await entries.unlock(key)
