"""What settings permit under which faults: the rules, met with histories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import BadInputError
from harness.events import NEMESIS, Event, takes
from harness.explaining import explained
from harness.faults.protocol import record
from harness.guarantees import (
    SETTINGS,
    Broken,
    asks_for_notes,
    at_risk,
    broken,
    met,
    permitted,
    rules,
    rules_beside,
    settings_of,
)
from harness.messages import messages
from harness.messages.settings import on_hazelcast, on_kafka
from harness.servers.hazelcast import hazelcast
from harness.servers.hazelcast.guarantees import HAZELCAST as HAZELCAST_RULES
from harness.servers.hazelcast.kind import Hazelcast
from harness.servers.kafka import kafka
from harness.servers.kafka.guarantees import KAFKA as KAFKA_RULES
from harness.servers.kafka.guarantees import LEADERS
from harness.servers.kafka.kind import Kafka
from harness.servers.postgres.kind import Postgres
from harness.taken import DEATH, Taken
from tests.faulted import CRASH, FAULTS, HEAT, Foreign, said

KAFKA = on_kafka(3, {}, from_beginning=False)
COMMITTING_FIRST = {**KAFKA, "messages.commits": "before storing"}
#: No consumer would read anything again.
ONLY_SENT_AGAIN = {"kafka.producer.acks": "1", "kafka.producer.enable_idempotence": "false"}
UNCLEAN = {**KAFKA, "kafka.topic.unclean.leader.election.enable": "true"}
HAZELCAST = {
    **on_hazelcast("map", 3, backups=True),
    **on_hazelcast("queue", 3, backups=True),
    **on_hazelcast("claims", 3, backups=True),
    "messages.from_beginning": "false",
}

IN_DOUBT = "hazelcast.operation.fail.on.indeterminate.state"
STALE = "hazelcast.partition.migration.stale.read.disabled"
DISCARDING = {
    **HAZELCAST,
    "hazelcast.map.split-brain-protection-ref": "",
    "hazelcast.map.merge-policy": "DiscardMergePolicy",
}


def copies(sync: str, later: str) -> Mapping[str, str]:
    return {"hazelcast.map.backup-count": sync, "hazelcast.map.async-backup-count": later}


def told(settings: Mapping[str, str], *done: str) -> Sequence[Event]:
    """A history of these settings and of what was done: "kill kafka-1", "undo-kill kafka-1", or an effect."""
    values: list[tuple[str, Any]] = [(SETTINGS, {"declared": settings, "effective": {}, "unread": {}})]
    for what in done:
        f, *nodes = what.split()
        value = {**said(f), "nodes": nodes, "phase": "begin"} if nodes else {"seen": True, "after_s": 1.0}
        values.append((f, value))
    return [Event(index, NEMESIS, "info", f, value, index) for index, (f, value) in enumerate(values)]


@pytest.mark.parametrize(
    ("settings", "done", "anomalies"),
    [
        (KAFKA, (), set()),
        (KAFKA, ("kill kafka-1",), {"duplicated"}),
        (KAFKA, ("kill hazelcast-1",), set()),
        (KAFKA, ("kill logging-1", "kill facade", "kill config"), set()),
        (KAFKA, ("kill messages-1",), {"lost", "duplicated"}),
        (KAFKA, ("stop messages-1",), {"lost", "duplicated"}),
        (KAFKA, ("restart messages-1",), {"lost", "duplicated"}),
        (KAFKA, ("pause messages-1",), {"duplicated"}),
        (KAFKA, ("pause kafka-2 messages-1",), {"duplicated"}),
        ({**KAFKA, "kafka.producer.acks": "1"}, ("kill kafka-1",), {"lost", "duplicated"}),
        ({**KAFKA, "kafka.producer.acks": "0"}, ("stop kafka-1",), {"lost", "duplicated"}),
        ({**KAFKA, "kafka.producer.acks": "1"}, ("kill hazelcast-1",), set()),
        (ONLY_SENT_AGAIN, ("lost-answers kafka-1",), {"duplicated", "duplicate", "out of order", "nonmonotonic send"}),
        (ONLY_SENT_AGAIN, ("lost-answers hazelcast-1",), set()),
        ({**ONLY_SENT_AGAIN, "kafka.producer.acks": "0"}, ("lost-answers kafka-1",), {"lost"}),
        (KAFKA, ("lost-answers kafka-1",), {"duplicated"}),
        (KAFKA, ("partial-partition kafka-1",), {"duplicated"}),
        (KAFKA, ("partial-partition messages-1",), {"duplicated"}),
        ({**KAFKA, "kafka.producer.acks": "1"}, ("partial-partition kafka-1",), {"duplicated"}),
        ({**KAFKA, "kafka.producer.acks": "0"}, ("partial-partition kafka-1",), {"lost", "duplicated"}),
        (KAFKA, ("peer-partition kafka-1",), {"duplicated"}),
        ({**KAFKA, "kafka.producer.acks": "0"}, ("peer-partition kafka-1",), {"lost", "duplicated"}),
        ({**KAFKA, "kafka.producer.acks": "1"}, ("peer-partition kafka-1",), {"lost", "duplicated"}),
        (
            {**KAFKA, "kafka.topic.min.insync.replicas": "1"},
            ("peer-partition kafka-1",),
            {"duplicated"},
        ),
        (UNCLEAN, ("peer-partition kafka-2", "kill kafka-1"), {"lost", "duplicated"}),
        (
            {
                **KAFKA,
                "kafka.topic.unclean.leader.election.enable": "true",
                "kafka.topic.min.insync.replicas": "1",
            },
            ("partial-partition kafka-2",),
            {"duplicated"},
        ),
        ({**KAFKA, "kafka.topic.min.insync.replicas": "1"}, ("kill kafka-1",), {"duplicated"}),
        (UNCLEAN, ("pause kafka-2",), {"duplicated"}),
        (UNCLEAN, ("partial-partition kafka-2", "kill kafka-1"), {"duplicated"}),
        (UNCLEAN, ("kill kafka-1", "partial-partition kafka-2"), {"duplicated"}),
        (UNCLEAN, ("partial-partition kafka-1 kafka-2 kafka-3",), {"duplicated"}),
        (UNCLEAN, ("heat kafka-2", "kill kafka-1"), {"duplicated"}),
        (UNCLEAN, ("crash kafka-2", "stop kafka-1"), {"lost", "duplicated"}),
        ({**KAFKA, "kafka.producer.acks": "1"}, ("crash kafka-1",), {"lost", "duplicated"}),
        ({**KAFKA, "kafka.producer.acks": "0"}, ("heat kafka-1 messages-1",), set()),
        (KAFKA, ("crash messages-1",), {"lost", "duplicated"}),
        (UNCLEAN, ("pause kafka-2", "kill kafka-1"), {"lost", "duplicated"}),
        (
            UNCLEAN,
            ("pause kafka-2", "undo-pause kafka-2", "isr-full", "kill kafka-1"),
            {"duplicated"},
        ),
        (
            {**UNCLEAN, "kafka.topic.min.insync.replicas": "1"},
            ("pause kafka-2",),
            {"lost", "duplicated"},
        ),
        ({**KAFKA, "kafka.consumer.auto_offset_reset": "latest"}, (), {"lost"}),
        (
            {**KAFKA, "kafka.consumer.enable_auto_commit": "true"},
            ("kill kafka-1",),
            {"duplicated", "taken again"},
        ),
        (COMMITTING_FIRST, (), set()),
        (COMMITTING_FIRST, ("kill messages-1",), {"lost"}),
        (COMMITTING_FIRST, ("pause messages-1",), {"lost"}),
        (COMMITTING_FIRST, ("kill kafka-1",), {"lost"}),
        (COMMITTING_FIRST, ("kill hazelcast-1",), set()),
        ({**COMMITTING_FIRST, "messages.from_beginning": "true"}, ("kill messages-1",), {"vanished"}),
        ({**KAFKA, "messages.from_beginning": "true"}, ("kill messages-1", "kill kafka-1"), {"vanished"}),
        (HAZELCAST, ("kill messages-1",), {"lost"}),
        (HAZELCAST, ("pause messages-1",), set()),
        (HAZELCAST, ("kill hazelcast-1",), set()),
        (HAZELCAST, ("kill hazelcast-1", "undo-kill hazelcast-1", "safe", "kill hazelcast-2"), set()),
        (
            HAZELCAST,
            ("kill hazelcast-1", "undo-kill hazelcast-1", "kill hazelcast-2"),
            {"entry lost", "lost", "duplicated", "out of order"},
        ),
        (
            HAZELCAST,
            ("kill hazelcast-1 hazelcast-2",),
            {"entry lost", "lost", "duplicated", "out of order"},
        ),
        (HAZELCAST, ("crash hazelcast-1",), set()),
        (HAZELCAST, ("crash hazelcast-1", "pause hazelcast-2"), {"entry lost", "lost", "duplicated", "out of order"}),
        (HAZELCAST, ("partial-partition hazelcast-1", "kill hazelcast-2"), set()),
        (HAZELCAST, ("kill hazelcast-1", "partial-partition hazelcast-2"), set()),
        (HAZELCAST, ("heat hazelcast-1", "kill hazelcast-2"), set()),
        (HAZELCAST, ("stop hazelcast-1", "kill hazelcast-2"), set()),
        (HAZELCAST, ("restart hazelcast-1", "kill hazelcast-2"), set()),
        (
            HAZELCAST,
            ("partial-partition hazelcast-1", "kill hazelcast-1", "kill hazelcast-2"),
            {"entry lost", "lost", "duplicated", "out of order"},
        ),
        (
            HAZELCAST,
            ("kill hazelcast-1", "partial-partition hazelcast-1", "kill hazelcast-2"),
            {"entry lost", "lost", "duplicated", "out of order"},
        ),
        (HAZELCAST, ("stop hazelcast-1", "stop hazelcast-2"), set()),
        (HAZELCAST, ("kill hazelcast-1", "stop hazelcast-2"), set()),
        (HAZELCAST, ("stop hazelcast-1 hazelcast-2",), set()),
        (HAZELCAST, ("isolate hazelcast-2",), set()),
        ({**HAZELCAST, "hazelcast.map.split-brain-protection-ref": ""}, ("isolate hazelcast-2",), {"entry stale"}),
        ({**HAZELCAST, "hazelcast.map.split-brain-protection-ref": ""}, ("pause hazelcast-2",), {"entry stale"}),
        (DISCARDING, ("isolate hazelcast-2",), {"entry stale", "entry lost"}),
        (DISCARDING, ("peer-partition hazelcast-2",), {"entry stale", "entry lost"}),
        (HAZELCAST, ("peer-partition hazelcast-2",), set()),
        (
            HAZELCAST,
            ("peer-partition hazelcast-1", "kill hazelcast-2"),
            {"entry lost", "lost", "duplicated", "out of order"},
        ),
        (DISCARDING, ("kill hazelcast-2",), set()),
        (DISCARDING, ("crash hazelcast-2",), set()),
        (DISCARDING, ("partial-partition hazelcast-2",), set()),
        ({**HAZELCAST, "hazelcast.map.merge-policy": "DiscardMergePolicy"}, ("isolate hazelcast-2",), set()),
        ({**HAZELCAST, IN_DOUBT: "false"}, ("kill hazelcast-2",), set()),
        ({"hazelcast.map.backup-count": "1", IN_DOUBT: "false"}, ("kill hazelcast-2",), {"entry lost", "lost"}),
        ({"hazelcast.map.backup-count": "1", IN_DOUBT: "true"}, ("kill hazelcast-2",), set()),
        *(
            ({**HAZELCAST, STALE: "false"}, (f"{fault} hazelcast-2",), {"entry stale"})
            for fault in ("stop", "restart", "kill", "pause", "isolate")
        ),
        ({**HAZELCAST, STALE: "false"}, ("partial-partition hazelcast-2",), set()),
        ({**HAZELCAST, STALE: "false"}, ("stop kafka-1",), set()),
        ({**HAZELCAST, STALE: "true"}, ("stop hazelcast-2",), set()),
        ({**HAZELCAST, **copies("0", "1")}, ("kill hazelcast-2",), {"entry lost"}),
        ({**HAZELCAST, **copies("1", "1")}, ("kill hazelcast-2",), set()),
        ({**HAZELCAST, "hazelcast.map.split-brain-protection-ref": ""}, ("kill hazelcast-2",), set()),
        ({**HAZELCAST, "hazelcast.map.backup-count": "0"}, ("kill hazelcast-2",), {"entry lost"}),
        (
            {
                **HAZELCAST,
                "hazelcast.map.backup-count": "0",
                "hazelcast.map.split-brain-protection-ref": "",
                "hazelcast.client.fail_on_indeterminate_operation_state": "false",
            },
            ("partial-partition hazelcast-2",),
            set(),
        ),
        ({**HAZELCAST, "hazelcast.map.backup-count": "2"}, ("kill hazelcast-1 hazelcast-2",), None),
        ({**HAZELCAST, "hazelcast.queue.backup-count": "0"}, ("kill hazelcast-2",), {"lost"}),
        ({**HAZELCAST, "hazelcast.claims.backup-count": "0"}, ("kill hazelcast-2",), {"duplicated", "out of order"}),
        ({**HAZELCAST, "hazelcast.claims.backup-count": "0"}, ("stop hazelcast-2",), set()),
        (
            {
                **HAZELCAST,
                "hazelcast.claims.backup-count": "0",
                "hazelcast.claims.async-backup-count": "1",
            },
            ("kill hazelcast-2",),
            {"duplicated", "out of order"},
        ),
        (
            {**HAZELCAST, "hazelcast.client.fail_on_indeterminate_operation_state": "false"},
            ("kill hazelcast-2",),
            {"lost", "entry lost"},
        ),
        (
            {**HAZELCAST, "hazelcast.client.fail_on_indeterminate_operation_state": "false"},
            ("stop hazelcast-2",),
            set(),
        ),
        ({}, ("kill kafka-1", "kill hazelcast-1", "kill messages-1"), set()),
        ({**KAFKA, "kafka.topic.retention.ms": "1000"}, (), {"lost"}),
        ({**KAFKA, "kafka.topic.retention.ms": "0"}, (), {"lost"}),
        ({**KAFKA, "kafka.topic.retention.ms": "86399999"}, (), {"lost"}),
        ({**KAFKA, "kafka.topic.retention.ms": "86400000"}, (), set()),
        ({**KAFKA, "kafka.topic.retention.ms": "-1"}, (), set()),
        ({**KAFKA, "kafka.topic.retention.ms": "-1", "kafka.topic.retention.bytes": "0"}, (), {"lost"}),
        ({**KAFKA, "kafka.topic.retention.bytes": "1000000"}, (), {"lost"}),
        ({**KAFKA, "kafka.topic.retention.ms": "1000", "kafka.topic.cleanup.policy": "compact"}, (), set()),
        ({**KAFKA, "kafka.topic.retention.ms": "1000", "kafka.topic.cleanup.policy": "compact,delete"}, (), {"lost"}),
        ({"kafka.topic.cleanup.policy": "delete"}, (), set()),
        ({"kafka.topic.retention.ms": "1000"}, (), set()),
        ({**HAZELCAST, "hazelcast.map.time-to-live-seconds": "1"}, (), {"entry lost"}),
        ({**HAZELCAST, "hazelcast.map.time-to-live-seconds": "86400"}, (), set()),
        ({**HAZELCAST, "hazelcast.map.max-idle-seconds": "86399"}, (), {"entry lost"}),
        ({**HAZELCAST, "hazelcast.map.eviction-policy": "LRU"}, (), {"entry lost"}),
    ],
)
def test_what_is_permitted_follows_from_the_settings_and_the_faults(
    settings: Mapping[str, str], done: tuple[str, ...], anomalies: set[str] | None
) -> None:
    # A dirty read is no loss: below.
    found = set(permitted(told(settings, *done))) - {"dirty read"}
    assert found == anomalies if anomalies is not None else "entry lost" not in found


@pytest.mark.parametrize(
    ("backups", "done", "permits"),
    [
        ("1", "kill hazelcast-1", True),
        ("2", "isolate hazelcast-1", True),
        ("1", "pause hazelcast-1", True),
        ("0", "kill hazelcast-1", False),
        ("1", "stop hazelcast-1", False),
        ("1", "kill kafka-1", False),
    ],
)
def test_a_write_in_doubt_may_be_shown_and_undone_where_a_backup_is_waited_for(
    backups: str, done: str, permits: bool
) -> None:
    assert ("dirty read" in permitted(told({**HAZELCAST, **copies(backups, "0")}, done))) is permits
    assert ("dirty read" in permitted(told({"hazelcast.set.backup-count": backups}, done))) is permits


def test_a_loss_with_asynchronous_backups_is_theirs_as_long_as_a_copy_lives() -> None:
    why = permitted(told({**HAZELCAST, **copies("1", "1")}, "kill hazelcast-1 hazelcast-2"))
    assert why["entry lost"].startswith("asynchronous backups of a map")
    why = permitted(told({**HAZELCAST, **copies("1", "1")}, "kill hazelcast-1 hazelcast-2 hazelcast-3"))
    assert why["entry lost"].startswith("as many members lost at once as a map has copies")


def test_who_waits_for_the_backup_says_whose_setting_counts() -> None:
    of_the_member = {"hazelcast.map.backup-count": "1", IN_DOUBT: "false"}
    assert permitted(told(of_the_member, "kill hazelcast-2"))["lost"].startswith(f"{IN_DOUBT}=false, and kill")
    client = {**of_the_member, "hazelcast.client.fail_on_indeterminate_operation_state": "false"}
    assert permitted(told(client, "kill hazelcast-2"))["lost"].startswith("fail_on_indeterminate_operation_state=false")


def test_a_consumer_that_starts_after_the_fault_reads_nothing_twice() -> None:
    servers = {name: value for name, value in KAFKA.items() if not name.startswith(("kafka.consumer", "messages."))}
    consumers = {name: value for name, value in KAFKA.items() if name not in servers}
    later = told(servers, "kill kafka-1")
    started = Event(2, NEMESIS, "info", SETTINGS, {"declared": consumers, "effective": {}, "unread": {}}, 2)
    assert permitted([*later, started]) == {}
    again = Event(3, NEMESIS, "info", "kill", {**said("kill"), "nodes": ["kafka-2"], "phase": "begin"}, 3)
    assert set(permitted([*later, started, again])) == {"duplicated"}


def test_settings_that_are_declared_later_are_added_to_those_before() -> None:
    later = told({"kafka.consumer.auto_offset_reset": "latest"})[0]._replace(index=1)
    events = [told({"messages.from_beginning": "true"})[0], later]
    assert set(permitted(events)) == {"lost"}
    kill = Event(2, NEMESIS, "info", "kill", {**said("kill"), "nodes": ["kafka-1"], "phase": "begin"}, 2)
    assert set(permitted([*events, kill])) == {"vanished", "lost"}
    assert broken([*events, kill])[0].settings == {
        "messages.from_beginning": "true",
        "kafka.consumer.auto_offset_reset": "latest",
    }


def test_what_clients_do_between_faults_changes_nothing() -> None:
    settings, kill = told(KAFKA, "kill kafka-1")
    post = [Event(1, 1, "invoke", "post", None, 1), Event(2, 1, "ok", "post", None, 2)]
    assert permitted([settings, *post, kill._replace(index=3, time=3)]) == permitted([settings, kill])


def test_a_node_is_of_the_role_that_its_name_begins_with_up_to_its_number() -> None:
    hit = Broken("kill", ("hazelcast-eu-1", "facade"), frozenset(Taken))
    assert [hit.hits(role) for role in ("hazelcast-eu", "hazelcast", "facade")] == [True, False, True]


def test_a_node_with_a_name_of_its_own_is_of_the_role_that_is_said() -> None:
    roles = {"messages_service_1": "messages", "kafka-like": "logging"}
    hit = Broken("kill", tuple(roles), frozenset(Taken), roles=roles)
    assert [hit.hits(role) for role in ("messages", "logging", "kafka")] == [True, True, False]
    events = told(KAFKA, "kill messages_service_1")
    assert permitted(events) == {}
    begin = events[-1]._replace(value={**events[-1].value, "node_roles": roles})
    assert set(permitted([*events[:-1], begin])) == {"lost", "duplicated"}


def test_a_reason_names_all_nodes_that_were_hit() -> None:
    assert "and kill kafka-1, kafka-2: " in permitted(told(KAFKA, "kill kafka-1 kafka-2"))["duplicated"]


@pytest.mark.parametrize(("nodes", "all_lost"), [("kafka-1", False), ("kafka-1 kafka-2", True), ("facade", False)])
def test_with_as_many_brokers_as_replicas_lost_at_once_a_partition_is_lost(nodes: str, all_lost: bool) -> None:
    (rule,) = [rule for rule in rules() if rule.setting == "every replica of a partition is lost at once"]
    takes = frozenset(Taken) - {Taken.PROCESS}
    hit = Broken("pause", tuple(nodes.split()), takes, settings={**KAFKA, "kafka.topic.replication.factor": "2"})
    assert rule.under is not None
    assert rule.under(hit) is all_lost


@pytest.mark.parametrize(
    ("replicas", "in_sync", "nodes", "too_few"),
    [
        ("3", "2", "kafka-1", False),
        ("3", "2", "kafka-1 kafka-2", True),
        ("2", "2", "kafka-1", True),
        ("2", "1", "kafka-1", False),
        ("1", "1", "kafka-1", True),
        ("1", "1", "facade", False),
    ],
)
def test_posts_stop_when_more_brokers_are_lost_than_there_are_replicas_to_spare(
    replicas: str, in_sync: str, nodes: str, too_few: bool
) -> None:
    (rule,) = [rule for rule in rules() if rule.setting == "fewer replicas are in sync than min.insync.replicas"]
    own = {"kafka.topic.replication.factor": replicas, "kafka.topic.min.insync.replicas": in_sync}
    assert rule.applies({**KAFKA, **own})
    assert not rule.applies({**KAFKA, **own, "kafka.producer.acks": "1"})
    assert not rule.applies({"kafka.producer.acks": "all"})
    assert rule.under is not None
    assert rule.under(Broken("kill", tuple(nodes.split()), frozenset(Taken), settings={**KAFKA, **own})) is too_few


@pytest.mark.parametrize(
    ("replicas", "in_sync", "done", "lost"),
    [
        ("1", "1", ["wipe kafka-1"], True),
        ("1", "1", ["torn-tail kafka-1"], True),
        ("1", "1", ["kill kafka-1"], False),
        ("3", "1", ["wipe kafka-1"], True),
        ("3", "2", ["wipe kafka-1"], False),
        ("3", "2", ["wipe kafka-1 kafka-2"], True),
        ("3", "2", ["wipe kafka-1", "undo-wipe kafka-1", "torn-tail kafka-2"], True),
        ("3", "2", ["wipe kafka-1", "kill kafka-2"], False),
        ("1", "2", ["wipe kafka-1"], True),
        ("1", "1", ["wipe hazelcast-1"], False),
    ],
)
def test_what_no_broker_that_was_in_sync_has_stored_any_more_may_be_lost(
    replicas: str, in_sync: str, done: list[str], lost: bool
) -> None:
    own = {"kafka.topic.replication.factor": replicas, "kafka.topic.min.insync.replicas": in_sync}
    assert ("lost" in permitted(told({**own, "kafka.producer.acks": "all"}, *done))) is lost


def test_brokers_that_are_wiped_in_turn_lose_nothing_that_is_replicated_in_between() -> None:
    settings, first, second = told(KAFKA, "wipe kafka-1", "wipe kafka-2")
    assert "lost" in permitted([settings, first, second])
    assert at_risk([settings, first, second], "lost") is None
    full = Event(first.index + 1, NEMESIS, "info", "isr-full", {}, first.time + 1)
    later = second._replace(index=full.index + 1, time=full.time + 1)
    assert "lost" not in permitted([settings, first, full, later])


def test_one_replica_in_sync_is_enough_where_nothing_else_is_said() -> None:
    assert "lost" in permitted(told({"kafka.topic.unclean.leader.election.enable": "true"}, "kill kafka-1"))


def test_a_reason_says_the_setting_the_fault_and_why() -> None:
    why = permitted(told({**KAFKA, "kafka.producer.acks": "1"}, "kill kafka-2"))["lost"]
    assert why.startswith("acks=1, and kill kafka-2: a record counts that the leader alone has")


ALONE = {**KAFKA, "kafka.producer.acks": "1"}
UNHEARD = {**KAFKA, "kafka.producer.acks": "0"}
ONE_IN_SYNC = {"kafka.topic.min.insync.replicas": "1"}


def led_by(*leaders: str | None) -> tuple[str, Any]:
    """What is noted before a fault: who leads the partitions 0, 1, ..."""
    return LEADERS, {"leaders": {str(partition): name for partition, name in enumerate(leaders)}}


def hit(fault: str, *nodes: str) -> tuple[str, Any]:
    return fault, {**said(fault), "nodes": list(nodes), "phase": "begin"}


def noted(settings: Mapping[str, str], *values: tuple[str, Any]) -> Sequence[Event]:
    """A history of these settings, of notes and of faults."""
    all_ = [(event.f, event.value) for event in told(settings)] + list(values)
    return [Event(index, NEMESIS, "info", f, value, index) for index, (f, value) in enumerate(all_)]


BEFORE, AFTER = led_by("kafka-1", "kafka-2", "kafka-3"), led_by("kafka-3", "kafka-2", "kafka-3")


@pytest.mark.parametrize(
    ("settings", "done", "partitions"),
    [
        (ALONE, (BEFORE, hit("kill", "kafka-1")), {0}),
        (ALONE, (BEFORE, hit("peer-partition", "kafka-2")), {1}),
        (ALONE, (BEFORE, hit("kill", "kafka-1"), AFTER, hit("pause", "kafka-3")), {0, 2}),
        (ALONE, (BEFORE, hit("kill", "kafka-1"), AFTER, hit("kill", "kafka-2")), {0, 1}),
        (ALONE, (BEFORE, hit("kill", "kafka-1"), AFTER, hit("kill", "kafka-1")), {0}),
        (ALONE, (led_by("kafka-1", None), hit("kill", "kafka-1")), {0, 1}),
        (ALONE, (led_by("kafka-2", "kafka-2"), hit("kill", "kafka-1")), set()),
        # Not from its peers: it leads on, whoever reaches it.
        (ALONE, (BEFORE, hit("partial-partition", "kafka-2"), BEFORE, hit("kill", "kafka-1")), {0}),
        (ALONE, (hit("partial-partition", "kafka-2"), BEFORE, hit("kill", "kafka-1")), {0}),
        (ALONE, (BEFORE, hit("kill", "hazelcast-1"), BEFORE, hit("kill", "kafka-1")), {0}),
        (UNHEARD, (BEFORE, hit("partial-partition", "kafka-2")), {1}),
        (UNHEARD, (BEFORE, hit("kill", "kafka-1", "kafka-3")), {0, 2}),
        (UNCLEAN, (BEFORE, hit("pause", "kafka-2"), AFTER, hit("kill", "kafka-3")), {0, 1, 2}),
        ({**UNCLEAN, **ALONE}, (BEFORE, hit("kill", "kafka-1")), {0}),
        # Of two rules each has its own: the clients of one leader do not reach it, and another one is lost.
        (
            {**UNHEARD, **ONE_IN_SYNC, "kafka.topic.unclean.leader.election.enable": "true"},
            (BEFORE, hit("partial-partition", "kafka-2"), BEFORE, hit("kill", "kafka-1")),
            {0, 1},
        ),
        # Nobody noted it before one of them, or could.
        (ALONE, (hit("kill", "kafka-1"),), None),
        (ALONE, (BEFORE, hit("kill", "kafka-1"), hit("kill", "kafka-2")), None),
        (ALONE, (BEFORE, hit("kill", "hazelcast-1"), hit("kill", "kafka-1")), None),
        (ALONE, ((LEADERS, {"unread": "no broker answers"}), hit("kill", "kafka-1")), None),
        # Another rule permits a loss of anything.
        (ALONE, (BEFORE, hit("kill", "kafka-1"), BEFORE, hit("kill", "messages-1")), None),
        ({**ALONE, "kafka.topic.retention.ms": "1000"}, (BEFORE, hit("kill", "kafka-1")), None),
        # Nothing permits one.
        (KAFKA, (BEFORE, hit("kill", "kafka-1")), set()),
        (ALONE, (BEFORE,), set()),
    ],
)
def test_what_the_leader_alone_may_have_is_at_risk_where_it_was_hit(
    settings: Mapping[str, str], done: tuple[tuple[str, Any], ...], partitions: set[int] | None
) -> None:
    assert at_risk(noted(settings, *done), "lost") == partitions


def test_a_reason_says_in_which_partitions_and_whether_anybody_knows() -> None:
    def why(*done: tuple[str, Any]) -> str:
        return permitted(noted(ALONE, *done))["lost"]

    killed = "acks=1, and kill kafka-1: a record counts that the leader alone has; the next leader may never have "
    assert why(BEFORE, hit("kill", "kafka-1")) == f"{killed}fetched it; so in partition 0"
    assert why(AFTER, hit("kill", "kafka-1")) == f"{killed}fetched it; so in no partition"
    assert why(hit("kill", "kafka-1")) == f"{killed}fetched it; in which partitions was not noted"
    assert why(led_by("kafka-1", "kafka-2", "kafka-1"), hit("kill", "kafka-1")).endswith("; so in partition 0, 2")
    of_a_service = permitted(told(KAFKA, "kill messages-1"))["lost"]
    assert of_a_service.endswith("committed or claimed, is gone with it, stored or not")


def test_what_takes_no_fault_is_permitted_by_the_settings_alone() -> None:
    latest = told({**KAFKA, "kafka.consumer.auto_offset_reset": "latest"})
    assert permitted(latest) == {
        "lost": "auto.offset.reset=latest: a group without offsets begins behind what is there"
    }
    assert list(met(latest).values()) == [None]


def test_what_was_declared_first_counts_still_when_consumers_start() -> None:
    latest, consumers = {"kafka.consumer.auto_offset_reset": "latest"}, {"messages.from_beginning": "false"}
    events = [*told(latest), *told(consumers)]
    assert settings_of(events) == {**latest, **consumers}
    assert set(permitted(events)) == {"lost"}


def test_the_rules_of_a_kind_of_server_are_those_beside_it() -> None:
    assert rules_beside(Kafka) == KAFKA_RULES.rules
    assert rules_beside(Hazelcast) == HAZELCAST_RULES.rules
    assert rules_beside(Postgres) == rules_beside(dict) == ()


@pytest.mark.parametrize(
    ("settings", "asks"),
    [(KAFKA, False), (ALONE, True), (UNHEARD, True), (UNCLEAN, True), (HAZELCAST, False), ({}, False)],
)
def test_who_leads_is_asked_where_a_rule_depends_on_it(settings: Mapping[str, str], asks: bool) -> None:
    assert asks_for_notes(settings) is asks


BROKERS = ("kafka-1", "kafka-2", "kafka-3")
#: One that is hit, what that takes of it but for its disk, and who leads what it led before the next.
HIT = st.tuples(st.sampled_from(BROKERS), st.frozensets(st.sampled_from(sorted(DEATH))), st.sampled_from(BROKERS))


@given(st.lists(HIT, max_size=5), st.sampled_from(["0", "1"]))
def test_at_risk_are_the_partitions_whose_leader_lost_what_counts(
    hits: list[tuple[str, frozenset[Taken], str]], acks: str
) -> None:
    """Brokers are hit one after the other, each partition is led by another one once its leader has lost its process
    or its peers; with acks=0 anything counts that is taken from one that leads."""
    leads = dict(enumerate(BROKERS))
    values: list[tuple[str, Any]] = []
    due: set[int] = set()
    for broker, taken, next_ in hits:
        values += [
            led_by(*leads.values()),
            ("whatever", {"takes": sorted(taken), "nodes": [broker], "phase": "begin"}),
        ]
        gone = bool(taken & {Taken.PROCESS, Taken.PEERS})
        led = {partition for partition, name in leads.items() if name == broker}
        due |= led if gone or (taken and acks == "0") else set()
        leads |= dict.fromkeys(led, next_) if gone else {}
    assert at_risk(noted({**KAFKA, "kafka.producer.acks": acks}, *values), "lost") == due


DONE = st.lists(
    st.sampled_from(["kill kafka-1", "pause kafka-2", "kill hazelcast-1", "isolate hazelcast-2", "crash messages-1"]),
    max_size=4,
)
OWN = st.fixed_dictionaries(
    {},
    optional={
        "kafka.producer.acks": st.sampled_from(["0", "1", "all"]),
        "kafka.topic.unclean.leader.election.enable": st.sampled_from(["true", "false"]),
        "messages.from_beginning": st.sampled_from(["true", "false"]),
        "hazelcast.map.backup-count": st.sampled_from(["0", "1", "2"]),
    },
)


NODES = ("kafka-1", "kafka-2", "hazelcast-1", "hazelcast-2", "messages-1")
TAKEN = st.frozensets(st.sampled_from(Taken))
#: What faults of no known name take, and from whom.
TAKING = st.lists(st.tuples(TAKEN, st.sampled_from(NODES)), max_size=4)
SPARING = st.lists(
    st.tuples(st.frozensets(st.sampled_from([Taken.CLIENTS, Taken.ANSWERS])), st.sampled_from(NODES)), max_size=4
)
HARSH = {**KAFKA, **HAZELCAST, "kafka.topic.unclean.leader.election.enable": "true"}


def taking(*done: tuple[frozenset[Taken], str], name: str = "whatever") -> Sequence[Event]:
    """A history of faults of one name that take this from a node each."""
    values = [{"takes": sorted(takes), "nodes": [node], "phase": "begin"} for takes, node in done]
    first = told(HARSH)[0]
    return [first, *(Event(index, NEMESIS, "info", name, value, index) for index, value in enumerate(values, start=1))]


@given(TAKING, st.sampled_from(sorted(FAULTS)))
def test_what_a_fault_is_called_permits_nothing(done: list[tuple[frozenset[Taken], str]], name: str) -> None:
    assert set(permitted(taking(*done))) == set(permitted(taking(*done, name=name)))


@given(SPARING, TAKING)
def test_who_was_spared_before_is_not_lost_with_the_others_later(
    spared: list[tuple[frozenset[Taken], str]], done: list[tuple[frozenset[Taken], str]]
) -> None:
    each = set(permitted(taking(*spared))) | set(permitted(taking(*done)))
    assert set(permitted(taking(*spared, *done))) == each


@given(st.lists(st.sampled_from(NODES), max_size=4))
def test_a_fault_that_takes_nothing_permits_nothing(nodes: list[str]) -> None:
    assert permitted(taking(*((HEAT.takes, node) for node in nodes))) == {}


@given(st.lists(st.tuples(TAKEN, st.sets(st.sampled_from(NODES), min_size=1)), min_size=1, max_size=4), TAKEN)
def test_at_once_are_those_from_which_any_of_it_was_taken(
    done: list[tuple[frozenset[Taken], set[str]]], what: frozenset[Taken]
) -> None:
    """A node counts if this fault, or one before it, took any of this from it; nobody does if this one took nothing.
    Without a word for it, anything is meant."""
    hits = broken(
        [
            Event(index, NEMESIS, "info", "whatever", {"takes": [*takes], "nodes": [*nodes], "phase": "begin"}, index)
            for index, (takes, nodes) in enumerate(done)
        ]
    )
    for role in ("kafka", "hazelcast"):
        theirs = [
            {node for node in nodes if node.startswith(role) and takes & (what or set(Taken))} for takes, nodes in done
        ]
        assert hits[-1].at_once(role, *what) == (set().union(*theirs) if theirs[-1] else set())


def test_a_later_fault_makes_up_for_nothing_that_an_earlier_one_took() -> None:
    first, second = {Taken.PEERS}, {Taken.CLIENTS}
    events = taking(*((frozenset(takes), "hazelcast-1") for takes in (first, second)), (CRASH.takes, "hazelcast-2"))
    assert broken(events)[-1].at_once("hazelcast", Taken.PEERS) == {"hazelcast-1", "hazelcast-2"}


#: Of which there are histories from before that: they are known by name.
OLD = sorted({"kill", "stop", "restart", "pause", "isolate", "partial-partition"})


@pytest.mark.parametrize("name", OLD)
def test_a_history_from_before_a_fault_said_what_it_takes_is_judged_as_it_was(name: str) -> None:
    new = told(HARSH, f"{name} kafka-1 hazelcast-1 messages-1", f"undo-{name} kafka-1 hazelcast-1 messages-1")
    old = [event._replace(value={k: v for k, v in event.value.items() if k not in ("takes", "done")}) for event in new]
    assert [takes(event) for event in old[1:]] == [FAULTS[name].takes] * 2 == [takes(event) for event in new[1:]]
    assert permitted(old) == permitted(new)


def test_a_fault_of_which_nothing_is_known_excuses_and_does_not_accuse() -> None:
    event = Event(0, NEMESIS, "info", "flood", {"nodes": ["kafka-1"], "phase": "begin"}, 0)
    assert takes(event) == {Taken.PROCESS, Taken.PEERS, Taken.CLIENTS}


def test_a_fault_that_does_not_say_what_it_takes_is_refused() -> None:
    odd = Foreign("odd", "odd")
    for value in (None, "process", {"processes"}, ["process"]):
        odd.takes = value  # type: ignore[assignment]
        with pytest.raises(BadInputError, match="the fault odd does not say what it takes from a node: give its class"):
            record(odd)
    del odd.takes
    with pytest.raises(BadInputError, match="which may be empty"):
        record(odd)


@given(OWN, DONE, DONE)
def test_more_faults_never_permit_less(own: Mapping[str, str], done: list[str], more: list[str]) -> None:
    settings = {**KAFKA, **HAZELCAST, **own}
    assert set(permitted(told(settings, *done))) <= set(permitted(told(settings, *done, *more)))


def test_every_rule_applies_to_some_system_and_cites_its_source() -> None:
    lossy = {
        **KAFKA,
        **DISCARDING,
        **copies("0", "1"),
        "kafka.topic.min.insync.replicas": "1",
        "kafka.topic.unclean.leader.election.enable": "true",
        "kafka.topic.retention.ms": "1000",
        "hazelcast.map.max-idle-seconds": "1",
        "kafka.consumer.enable_auto_commit": "true",
        "kafka.consumer.auto_offset_reset": "latest",
        "hazelcast.client.fail_on_indeterminate_operation_state": "false",
        "kafka.producer.enable_idempotence": "false",
        STALE: "false",
    }
    systems = [
        {IN_DOUBT: "false", **copies("1", "0")},
        *(
            {**lossy, "kafka.producer.acks": acks, "messages.from_beginning": replay, "messages.commits": commits}
            for acks in ("0", "1", "all")
            for replay in ("true", "false")
            for commits in ("after storing", "before storing")
        ),
    ]
    for rule in rules():
        assert any(rule.applies(settings) for settings in systems), rule.setting
        assert all((rule.source, rule.because, rule.when))


def test_the_settings_of_a_system_are_those_that_it_declares() -> None:
    safe = messages().settings((hazelcast(), kafka()))
    assert not [rule for rule in explained(safe).costs if "acks" in rule.setting]
    own = kafka(settings={"min.insync.replicas": "1", "unclean.leader.election.enable": "true"})
    costs = [rule.setting for rule in explained(messages().settings((hazelcast(), own))).costs]
    assert {"min.insync.replicas=1", "unclean.leader.election.enable=true"} <= set(costs)


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ({}, ("delete", "604800000", "-1")),
        ({"log.retention.hours": "1"}, ("delete", "3600000", "-1")),
        ({"log.retention.hours": "1", "log.retention.minutes": "2"}, ("delete", "120000", "-1")),
        ({"log.retention.minutes": "2", "log.retention.ms": "3"}, ("delete", "3", "-1")),
        ({"log.retention.hours": "-1"}, ("delete", "-1", "-1")),
        ({"log.cleanup.policy": "compact", "log.retention.bytes": "9"}, ("compact", "604800000", "9")),
    ],
)
def test_what_a_topic_deletes_follows_from_its_brokers_properties(
    own: Mapping[str, str], told: tuple[str, ...]
) -> None:
    settings = messages().settings((hazelcast(), kafka(settings=own)))
    names = ("cleanup.policy", "retention.ms", "retention.bytes")
    assert tuple(settings[f"kafka.topic.{name}"] for name in names) == told


def test_a_retention_that_is_no_number_is_refused() -> None:
    with pytest.raises(BadInputError, match=r"log\.retention\.hours is 'a week'; give a whole number"):
        messages().settings((hazelcast(), kafka(settings={"log.retention.hours": "a week"})))
