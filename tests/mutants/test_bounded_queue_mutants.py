"""What turns the scenarios of the bounded queue red: careless clients, a queue without a backup."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from harness import Nemesis, System
from harness.errors import AwaitTimeoutError
from harness.history import Client
from harness.servers.hazelcast import hazelcast
from harness.servers.hazelcast.spec import NO_BACKUP
from harness.servers.hazelcast.workloads import items
from harness.servers.hazelcast.workloads.items import Items
from scenarios import test_bounded_queue as scenarios

pytestmark = pytest.mark.system(hazelcast())


@pytest.fixture
def a_producer_that_does_not_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """It offers an item and takes no note of the answer: what found no room is gone."""

    def put(self: Items, items: Sequence[int]) -> None:
        client = self._history.client()
        with self._queue() as queue:
            for item in items:
                operation = client.invoke("put", item)
                queue.offer(item)
                operation.ok(item)

    monkeypatch.setattr(Items, "put", put)


@pytest.fixture
def a_producer_that_sends_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """One item twice, as a client does that lost the answer (`redo_operation`)."""
    right = Items._do

    def do(self: Items, client: Client, f: str, value: Any, action: Callable[[], Any]) -> Any:
        if f == "put" and value == 7:
            action()
        return right(self, client, f, value, action)

    monkeypatch.setattr(Items, "_do", do)


@pytest.fixture
def a_consumer_that_was_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is put, it takes."""
    right = Items.put

    def put(self: Items, items: Sequence[int]) -> None:
        right(self, items)
        self.take_all(len(items), consumers=1)

    monkeypatch.setattr(Items, "put", put)


@pytest.mark.usefixtures("a_producer_that_sends_again")
def test_items_that_are_sent_again_come_out_twice(system: System) -> None:
    with pytest.raises(AssertionError):
        scenarios.test_two_consumers_share_a_hundred_items(system)


def test_a_full_queue_without_backup_dies_with_its_owner(
    system: System, faults: Nemesis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(items, "BOUNDED", NO_BACKUP)
    with pytest.raises(AwaitTimeoutError, match=r"waited 60 s for 10 items to come out; last seen: 0"):
        scenarios.test_a_full_queue_survives_the_loss_of_its_owner(system, faults)


@pytest.mark.usefixtures("a_producer_that_does_not_look")
def test_what_was_left_keeps_items_of_the_next_run_out(system: System) -> None:
    with pytest.raises(AwaitTimeoutError, match=r"waited 60 s for 110 items to come out"):
        scenarios.test_what_an_early_end_leaves_comes_out_in_the_next_run(system)


@pytest.mark.usefixtures("a_consumer_that_was_forgotten")
def test_a_consumer_that_stays_misses_nothing(system: System) -> None:
    with pytest.raises(AssertionError, match="lost"):
        scenarios.test_consumers_that_trust_the_size_and_one_pill_miss_items(system)
