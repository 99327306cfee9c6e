"""Clients of Kafka's log with one known bug each, past any service."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any, Literal

import pytest
from kafka.errors import KafkaTimeoutError

from harness.backends.passing import Held
from harness.faults import Kill, Wipe, held_frame
from harness.servers.kafka import spec
from harness.servers.kafka.workloads import log, producing, transacting
from harness.servers.kafka.workloads.client import log_name
from tests.zoo.mutant import Mutant, Patch

_LOST = "test_kafka_log.py::test_a_log_under_load_survives_the_loss_of_brokers"
_AT_ONCE = "test_kafka_log.py::test_what_was_acknowledged_survives_the_loss_of_most_brokers_at_once"
_UPGRADE = "test_kafka_upgrade.py::test_a_log_under_load_survives_a_rolling_upgrade"
_STORAGE = "test_kafka_storage.py::"
_LEADER = "test_kafka_log.py::test_a_log_under_load_survives_a_leader"
_LEADERS = (
    "that_is_deaf_or_mute[in]",
    "that_is_deaf_or_mute[out]",
    "that_the_controller_does_not_hear",
    "whose_packets_are_lost",
)
_ANSWERS = "test_kafka_log.py::test_a_log_under_load_survives_what_befalls_its_leaders_answers"
_RANDOM = "test_random_plans.py::test_a_log_keeps_what_it_acknowledged_whatever_befalls_its_brokers"
_TRANSACTIONS = "test_kafka_log.py::test_transactions_under_load_are_all_or_nothing"


def _asking(acks: Literal["all", "0"]) -> Patch:
    """Producers ask for other acknowledgements than they are told to, and say that they ask for those."""
    right = producing.Producer.__init__

    def asking(self: producing.Producer, sends: Any, sending: producing.Sending, **given: int) -> None:
        right(self, sends, replace(sending, acks=acks), **given)

    return lambda monkeypatch: monkeypatch.setattr(producing.Producer, "__init__", asking)


def _keeping_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    brief = {
        "log.retention.ms": "60000",
        "log.retention.check.interval.ms": "1000",
        "log.initial.task.delay.ms": "1000",
    }
    right = spec._properties
    monkeypatch.setattr(spec, "_properties", lambda *given: {**right(*given), **brief})


def _counting_what_was_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(self: Any, operation: Any, free: Any, error: Exception) -> None:
        operation.ok({**operation._value, "offset": None})
        self._sends.held.append(int(operation._value["log"][1:]))
        self._ended(operation, free)

    monkeypatch.setattr(producing._Life, "_unknown", ended)
    # So soon that much has not even been sent, where a leader takes its time.
    monkeypatch.setattr(producing, "_DELIVERY_MS", 600)
    monkeypatch.setattr(producing, "_REQUEST_MS", 500)


def _leaving_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Wipe, "inject", lambda self, nodes: Kill().inject(nodes))
    monkeypatch.setattr(Wipe, "proof", lambda self, nodes: Kill().proof(nodes))


def _without_idempotence(monkeypatch: pytest.MonkeyPatch) -> None:
    right, told_by = producing.KafkaProducer, log.told_by

    def made(**settings: Any) -> Any:
        return right(**{**settings, "enable_idempotence": False})

    monkeypatch.setattr(producing, "KafkaProducer", made)
    monkeypatch.setattr(
        log, "told_by", lambda producer: {**told_by(producer), "kafka.producer.enable_idempotence": "true"}
    )


def _holding_for_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_frame, "Held", lambda seconds, key, nth: Held(0.0, key, nth))


def _trusting_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    def commit(self: Any) -> None:
        self._asked = True
        self._await(self._producer._transaction_manager.begin_commit())
        for operation, (partition, value, future) in zip(self._sent, self._placed, strict=True):
            offset = future.value.offset if future.succeeded() else None
            operation.ok({"log": log_name(partition), "value": value, "offset": offset})
            self._sends.held.append(partition)

    monkeypatch.setattr(transacting._Transaction, "commit", commit)
    # Sooner than there is a new leader: what waits for one is over before.
    monkeypatch.setattr(producing, "_DELIVERY_MS", 2000)


def _refusing_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    right, closed_again = producing.KafkaProducer, [0.0]

    class Breaking(right):  # type: ignore[misc, valid-type]
        def send(self, *given: Any, **more: Any) -> Any:
            if (began := time.monotonic()) < closed_again[0]:
                time.sleep(0.1)
                raise KafkaTimeoutError("the circuit breaker is open")

            def ended(_: object) -> None:
                if not closed_again[0] and time.monotonic() - began > 1:
                    closed_again[0] = time.monotonic() + 45

            return super().send(*given, **more).add_both(ended)

    monkeypatch.setattr(producing, "KafkaProducer", Breaking)


MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        name="producers_that_ask_all_where_one_had_to_do",
        wrong="Producers that should trust the leader alone wait for all replicas in sync.",
        promise="checkers: no loss where loss was certain means that the fault or the test is broken",
        patch=_asking("all"),
        seen={
            "test_kafka_log.py::test_a_leader_that_is_cut_off_and_acknowledges_alone_loses_records": "not as expected",
            "test_kafka_log.py::test_what_is_sent_again_is_there_twice_where_nobody_knows_it_for_the_same": (
                "not as expected"
            ),
        },
    ),
    Mutant(
        name="producers_without_idempotence",
        wrong="Producers that say they are idempotent are not.",
        promise="Kafka documentation, producer configs, enable.idempotence: exactly one copy of each message",
        patch=_without_idempotence,
        seen={f"{_ANSWERS}[{fault}]": "duplicate" for fault in ("delay", "lost-answers", "disconnect")},
    ),
    Mutant(
        name="producers_that_ask_for_no_acknowledgement",
        wrong="A record counts once the client has sent it (acks=0).",
        promise="Kafka documentation, producer configs, acks=all: not lost as long as one in-sync replica lives",
        patch=_asking("0"),
        seen={
            **{
                f"{_LOST}[{fault}-{name}]": "unseen"
                for name in ("leader", "follower", "coordinator", "controller")
                for fault in ("kill", "isolate")
            },
            **{f"{_LEADER}_{how}": "unseen" for how in _LEADERS},
            "test_kafka_log.py::test_a_log_under_load_survives_a_rolling_restart": "unseen",
            **{f"{_UPGRADE}[{release}]": "unseen" for release in ("4.1.2", "4.2.1", "4.3.1", "4.4.0")},
            f"{_AT_ONCE}[all]": "unseen",
            f"{_AT_ONCE}[all but one]": "unseen",
            f"{_RANDOM}[seed 1]": "unseen",
            f"{_STORAGE}test_a_follower_that_lost_its_disk_gets_all_of_the_log_again": "unseen",
            f"{_STORAGE}test_every_disk_can_be_replaced_in_turn": "unseen",
            f"{_STORAGE}test_what_a_leader_lost_of_its_log_the_others_have[cut off]": "unseen",
            f"{_STORAGE}test_what_a_leader_lost_of_its_log_the_others_have[inverted]": "unseen",
            f"{_STORAGE}test_a_leader_without_room_on_its_disk_gives_way": "unseen",
        },
    ),
    Mutant(
        name="producers_that_give_up_for_long",
        wrong="Producers with a circuit breaker that stays open for 45 s: after a send that was slow, they refuse.",
        promise="harness/bounds.py: how long nothing may succeed, whichever node is lost",
        patch=_refusing_for_long,
        seen={f"{_LOST}[kill-leader]": "unavailable too long"},
    ),
    Mutant(
        name="producers_that_count_what_they_gave_up",
        wrong="A record counts also if its time was over before anybody had acknowledged it.",
        promise="Kafka documentation, producer configs, delivery.timeout.ms: success or failure is reported by then",
        patch=_counting_what_was_given_up,
        seen={
            f"{_STORAGE}test_a_leader_that_is_slow_loses_nothing": "unseen",
            "test_kafka_log.py::test_a_log_under_load_survives_a_leader_behind_a_narrow_link": "unseen",
        },
    ),
    Mutant(
        name="brokers_that_keep_records_for_a_minute",
        wrong="Brokers delete a record after a minute, and look for such as are that old each second.",
        promise="Kafka documentation, topic configs, retention.ms: seven days, by the time of day that a broker has",
        patch=_keeping_for_a_minute,
        seen={f"{_STORAGE}test_a_leader_with_the_wrong_time_loses_nothing[ahead]": "lost write"},
    ),
    Mutant(
        name="wipes_that_leave_the_disk",
        wrong="A broker whose disk should have been emptied comes back with all that it had.",
        promise="checkers: no loss where loss was certain means that the fault or the test is broken",
        patch=_leaving_the_disk,
        seen={
            f"{_STORAGE}test_what_the_only_replica_stored_is_lost_with_its_disk": (
                "timeout: waited 20 s for a partition of log-.* without a leader after the wipe"
            )
        },
    ),
    Mutant(
        name="readers_of_what_is_not_committed",
        wrong="Consumers read transactions before they have ended (isolation.level=read_uncommitted).",
        promise="Kafka documentation, consumer configs, isolation.level: only what is committed is read",
        patch=lambda monkeypatch: monkeypatch.setattr(log.Log, "_isolation", "read_uncommitted"),
        seen={
            **{f"{_TRANSACTIONS}[{name}]": "aborted read" for name in ("leader", "coordinator")},
            "test_random_plans.py::test_transactions_are_all_or_nothing_whatever_befalls_their_brokers[seed 1]": (
                "aborted read"
            ),
        },
    ),
    Mutant(
        name="producers_that_trust_the_commit",
        wrong="A record counts once its transaction was committed, whatever became of the record itself.",
        promise="docs/track-record.md: kafka-python commits a transaction without a record whose time was over",
        patch=_trusting_the_commit,
        seen={f"{_TRANSACTIONS}[leader]": "unseen"},
    ),
    Mutant(
        name="ends_of_transactions_that_come_in_time",
        wrong="The end of a transaction that has to come late comes at once.",
        promise="checkers: no loss where loss was certain means that the fault or the test is broken",
        patch=_holding_for_no_time,
        seen={
            "test_kafka_log.py::test_the_end_of_a_transaction_that_comes_late_ends_a_later_one": "not as expected",
        },
    ),
)
