"""What a Hazelcast member and Kafka's brokers say of their settings, read as their documentation has it."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from harness import Kill, Nemesis, System, node
from harness.checkers import Validity, effective_settings
from harness.readback import Answers, ask
from harness.servers.hazelcast import hazelcast
from harness.servers.hazelcast.effective import settings_of
from harness.servers.hazelcast.kind import Hazelcast
from harness.servers.hazelcast.workloads.keys import Keys
from harness.servers.kafka import kafka
from harness.servers.kafka.kind import Kafka
from harness.topology.timings import FAST

KEEPS, STAYS = "PutIfAbsentMergePolicy", ("0", "0", "NONE")
CONFIG = ElementTree.fromstring(
    """<hazelcast xmlns="http://www.hazelcast.com/schema/config">
    <map name="orders-*"><backup-count>0</backup-count><async-backup-count>2</async-backup-count></map>
    <map name="sessions"><time-to-live-seconds>60</time-to-live-seconds><max-idle-seconds>5</max-idle-seconds>
        <eviction eviction-policy="LRU" max-size-policy="PER_NODE" size="100"/></map>
    <map name="caches"><eviction size="100"/></map>
    <map name="orders-eu-*"><backup-count>3</backup-count>
        <split-brain-protection-ref>majority</split-brain-protection-ref>
        <merge-policy batch-size="100">com.hazelcast.spi.merge.DiscardMergePolicy</merge-policy></map>
    <queue name="default"><backup-count>4</backup-count></queue>
    </hazelcast>"""
)


@pytest.mark.parametrize(
    ("kind", "name", "values"),
    [
        ("map", "orders-1", ("0", "2", "", KEEPS, *STAYS)),
        ("map", "orders-eu-1", ("3", "0", "majority", "DiscardMergePolicy", *STAYS)),
        ("map", "others", ("1", "0", "", KEEPS, *STAYS)),
        ("map", "sessions", ("1", "0", "", KEEPS, "60", "5", "LRU")),
        ("map", "caches", ("1", "0", "", KEEPS, *STAYS)),
        ("queue", "orders-1", ("1", "0", "", KEEPS)),
        ("queue", "default", ("4", "0", "", KEEPS)),
    ],
)
def test_a_structure_has_the_settings_of_the_pattern_that_says_most_of_its_name(
    kind: str, name: str, values: tuple[str, ...]
) -> None:
    assert tuple(settings_of(CONFIG, kind, name).values()) == values


def test_the_settings_of_a_map_of_claims_are_told_as_those_of_claims() -> None:
    of_a_map = settings_of(CONFIG, "map", "sessions")
    assert settings_of(CONFIG, "map", "sessions", told_as="claims") == {
        name.replace(".map.", ".claims."): value for name, value in of_a_map.items()
    }


@pytest.mark.process
@pytest.mark.system(hazelcast(), kafka())
def test_servers_say_which_settings_they_have(system: System) -> None:
    told = system.clusters[Hazelcast].settings_of(
        maps=["logging-1"], queues=["no-backup-1"], claims=["expiring-1-claims"]
    )
    assert told == {
        "hazelcast.map.backup-count": "1",
        "hazelcast.map.async-backup-count": "0",
        "hazelcast.map.split-brain-protection-ref": "majority",
        "hazelcast.map.merge-policy": KEEPS,
        "hazelcast.map.time-to-live-seconds": "0",
        "hazelcast.map.max-idle-seconds": "0",
        "hazelcast.map.eviction-policy": "NONE",
        "hazelcast.queue.backup-count": "0",
        "hazelcast.queue.async-backup-count": "0",
        "hazelcast.queue.split-brain-protection-ref": "",
        "hazelcast.queue.merge-policy": KEEPS,
        "hazelcast.claims.backup-count": "1",
        "hazelcast.claims.async-backup-count": "0",
        "hazelcast.claims.split-brain-protection-ref": "",
        "hazelcast.claims.merge-policy": KEEPS,
        "hazelcast.claims.time-to-live-seconds": "1",
        "hazelcast.claims.max-idle-seconds": "0",
        "hazelcast.claims.eviction-policy": "NONE",
        "hazelcast.operation.fail.on.indeterminate.state": "true",
        "hazelcast.partition.migration.stale.read.disabled": "true",
    }
    own = {"unclean.leader.election.enable": "true", "min.insync.replicas": "1", "retention.bytes": "100"}
    system.clusters[Kafka].create_topic("told", configs=own)
    assert system.clusters[Kafka].settings_of("told") == {
        "kafka.topic.replication.factor": "3",
        "kafka.topic.min.insync.replicas": "1",
        "kafka.topic.unclean.leader.election.enable": "true",
        "kafka.topic.cleanup.policy": "delete",
        "kafka.topic.retention.ms": "604800000",
        "kafka.topic.retention.bytes": "100",
    }


@pytest.mark.process
@pytest.mark.system(hazelcast(), kafka())
def test_servers_say_which_failure_detectors_they_have(system: System) -> None:
    brokers, members = kafka().detectors(FAST), hazelcast().detectors(FAST)
    each = {f"kafka-{number}": brokers for number in (1, 2, 3)} | {"a Hazelcast member": members}
    assert ask(system.clusters.detectors) == Answers(each, {})


@pytest.mark.process
@pytest.mark.system(hazelcast(1))
def test_a_map_whose_settings_no_member_says_has_no_verdict(system: System, faults: Nemesis) -> None:
    faults.inject(Kill(), node("hazelcast-1"))
    Keys(system)
    verdict = effective_settings.check(system.history.events)
    assert verdict.validity is Validity.UNKNOWN
    assert "could not be read: a Hazelcast member (no Hazelcast member " in verdict.sentences
    assert "hazelcast.map.backup-count (nobody says it)" in verdict.sentences
