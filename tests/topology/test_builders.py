"""The builders describe the system that the experiments are about."""

import json

import pytest

from harness.messages.services import Epoch, services
from harness.servers.hazelcast.spec import WRITE_DELAY_S, hazelcast
from harness.servers.kafka.spec import kafka
from harness.topology.nodes import Topology
from harness.topology.timings import VENDOR


def test_the_whole_system_is_six_servers_and_seven_services() -> None:
    nodes = (*hazelcast(), *kafka(), *services(Epoch("e1")))
    assert [node.name for node in nodes] == [
        *("hazelcast-1", "hazelcast-2", "hazelcast-3", "kafka-1", "kafka-2", "kafka-3", "config", "facade"),
        *("logging-1", "logging-2", "logging-3", "messages-1", "messages-2"),
    ]


def test_kafka_keeps_three_copies_and_acknowledges_with_two() -> None:
    environment = kafka()[0].environment
    assert environment["KAFKA_DEFAULT_REPLICATION_FACTOR"] == "3"
    assert environment["KAFKA_MIN_INSYNC_REPLICAS"] == "2"


def test_vendor_timings_leave_the_failure_detectors_alone() -> None:
    assert "KAFKA_BROKER_SESSION_TIMEOUT_MS" not in kafka(timings=VENDOR)[0].environment
    assert "no.heartbeat" not in hazelcast(timings=VENDOR)[0].environment["JAVA_OPTS"]


def test_a_restarted_member_knows_every_other() -> None:
    member = hazelcast()[0]
    lists = [
        json.loads(files["hazelcast.yaml"])["hazelcast"]["advanced-network"]["join"]["tcp-ip"]["member-list"]
        for files in (member.files, member.files_when_ready)
    ]
    assert [len(members) for members in lists] == [1, 3]


def test_a_name_says_when_a_map_is_written_to_the_external_store() -> None:
    config, without = (
        json.loads(hazelcast(stored=stored)[0].files["hazelcast.yaml"])["hazelcast"] for stored in (True, False)
    )
    delays = {name: of["map-store"]["write-delay-seconds"] for name, of in config["map"].items() if "map-store" in of}
    assert delays == {"stored-now-*": 0, "stored-later-*": WRITE_DELAY_S}
    assert "${postgres}:5432" in config["data-connection"]["postgres"]["properties"]["jdbcUrl"]
    assert not {"jet", "data-connection"} & without.keys()


def test_epochs_share_no_name() -> None:
    first, second = Epoch("a"), Epoch("b")
    assert not {first.topic, first.map} & {second.topic, second.map}
    assert first.queue_name != second.queue_name


def test_a_mutant_takes_the_place_of_its_role_only() -> None:
    made = services(Epoch("e1"), mutants={"facade": "a_bug"})
    assert [node.name for node in made if node.arguments == ("services.mutants.a_bug",)] == ["facade"]


def test_an_unknown_node_is_named_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match=r"no node 'kafka-9'.*kafka-1"):
        Topology("t", kafka())["kafka-9"]


@pytest.mark.parametrize(("members", "majority"), [(2, 2), (3, 2), (4, 3), (5, 3)])
def test_what_the_services_keep_is_served_by_a_majority(members: int, majority: int) -> None:
    config = json.loads(hazelcast(members)[0].files["hazelcast.yaml"])["hazelcast"]
    assert config["map"]["logging-*"] == config["queue"]["messages-*"] == {"split-brain-protection-ref": "majority"}
    assert config["split-brain-protection"]["majority"]["enabled"]
    assert config["split-brain-protection"]["majority"]["minimum-cluster-size"] == majority


def test_one_member_alone_serves() -> None:
    config = json.loads(hazelcast(1)[0].files["hazelcast.yaml"])["hazelcast"]
    assert "split-brain-protection" not in config
    assert "logging-*" not in config["map"]
