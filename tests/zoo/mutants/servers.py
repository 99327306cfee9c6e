"""Servers with one wrong setting each: of brokers, of members, of what the services keep there."""

from collections.abc import Mapping
from typing import Any

import pytest

from harness.messages.namespace import Namespace
from harness.servers.hazelcast import spec
from harness.servers.kafka import spec as kafka_spec
from tests.zoo.mutant import Mutant, Patch

_SHARED = "test_services.py::test_ten_messages_are_shared[kafka]"
_LEADER = "test_kafka_leader.py::test_losing_the_leader_loses_no_message[10]"
_QUORUM = "test_kafka_quorum.py::test_without_two_of_three_brokers_nothing_is_acknowledged"
_MEMBER = "test_hazelcast_member.py::test_losing_a_member_loses_no_entry"
_MAP = "test_distributed_map.py::"
_STORE = "test_external_store.py::"
_CUT_OFF = "test_hazelcast_detector.py::test_a_member_that_is_cut_off_answers_nothing"
_TABLE = "checkers, settings: "


def _brokers(**settings: str) -> Patch:
    """Brokers that have other properties than their system declares."""
    return _other_properties(kafka_spec, {name.replace("_", "."): value for name, value in settings.items()})


def _members(**settings: str) -> Patch:
    """Members that have other properties than their system declares."""
    return _other_properties(spec, {f"hazelcast.{name.replace('_', '.')}": value for name, value in settings.items()})


def _other_properties(module: Any, others: Mapping[str, str]) -> Patch:
    right = module._properties

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "_properties", lambda *given: {**right(*given), **others})

    return patch


def _no_zones(monkeypatch: pytest.MonkeyPatch) -> None:
    def members(count: int, **given: Any) -> Any:
        return spec.members(count, **{**given, "zoned": False})

    monkeypatch.setattr("harness.servers.hazelcast.kind.members", members)


def _backups(given: str, prefix: str) -> Patch:
    """Maps that should have so many backups get a name of those that have others."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(spec.BACKUPS, given, prefix)

    return patch


def _stores(given: str, other: str) -> Patch:
    """Maps that should write to the store in one way do it in another."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(spec.STORES, given, spec.STORES[other])

    return patch


def _logging_map(**settings: int) -> Patch:
    """Logging's map has other settings than it should have, and the same protection."""
    own = {**{name.replace("_", "-"): value for name, value in settings.items()}, **spec._MAJORITY}

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(spec._STRUCTURES, "map", {**spec._STRUCTURES["map"], "logging-*": own})

    return patch


def _merges_that_discard(monkeypatch: pytest.MonkeyPatch) -> None:
    maps = {f"{spec.NO_BACKUP}*": {"backup-count": 0, "merge-policy": {"class-name": "DiscardMergePolicy"}}}
    monkeypatch.setitem(spec._STRUCTURES, "map", maps)
    monkeypatch.setitem(spec.BACKUPS, "1", spec.NO_BACKUP)


def _no_backups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Namespace, "_prefix", spec.NO_BACKUP)


def _no_protection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spec, "_protection", lambda count, given_up_s: {})


MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        name="kafka_replication_1",
        wrong="A topic has one replica, and one is enough.",
        promise=_TABLE + "replication 3: no loss with any one broker lost",
        patch=_brokers(default_replication_factor="1", min_insync_replicas="1"),
        seen={_LEADER: "timeout: waited 20 s for a new leader for every partition"},
    ),
    Mutant(
        name="kafka_replication_2",
        wrong="A topic has two replicas, and one is enough.",
        promise=_TABLE + "replication 3, min.insync 2: with two lost no acknowledged writes",
        patch=_brokers(default_replication_factor="2", min_insync_replicas="1"),
        seen={_QUORUM: "posts were acknowledged with one broker of three|other settings"},
    ),
    Mutant(
        name="kafka_min_insync_1",
        wrong="One replica in sync is enough.",
        promise=_TABLE + "min.insync 2, acks=all: with two lost no acknowledged writes",
        patch=_brokers(min_insync_replicas="1"),
        seen={_SHARED: "other settings"},
    ),
    Mutant(
        name="kafka_unclean_election",
        wrong="A replica that was not in sync may lead.",
        promise=_TABLE + "unclean leader election permits loss and divergence",
        patch=_brokers(unclean_leader_election_enable="true"),
        seen={_SHARED: "other settings"},
    ),
    Mutant(
        name="kafka_retention_of_a_minute",
        wrong="A topic deletes what is older than a minute.",
        promise='docs/guarantees.md: "a topic that keeps records for a shorter time than was declared"',
        patch=_brokers(log_retention_ms="60000"),
        seen={_SHARED: "other settings"},
    ),
    Mutant(
        name="kafka_offsets_on_one_broker",
        wrong="What a group has committed is on one broker.",
        promise=_TABLE + "replication 3: no loss with any one broker lost (of offsets)",
        patch=_brokers(offsets_topic_replication_factor="1"),
        seen={"test_kafka_under_load.py::test_losing_brokers_in_turn_loses_no_message[coordinator-kill]": "timeout"},
    ),
    Mutant(
        name="logging_map_without_backup",
        wrong="Logging's map has no backup.",
        promise=_TABLE + "backup-count b: no loss up to b members lost at once",
        patch=_no_backups,
        seen={
            f"{_MEMBER}[hazelcast-3]": "incomplete logging part",
            f"{_MEMBER}[hazelcast-2]": "incomplete logging part",
        },
    ),
    Mutant(
        name="queue_without_backup",
        wrong="The Hazelcast queue has no backup.",
        promise=_TABLE + "backup-count b: no loss up to b members lost at once",
        patch=_no_backups,
        seen={"test_hazelcast_queue.py::test_losing_the_lowest_ip_loses_no_message[10-owning the queue]": "lost"},
    ),
    Mutant(
        name="logging_map_with_async_backup",
        wrong="Logging's map has one backup, which no write waits for.",
        promise=_TABLE + "Hazelcast sync backup: a write waits for it",
        patch=_logging_map(backup_count=0, async_backup_count=1),
        seen={_SHARED: "other settings"},
    ),
    Mutant(
        name="logging_map_that_expires",
        wrong="Logging's map removes what nobody has read for a minute.",
        promise='services/logging.py: "keeps messages by id in a Hazelcast map"',
        patch=_logging_map(max_idle_seconds=60),
        seen={_SHARED: "other settings"},
    ),
    Mutant(
        name="hazelcast_success_in_doubt",
        wrong="A write whose backup timed out is answered as a success.",
        promise=_TABLE + "unless hazelcast.operation.fail.on.indeterminate.state is true",
        patch=_members(operation_fail_on_indeterminate_state="false"),
        seen={_SHARED: "other settings"},
    ),
    Mutant(
        name="hazelcast_stale_reads",
        wrong="The old owner of a partition answers reads while it moves.",
        promise="decision 11: a GET shows what was acknowledged before it, also while partitions move",
        patch=_members(partition_migration_stale_read_disabled="false"),
        seen={_SHARED: "other settings"},
    ),
    Mutant(
        name="hazelcast_without_protection",
        wrong="A minority of a split cluster serves.",
        promise=_TABLE + "split-brain protection refuses writes on the minority",
        patch=_no_protection,
        seen={_SHARED: "other settings", _CUT_OFF: "incomplete logging part"},
    ),
    Mutant(
        name="hazelcast_terminating",
        wrong="SIGTERM ends a member at once: it hands nothing over.",
        promise="harness/servers/hazelcast/spec.py: a stop hands partitions over",
        patch=_members(shutdownhook_policy="TERMINATE"),
        seen={f"{_MAP}test_no_backup_loses_what_the_member_owned[stop]": "lost"},
    ),
    Mutant(
        name="hazelcast_merge_that_discards",
        wrong="What the smaller side of a split holds is thrown away, and there is no backup.",
        promise=_TABLE + "split brain: the merge policy decides",
        patch=_merges_that_discard,
        seen={f"{_MAP}test_one_backup_survives_the_isolation_of_a_member": "lost"},
    ),
    Mutant(
        name="hazelcast_without_zones",
        wrong="A backup may be in the zone of its owner.",
        promise='harness/servers/hazelcast/kind.py: "so that a backup is always in the other one"',
        patch=_no_zones,
        seen={f"{_MAP}test_partition_groups_survive_the_loss_of_a_zone[two zones]": "these members permit 17%|^lost"},
    ),
    Mutant(
        name="map_without_backup",
        wrong="A map that should have one backup has none.",
        promise=_TABLE + "backup-count b: no loss up to b members lost at once",
        patch=_backups("1", spec.NO_BACKUP),
        seen={f"{_MAP}test_one_backup_survives_the_loss_of_one_member[kill]": "lost"},
    ),
    Mutant(
        name="map_with_one_backup_of_two",
        wrong="A map that should have two backups has one.",
        promise=_TABLE + "backup-count b: no loss up to b members lost at once",
        patch=_backups("2", spec.BACKUPS["1"]),
        seen={f"{_MAP}test_two_members_lost_at_once[2 backups]": "lost"},
    ),
    Mutant(
        name="map_with_a_backup_too_many",
        wrong="A map that should have one backup has two: nothing is lost where a third had to be.",
        promise="checkers: no loss where loss was certain means that the fault or the test is broken",
        patch=_backups("1", spec.BACKUPS["2"]),
        seen={f"{_MAP}test_two_members_lost_at_once[1 backup]": "other settings|inconclusive: .*nothing was lost"},
    ),
    Mutant(
        name="store_written_later",
        wrong="A map that should write to its store before it acknowledges a put does it some seconds later.",
        promise="scenarios/test_external_store.py: a write-through map refuses puts without its store",
        patch=_stores("write-through", "write-behind"),
        seen={f"{_STORE}test_a_write_through_map_refuses_puts_without_its_store": "5 of 5 puts were acknowledged"},
    ),
    Mutant(
        name="store_where_there_should_be_none",
        wrong="A map without a store has one.",
        promise="checkers: no loss where loss was certain means that the fault or the test is broken",
        patch=_stores("none", "write-through"),
        seen={f"{_STORE}test_losing_all_members_at_once[no store]": "inconclusive: .*the store held all 1000 keys"},
    ),
)
