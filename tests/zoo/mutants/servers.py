"""Servers with one wrong setting each: of brokers, of members, of what the services keep there."""

import time
from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest

from harness.faults import Kill
from harness.messages.namespace import Namespace
from harness.messages.settings import OWN
from harness.servers.hazelcast import spec
from harness.servers.hazelcast.workloads import keys
from harness.servers.kafka import spec as kafka_spec
from tests.zoo.mutant import Mutant, Patch

_SHARED = "test_services.py::test_ten_messages_are_shared[kafka]"
_LEADER = "test_kafka_leader.py::test_losing_the_leader_loses_no_message[10]"
_QUORUM = "test_kafka_quorum.py::test_without_two_of_three_brokers_nothing_is_acknowledged"
_MEMBER = "test_hazelcast_member.py::test_losing_a_member_loses_no_entry"
_MAP = "test_distributed_map.py::"
_STORE = "test_external_store.py::"
_QUEUE = "test_hazelcast_queue.py::"
_IN_TURN = "test_kafka_under_load.py::test_losing_brokers_in_turn_loses_no_message"
_GIVEN_UP = "test_kafka_under_load.py::test_brokers_that_the_others_have_given_up_lose_no_message"
_SETTINGS = "test_kafka_settings.py::"
_DOUBT = "test_hazelcast_settings.py::test_what_is_acknowledged_before_the_backup_has_it_dies_with_its_owner"
_MINORITY = "test_hazelcast_settings.py::test_what_a_minority_acknowledges_is_the_merge_policys_to_keep"
_TABLE = "checkers, settings: "
_LOG = "test_kafka_log.py::test_a_log_under_load_survives_the_loss_of_brokers"
_REGISTERS = "test_hazelcast_registers.py::test_a_majority_serves_registers_whoever_is_lost"
_CERTAIN = "checkers: no loss where loss was certain means that the fault or the test is broken"
_DIED_WITH_THE_QUEUE = "lost: In a queue without a backup, whose owner hazelcast-1 died"
_NOBODY_LEADS = "timeout: waited 20 s for a new leader for every partition"


def _brokers(**settings: str) -> Patch:
    """Brokers that have other properties than their system declares."""
    return _told_last(kafka_spec, "_variables", {name.replace("_", "."): value for name, value in settings.items()})


def _members(**settings: str) -> Patch:
    """Members that have other properties than their system declares."""
    return _told_last(spec, "_java", {f"hazelcast.{name.replace('_', '.')}": value for name, value in settings.items()})


def _told_last(module: Any, teller: str, others: Mapping[str, str]) -> Patch:
    """The nodes of a kind are told these properties whatever their scenario declares."""
    right = getattr(module, teller)

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, teller, lambda properties: right({**properties, **others}))

    return patch


def _started_late(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Kill.undo

    def undo(self: Kill, nodes: Any) -> None:
        time.sleep(65)
        right(self, nodes)

    monkeypatch.setattr(Kill, "undo", undo)


def _zones(zoned: bool) -> Patch:
    """Members are in two zones, or in none, whatever their scenario declares."""

    def members(count: int, **given: Any) -> Any:
        return spec.members(count, **{**given, "zoned": zoned})

    return lambda monkeypatch: monkeypatch.setattr("harness.servers.hazelcast.kind.members", members)


def _other_names(names: dict[Any, str], others: Mapping[Any, str]) -> Patch:
    """What a map is called decides what it has: those that are asked for in these words get the names of others."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        for words, name in others.items():
            monkeypatch.setitem(names, words, name)

    return patch


def _together(*patches: Patch) -> Patch:
    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        for each in patches:
            each(monkeypatch)

    return patch


def _maps(names: str, **settings: int) -> Patch:
    """Maps of these names have other settings than they should have, and the same protection."""
    own = {**{name.replace("_", "-"): value for name, value in settings.items()}, **spec._MAJORITY}

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(spec._STRUCTURES, "map", {**spec._STRUCTURES["map"], names: own})

    return patch


_logging_map = partial(_maps, "logging-*")
#: The claims on a Hazelcast queue's messages: no other map is called so.
_claims = partial(_maps, "messages-*")


def _merges_that_discard(monkeypatch: pytest.MonkeyPatch) -> None:
    maps = {f"{spec.NO_BACKUP}*": {"backup-count": 0, "merge-policy": {"class-name": "DiscardMergePolicy"}}}
    monkeypatch.setitem(spec._STRUCTURES, "map", maps)
    monkeypatch.setitem(spec.BACKUPS, "1", spec.NO_BACKUP)


def _no_backups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Namespace, "_prefix", spec.NO_BACKUP)


def _backups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Namespace, "_prefix", "")


def _nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, (_, variable) in OWN.items():
        monkeypatch.setitem(OWN, name, ((), variable))  # type: ignore[misc]


def _no_protection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spec, "_protection", lambda count, given_up_s: {})


MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        name="kafka_replication_1",
        wrong="A topic has one replica, and one is enough.",
        promise=_TABLE + "replication 3: no loss with any one broker lost",
        patch=_brokers(default_replication_factor="1", min_insync_replicas="1"),
        seen={
            _LEADER: _NOBODY_LEADS,
            f"{_IN_TURN}[leader-kill]": _NOBODY_LEADS,
            f"{_SETTINGS}test_with_two_replicas_the_loss_of_one_broker_loses_nothing_and_stops_nobody": _NOBODY_LEADS,
        },
    ),
    Mutant(
        name="kafka_replication_2",
        wrong="A topic has two replicas, and one is enough.",
        promise=_TABLE + "replication 3, min.insync 2: with two lost no acknowledged writes",
        patch=_brokers(default_replication_factor="2", min_insync_replicas="1"),
        seen={_QUORUM: r"assertion: \d+ posts were acknowledged with one broker|other settings"},
    ),
    Mutant(
        name="kafka_min_insync_1",
        wrong="One replica in sync is enough.",
        promise=_TABLE + "min.insync 2, acks=all: with two lost no acknowledged writes",
        patch=_brokers(min_insync_replicas="1"),
        seen={
            _SHARED: "other settings",
            f"{_SETTINGS}test_where_both_replicas_have_to_be_in_sync_the_loss_of_one_costs_posts_and_no_message": (
                r"assertion: \d+ posts were acknowledged there"
            ),
        },
    ),
    Mutant(
        name="kafka_unclean_election",
        wrong="A replica that was not in sync may lead.",
        promise=_TABLE + "unclean leader election permits loss and divergence",
        patch=_brokers(unclean_leader_election_enable="true"),
        seen={
            _SHARED: "other settings",
            # While the election is under way somebody may see that nobody leads; posts are acknowledged afterwards.
            f"{_SETTINGS}test_without_unclean_elections_what_the_leader_alone_had_waits_for_it": (
                r"timeout: .* without a leader after|assertion: \d+ posts were acknowledged there"
            ),
        },
    ),
    Mutant(
        name="kafka_clean_election",
        wrong="A replica that was not in sync may not lead, where it was to.",
        promise=_CERTAIN,
        patch=_brokers(unclean_leader_election_enable="false"),
        seen={f"{_SETTINGS}test_an_unclean_election_loses_what_the_leader_alone_had": _NOBODY_LEADS},
    ),
    Mutant(
        name="services_that_are_not_told",
        wrong="Services are not told the settings that are declared for them, and have the safe ones.",
        promise=_CERTAIN,
        patch=_nobody_is_told,
        seen={
            f"{_SETTINGS}test_without_the_acknowledgement_of_the_others_the_leader_takes_messages_along[1]": (
                "other settings, (.*, )?not as expected"
            ),
            f"{_SETTINGS}test_a_group_that_begins_at_the_end_never_reads_what_was_there": "not as expected",
            f"{_SETTINGS}test_a_leader_that_the_others_have_given_up_acknowledges_what_it_will_lose": "not as expected",
        },
    ),
    Mutant(
        name="kafka_retention_of_a_minute",
        wrong="A topic deletes what is older than a minute.",
        promise='docs/guarantees.md: "a topic that keeps records for a shorter time than was declared"',
        patch=_brokers(log_retention_ms="60000"),
        seen={_SHARED: "other settings"},
    ),
    Mutant(
        name="kafka_retention_of_a_week",
        wrong="A topic keeps for a week what should be deleted after a second.",
        promise=_CERTAIN,
        patch=_brokers(log_retention_ms="604800000"),
        seen={
            f"{_SETTINGS}test_what_nobody_reads_in_time_is_deleted_by_retention": (
                "timeout: waited 20 s for the brokers to have deleted all that is in messages-"
            )
        },
    ),
    Mutant(
        name="kafka_offsets_on_one_broker",
        wrong="What a group has committed is on one broker.",
        promise=_TABLE + "replication 3: no loss with any one broker lost (of offsets)",
        patch=_brokers(offsets_topic_replication_factor="1"),
        seen={
            f"{_IN_TURN}[coordinator-kill]": "timeout: waited 20 s for a new coordinator of",
            f"{_GIVEN_UP}[coordinator]": "timeout: waited 20 s for a new coordinator of",
        },
    ),
    Mutant(
        name="logging_map_without_backup",
        wrong="Logging's map has no backup.",
        promise=_TABLE + "backup-count b: no loss up to b members lost at once",
        patch=_no_backups,
        seen={f"{_MEMBER}[hazelcast-3]": "incomplete logging part"},
        told={f"{_MEMBER}[hazelcast-3]": "incomplete logging part: An entry without a backup, whose owner hazelcast-3"},
    ),
    Mutant(
        name="queue_without_backup",
        wrong="The Hazelcast queue has no backup.",
        promise=_TABLE + "backup-count b: no loss up to b members lost at once",
        patch=_no_backups,
        seen={
            f"{_QUEUE}test_losing_the_lowest_ip_loses_no_message[10-owning the queue]": "lost",
            f"{_QUEUE}test_an_owner_that_stops_or_hangs_loses_no_message[pause-10]": "lost",
            f"{_QUEUE}test_consumers_that_start_in_turn_share_without_loss": "lost",
        },
        told={
            f"{_QUEUE}test_losing_the_lowest_ip_loses_no_message[10-owning the queue]": _DIED_WITH_THE_QUEUE,
            f"{_QUEUE}test_an_owner_that_stops_or_hangs_loses_no_message[pause-10]": (
                "lost: Acknowledged, taken by nobody, and not in the queue now; its first owner .* was paused"
            ),
            f"{_QUEUE}test_consumers_that_start_in_turn_share_without_loss": _DIED_WITH_THE_QUEUE,
        },
    ),
    Mutant(
        name="claims_without_backup",
        wrong="Who has taken what off a Hazelcast queue has no backup.",
        promise='services/queues/hazelcast.py: "unless both copies of its claim are lost"',
        patch=_claims(backup_count=0),
        seen={"test_services.py::test_ten_messages_are_shared[hazelcast]": "other settings"},
    ),
    Mutant(
        name="claims_that_expire",
        wrong="Who has taken what off a Hazelcast queue is forgotten when nobody has asked for a minute.",
        promise='services/queues/hazelcast.py: "far longer than a consumer may hang"',
        patch=_claims(max_idle_seconds=60),
        seen={"test_services.py::test_ten_messages_are_shared[hazelcast]": "other settings"},
    ),
    Mutant(
        name="backup_where_there_should_be_none",
        wrong="The Hazelcast queue and logging's map have a backup, and should have none.",
        promise=_CERTAIN,
        patch=_backups,
        seen={
            "test_hazelcast_settings.py::test_without_a_backup_a_queue_and_its_share_of_the_map_die_with_their_owner": (
                "not as expected"
            )
        },
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
        seen={_SHARED: "other settings"},
    ),
    Mutant(
        name="hazelcast_terminating",
        wrong="SIGTERM ends a member at once: it hands nothing over.",
        promise="harness/servers/hazelcast/spec.py: a stop hands partitions over",
        patch=_members(shutdownhook_policy="TERMINATE"),
        seen={f"{_MAP}test_no_backup_loses_what_the_member_owned[stop]": "lost"},
    ),
    Mutant(
        name="hazelcast_terminating_without_backup",
        wrong="SIGTERM ends a member at once, and what should have a backup has none.",
        promise=_TABLE + "backup-count b: no loss up to b members lost at once",
        patch=_together(
            _members(shutdownhook_policy="TERMINATE"), _no_backups, _other_names(spec.BACKUPS, {"1": spec.NO_BACKUP})
        ),
        seen={
            f"{_MAP}test_one_backup_survives_the_loss_of_one_member[stop]": "lost",
            f"{_QUEUE}test_an_owner_that_stops_or_hangs_loses_no_message[stop-10]": "lost",
        },
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
        patch=_zones(False),
        seen={
            f"{_MAP}test_partition_groups_survive_the_loss_of_a_zone[two zones]": (
                "assertion: these members permit 17%|lost"
            ),
            f"{_MAP}test_partition_groups_do_not_survive_the_loss_of_a_member_of_each_zone": (
                "inconclusive: the Hazelcast members are in no zones"
            ),
        },
    ),
    Mutant(
        name="hazelcast_with_zones",
        wrong="A backup is in the other zone, where there should be no zones.",
        promise=_CERTAIN,
        patch=_zones(True),
        seen={
            f"{_MAP}test_partition_groups_survive_the_loss_of_a_zone[no zones]": "assertion: these members permit 0%"
        },
    ),
    Mutant(
        name="map_without_backup",
        wrong="A map that should have one backup has none.",
        promise=_TABLE + "backup-count b: no loss up to b members lost at once",
        patch=_other_names(spec.BACKUPS, {"1": spec.NO_BACKUP}),
        seen={
            f"{_MAP}test_one_backup_survives_the_loss_of_one_member[kill]": "lost",
            f"{_MAP}test_one_backup_survives_the_loss_of_two_members_in_turn": "lost",
            f"{_MAP}test_two_members_lost_at_once_take_a_third_along": "implausible share",
        },
    ),
    Mutant(
        name="map_with_one_backup_of_two",
        wrong="A map that should have two backups, or one and an asynchronous one, has one.",
        promise=_TABLE + "backup-count b: no loss up to b members lost at once",
        patch=_other_names(spec.BACKUPS, {"2": spec.BACKUPS["1"], "1 + 1 async": spec.BACKUPS["1"]}),
        seen={
            f"{_MAP}test_two_members_lost_at_once[2 backups]": "lost",
            f"{_MAP}test_two_members_lost_at_once[1 and 1 async backup]": "lost",
        },
    ),
    Mutant(
        name="brokers_that_are_missed_late",
        wrong="Brokers have a session of 40 s, where one of 2.5 s was declared: a loss is noticed when that is over.",
        promise="harness/bounds.py: how long it may take until a loss is noticed, and others lead",
        patch=_brokers(broker_session_timeout_ms="40000"),
        seen={f"{_LOG}[kill-leader]": "detected too late, taken over too late"},
    ),
    Mutant(
        name="members_that_are_given_up_late",
        wrong="Members wait 40 s for one that says nothing, where 5 s were declared.",
        promise="harness/bounds.py: how long it may take until a loss is noticed, and others own what was lost",
        patch=_members(max_no_heartbeat_seconds="40"),
        seen={f"{_REGISTERS}[pause]": "detected too late, taken over too late"},
    ),
    Mutant(
        name="servers_that_are_started_late",
        wrong="A server that has died is started again 65 s later, as by a supervisor that has lost patience with it.",
        promise="scenarios: replicas are soon in sync, and there are soon copies of all again, when it is back",
        patch=_started_late,
        seen={f"{_LOG}[kill-coordinator]": "redundant too late", f"{_REGISTERS}[kill]": "redundant too late"},
    ),
    Mutant(
        name="map_with_a_backup_too_many",
        wrong="A map that should have one backup has two: nothing is lost where a third had to be.",
        promise=_CERTAIN,
        patch=_other_names(spec.BACKUPS, {"1": spec.BACKUPS["2"]}),
        seen={f"{_MAP}test_two_members_lost_at_once[1 backup]": "other settings|not as expected"},
    ),
    Mutant(
        name="map_with_a_backup_instead_of_none",
        wrong="A map that should have no backup has one.",
        promise=_CERTAIN,
        patch=_other_names(spec.BACKUPS, {"0": spec.BACKUPS["1"]}),
        seen={f"{_MAP}test_no_backup_loses_what_the_member_owned[kill]": "other settings"},
    ),
    Mutant(
        name="backups_that_are_waited_for",
        wrong="A write waits for its backup, and is not acknowledged without, where it should be.",
        promise=_CERTAIN,
        patch=_together(
            _members(operation_fail_on_indeterminate_state="true"),
            _other_names(spec.BACKUPS, {"0 + 1 async": spec.BACKUPS["1"]}),
            lambda monkeypatch: monkeypatch.setitem(keys._IN_DOUBT, "fail_on_indeterminate_operation_state", True),
        ),
        seen={
            f"{_DOUBT}[asynchronous]": "not as expected",
            f"{_DOUBT}[success in doubt]": "not as expected",
            f"{_DOUBT}[client in doubt]": "not as expected",
        },
    ),
    Mutant(
        name="hazelcast_without_stale_reads",
        wrong="The old owner of a partition answers no reads while it moves, where it should.",
        promise=_CERTAIN,
        patch=_members(partition_migration_stale_read_disabled="true"),
        seen={
            "test_hazelcast_settings.py::test_while_partitions_move_their_old_owner_answers_without_what_the_new_one_"
            "acknowledged": "other settings, (.*, )?not as expected"
        },
    ),
    Mutant(
        name="map_that_does_not_expire",
        wrong="A map keeps what should expire.",
        promise=_CERTAIN,
        patch=_other_names(spec.EXPIRING, dict.fromkeys(spec.EXPIRING, "")),
        seen={
            "test_hazelcast_settings.py::test_what_a_map_was_given_expires_though_it_was_acknowledged": (
                "timeout: waited 20 s for no key to be left in keys-"
            ),
            "test_hazelcast_clocks.py::test_entries_expire_sooner_where_their_owners_clock_is_ahead": (
                "timeout: waited 20 s for no key to be left in keys-"
            ),
        },
    ),
    Mutant(
        name="map_with_another_merge_policy",
        wrong="What a minority is given is thrown away where it should be kept, and kept where it should not.",
        promise=_TABLE + "split brain: the merge policy decides",
        patch=_other_names(spec.SPLITS, {"kept": "discarding-", "discarded": "", "refused": ""}),
        seen={
            f"{_MINORITY}[kept]": "other settings, (.*, )?lost",
            f"{_MINORITY}[discarded]": "other settings, (.*, )?not as expected",
            f"{_MINORITY}[refused]": "other settings",
        },
    ),
    Mutant(
        name="store_written_later",
        wrong="A map that should write to its store before it acknowledges a put does it some seconds later.",
        promise="scenarios/test_external_store.py: a write-through map refuses puts without its store",
        patch=_other_names(spec.STORES, {"write-through": spec.STORES["write-behind"]}),
        seen={
            f"{_STORE}test_a_write_through_map_refuses_puts_without_its_store": (
                "assertion: 5 of 5 puts were acknowledged"
            ),
            f"{_STORE}test_a_write_through_map_waits_while_its_store_has_no_room": (
                "timeout: waited 60 s for a put to be without an answer for 8 s"
            ),
            f"{_STORE}test_losing_all_members_at_once[write-through]": "not stored",
        },
    ),
    Mutant(
        name="store_written_at_once",
        wrong="A map that should write to its store some seconds after it acknowledged a put does it before.",
        promise=_CERTAIN,
        # Not by another name: the members are configured by these, and two that are one would be written later.
        patch=lambda monkeypatch: monkeypatch.setattr(spec, "WRITE_DELAY_S", 0),
        seen={f"{_STORE}test_a_write_behind_store_lacks_what_was_put_last": "inconclusive: .*held all 400 keys"},
    ),
    Mutant(
        name="store_where_there_should_be_none",
        wrong="A map without a store has one.",
        promise=_CERTAIN,
        patch=_other_names(spec.STORES, {"none": spec.STORES["write-through"]}),
        seen={f"{_STORE}test_losing_all_members_at_once[no store]": "inconclusive: .*the store held all 1000 keys"},
    ),
)
