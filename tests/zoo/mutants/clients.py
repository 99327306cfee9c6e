"""Clients and faults of the harness with one known bug each: of queues and locks, and a kill that kills nobody."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from harness.faults import Kill
from harness.servers.hazelcast.spec import NO_BACKUP
from harness.servers.hazelcast.workloads import increments, items, locks
from harness.servers.hazelcast.workloads.items import Items
from harness.targets import all_but, node, some
from scenarios import test_distributed_map as distributed_map
from scenarios import test_hazelcast_transactions as transactions
from scenarios import test_logging_instances as instances
from tests.zoo.mutant import Mutant

_QUEUE = "test_bounded_queue.py::"
_LOCKS = "test_locks.py::"
_TIED = "test_logging_instances.py::test_an_instance_and_its_member_share_their_life"
_LIVES_ON = "timeout: waited 20 s for a Hazelcast member list of 2"


def _sending_again(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Items._do

    def do(self: Items, client: Any, f: str, value: Any, action: Callable[[], Any]) -> Any:
        if f == "put" and value == 7:
            action()
        return right(self, client, f, value, action)

    monkeypatch.setattr(Items, "_do", do)


def _not_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    def put(self: Items, items: Sequence[int]) -> None:
        client = self._history.client()
        with self._queue() as queue:
            for item in items:
                operation = client.invoke("put", item)
                queue.offer(item)
                operation.ok(item)

    monkeypatch.setattr(Items, "put", put)


def _a_consumer_that_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Items.put

    def put(self: Items, items: Sequence[int]) -> None:
        right(self, items)
        self.take_all(len(items), consumers=1)

    monkeypatch.setattr(Items, "put", put)


def _named(name: str) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda monkeypatch: monkeypatch.setattr(items, "BOUNDED", name)


def _of_a_majority(monkeypatch: pytest.MonkeyPatch) -> None:
    right = locks.Lock.__init__
    monkeypatch.setattr(locks.Lock, "__init__", lambda self, system: right(self, system, split="refused"))


def _sparing_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distributed_map, "every", lambda role: all_but(some(role, seed=1)))


def _ways(way: str, other: Any) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda monkeypatch: monkeypatch.setitem(increments.WAYS, way, other)


async def _a_lock_of_its_own(entries: Any) -> int:
    key = str(id(entries))
    await entries.lock(key)
    try:
        return await increments.without_locks(entries)
    finally:
        await entries.unlock(key)


def _leases_of(seconds: float) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda monkeypatch: monkeypatch.setattr(locks, "_LEASE_S", seconds)


MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        name="lock_leases_that_are_too_short",
        wrong="A lock is leased for a shorter time than its client holds it.",
        promise="harness.servers.hazelcast.workloads.locks: one client at a time holds it",
        patch=_leases_of(0.2),
        seen={
            "test_hazelcast_clocks.py::test_a_lease_is_not_over_sooner_where_the_owners_clock_jumps_ahead": "two owners"
        },
    ),
    Mutant(
        name="kill_that_kills_nobody",
        wrong="The kill does nothing.",
        promise="design 2, faults: a fault has to prove that it bit",
        patch=lambda monkeypatch: monkeypatch.setattr(Kill, "inject", lambda self, node: None),
        seen={"test_kafka_leader.py::test_losing_the_leader_loses_no_message[10]": "did not bite: kill of kafka-"},
    ),
    Mutant(
        name="kill_of_all_that_spares_one",
        wrong="Where all members are to be killed at once, one is spared.",
        promise="checkers: no loss where loss was certain means that the fault or the test is broken",
        patch=lambda monkeypatch: monkeypatch.setattr(
            distributed_map, "every", lambda role: all_but(some(role, seed=1))
        ),
        seen={
            "test_distributed_map.py::test_all_members_lost_at_once_take_everything_along": (
                "assertion: these members permit 0%"
            )
        },
    ),
    Mutant(
        name="queue_without_a_bound",
        wrong="A queue that should hold ten items holds any number.",
        promise="checkers, bounded queue: size never above the bound",
        patch=_named("unbounded-"),
        seen={_QUEUE + "test_a_full_queue_makes_its_producer_wait": "timeout: waited 10 s for ten items .* 11"},
    ),
    Mutant(
        name="bounded_queue_without_backup",
        wrong="The full queue has no backup.",
        promise="checkers, settings: backup-count b: no loss up to b members lost at once",
        patch=_named(NO_BACKUP),
        seen={_QUEUE + "test_a_full_queue_survives_the_loss_of_its_owner": "timeout: waited 60 s for 10 items"},
    ),
    Mutant(
        name="producer_that_sends_again",
        wrong="A producer that lost an answer sends the item again (redo_operation).",
        promise='services/hazelcast_client.py: "an offer that is sent again could be there twice"',
        patch=_sending_again,
        seen={_QUEUE + "test_two_consumers_share_a_hundred_items": "assertion: not each item came out once"},
    ),
    Mutant(
        name="producer_that_does_not_look",
        wrong="A producer takes no note of the answer: what found no room is gone.",
        promise="checkers, total queue: lost = acknowledged - received",
        patch=_not_looking,
        seen={_QUEUE + "test_what_an_early_end_leaves_comes_out_in_the_next_run": "timeout: waited 60 s for 110 items"},
    ),
    Mutant(
        name="consumer_that_stays",
        wrong="A consumer takes whatever comes, where items had to be left over.",
        promise="checkers: no loss where loss was certain means that the fault or the test is broken",
        patch=_a_consumer_that_stays,
        seen={_QUEUE + "test_consumers_that_trust_the_size_and_one_pill_miss_items": "not as expected"},
    ),
    Mutant(
        name="optimistic_without_a_lock",
        wrong="A client that should replace the value that it read overwrites whatever is there.",
        promise="checkers, counter: lost updates = sum of ok increments - final value",
        patch=_ways("optimistic", increments.without_locks),
        seen={
            _LOCKS + "test_with_locks_the_loss_of_a_member_loses_no_update[optimistic]": "lost update",
            _LOCKS + "test_with_locks_no_update_is_lost[optimistic]": "lost update",
        },
    ),
    Mutant(
        name="locks_on_other_keys",
        wrong="Each client locks a key of its own.",
        promise="checkers, lock: mutual exclusion",
        patch=_ways("pessimistic", _a_lock_of_its_own),
        seen={
            _LOCKS + "test_with_locks_the_loss_of_a_member_loses_no_update[pessimistic]": "lost update",
            _LOCKS + "test_with_locks_no_update_is_lost[pessimistic]": "lost update",
        },
    ),
    Mutant(
        name="lock_where_there_should_be_none",
        wrong="Clients that should overwrite each other do not.",
        promise="checkers: no loss where loss was certain means that the fault or the test is broken",
        patch=_ways("none", increments.optimistic),
        seen={_LOCKS + "test_without_locks_updates_are_lost": "not as expected"},
    ),
    Mutant(
        name="lock_that_nobody_outlives",
        wrong="Clients that should write after the end of their lock look at what is there.",
        promise="checkers: no loss where loss was certain means that the fault or the test is broken",
        patch=_ways("outlived", increments.optimistic),
        seen={_LOCKS + "test_a_client_that_outlives_its_lock_overwrites_others": "not as expected"},
    ),
    Mutant(
        name="lock_that_a_majority_gives_out",
        wrong="A lock that both sides of a split should give out is given out by a majority alone.",
        promise="checkers: no loss where loss was certain means that the fault or the test is broken",
        patch=_of_a_majority,
        seen={_LOCKS + "test_without_a_majority_both_sides_of_a_split_give_out_a_lock": "not as expected"},
    ),
    Mutant(
        name="member_that_is_not_tied",
        wrong="A member lives on without its logging instance.",
        promise='design 7, logging: "Tied to its member on request"',
        patch=lambda monkeypatch: monkeypatch.setattr(instances, "together", lambda logging, member: logging),
        seen={_TIED + "[kill]": _LIVES_ON, _TIED + "[stop]": _LIVES_ON},
    ),
    Mutant(
        name="coordinator_that_lives",
        wrong="Another member is killed than the one that coordinates the transaction.",
        promise="decision 13: what a dead coordinator had reserved comes back to nobody",
        patch=lambda monkeypatch: monkeypatch.setattr(transactions, "VICTIM", node("hazelcast-3")),
        seen={
            "test_hazelcast_transactions.py::test_what_a_dead_coordinator_had_reserved_comes_back_to_nobody": (
                "not as expected"
            )
        },
    ),
)
