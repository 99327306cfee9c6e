"""The builders describe the system that the experiments are about."""

import json

import pytest

from harness.errors import BadInputError
from harness.messages.application import messages
from harness.messages.namespace import Namespace
from harness.messages.services import services
from harness.pool import topology_of
from harness.servers.hazelcast import hazelcast
from harness.servers.hazelcast.spec import WRITE_DELAY_S, cluster_of
from harness.servers.kafka import kafka
from harness.servers.postgres import postgres
from harness.topology.nodes import NodeSpec, Topology
from harness.topology.timings import FAST, VENDOR


def made(names: Namespace) -> tuple[NodeSpec, ...]:
    return services(names, members=3, brokers=3, timings=FAST)


def test_the_whole_system_is_six_servers_and_seven_services() -> None:
    nodes = (*hazelcast().nodes(FAST), *kafka().nodes(FAST), *made(Namespace("e1")))
    assert [node.name for node in nodes] == [
        *("hazelcast-1", "hazelcast-2", "hazelcast-3", "kafka-1", "kafka-2", "kafka-3", "config", "facade"),
        *("logging-1", "logging-2", "logging-3", "messages-1", "messages-2"),
    ]


def test_kafka_keeps_three_copies_and_acknowledges_with_two() -> None:
    environment = kafka().nodes(FAST)[0].environment
    assert environment["KAFKA_DEFAULT_REPLICATION_FACTOR"] == "3"
    assert environment["KAFKA_MIN_INSYNC_REPLICAS"] == "2"


def test_brokers_are_on_the_machines_disk_unless_they_have_one_of_their_own() -> None:
    assert {node.disk_mb for node in kafka().nodes(FAST)} == {None}
    assert {node.disk_mb for node in kafka(disk_mb=64).nodes(FAST)} == {64}
    assert {node.clock for node in kafka(clock=True).nodes(FAST)} == {True}
    assert kafka(clock=True).words == "3 Kafka brokers with clocks of their own"
    assert kafka(disk_mb=64).words == "3 Kafka brokers on disks of 64 MB"
    assert {node.clock for node in hazelcast(clock=True).nodes(FAST)} == {True}
    assert hazelcast(clock=True).words == "3 Hazelcast members with clocks of their own"
    assert [node.disk_mb for node in postgres(disk_mb=256).nodes(FAST)] == [256]
    assert postgres(disk_mb=256).words == "PostgreSQL on a disk of 256 MB"


@pytest.mark.parametrize("size", [0, 15, "64", 64.5, True])
def test_a_disk_that_no_server_could_start_on_is_refused(size: object) -> None:
    with pytest.raises(BadInputError, match=r"kafka\(disk_mb=.*\): give megabytes, a whole number from 16 on"):
        kafka(disk_mb=size)  # type: ignore[arg-type]
    with pytest.raises(BadInputError, match=r"postgres\(disk_mb=.*\): give megabytes, a whole number from 256 on"):
        postgres(disk_mb=size)  # type: ignore[arg-type]


def test_vendor_timings_leave_the_failure_detectors_alone() -> None:
    assert "KAFKA_BROKER_SESSION_TIMEOUT_MS" not in kafka().nodes(VENDOR)[0].environment
    assert "no.heartbeat" not in hazelcast().nodes(VENDOR)[0].environment["JAVA_OPTS"]


def test_a_restarted_member_knows_every_other() -> None:
    member = hazelcast().nodes(FAST)[0]
    lists = [
        json.loads(files["hazelcast.yaml"])["hazelcast"]["advanced-network"]["join"]["tcp-ip"]["member-list"]
        for files in (member.files, member.files_when_ready)
    ]
    assert [len(members) for members in lists] == [1, 3]


def test_a_name_says_when_a_map_is_written_to_the_external_store() -> None:
    config, without = (
        json.loads(hazelcast(stored=stored).nodes(FAST)[0].files["hazelcast.yaml"])["hazelcast"]
        for stored in (True, False)
    )
    delays = {name: of["map-store"]["write-delay-seconds"] for name, of in config["map"].items() if "map-store" in of}
    assert delays == {"stored-now-*": 0, "stored-later-*": WRITE_DELAY_S}
    assert "${postgres}:5432" in config["data-connection"]["postgres"]["properties"]["jdbcUrl"]
    assert not {"jet", "data-connection"} & without.keys()


def test_namespaces_share_no_name() -> None:
    first, second = Namespace("a"), Namespace("b")
    assert not {first.topic, first.map} & {second.topic, second.map}
    assert first.queue_name != second.queue_name


def test_a_mutant_takes_the_place_of_its_role_only() -> None:
    nodes = services(Namespace("e1"), members=3, brokers=3, timings=FAST, mutants={"facade": "a_bug"})
    assert [node.name for node in nodes if node.arguments == ("services.mutants.a_bug",)] == ["facade"]


def test_an_unknown_node_is_named_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match=r"no node 'kafka-9'.*kafka-1"):
        Topology("t", kafka().nodes(FAST))["kafka-9"]


@pytest.mark.parametrize(("members", "majority"), [(2, 2), (3, 2), (4, 3), (5, 3)])
def test_what_the_services_keep_is_served_by_a_majority(members: int, majority: int) -> None:
    config = json.loads(hazelcast(members).nodes(FAST)[0].files["hazelcast.yaml"])["hazelcast"]
    assert config["map"]["logging-*"] == config["queue"]["messages-*"] == {"split-brain-protection-ref": "majority"}
    assert config["split-brain-protection"]["majority"]["enabled"]
    assert config["split-brain-protection"]["majority"]["minimum-cluster-size"] == majority


@pytest.mark.parametrize(
    ("settings", "tolerance_ms"), [({}, 3000), ({"hazelcast.max.no.heartbeat.seconds": "60"}, 36000)]
)
def test_a_majority_is_in_touch_for_part_of_the_time_after_which_a_member_is_given_up(
    settings: dict[str, str], tolerance_ms: int
) -> None:
    config = json.loads(hazelcast(settings=settings).nodes(FAST)[0].files["hazelcast.yaml"])["hazelcast"]
    function = config["split-brain-protection"]["majority"]["recently-active-split-brain-protection"]
    assert function == {"heartbeat-tolerance-millis": tolerance_ms}


def test_one_member_alone_serves() -> None:
    config = json.loads(hazelcast(1).nodes(FAST)[0].files["hazelcast.yaml"])["hazelcast"]
    assert "split-brain-protection" not in config
    assert "logging-*" not in config["map"]


def test_settings_by_value_are_in_force_last() -> None:
    member = hazelcast(2, settings={"hazelcast.shutdownhook.policy": "TERMINATE"}).nodes(FAST)[0]
    assert "-Dhazelcast.shutdownhook.policy=TERMINATE" in member.environment["JAVA_OPTS"].split()
    broker = kafka(1, settings={"min.insync.replicas": "7"}).nodes(FAST)[0]
    assert broker.environment["KAFKA_MIN_INSYNC_REPLICAS"] == "7"


def test_members_are_in_the_cluster_of_that_name_and_the_services_are_told_of_it() -> None:
    members = hazelcast(2, cluster="dev")
    configs = [json.loads(text) for spec in members.nodes(FAST) for text in spec.files.values()]
    assert {config["hazelcast"]["cluster-name"] for config in configs} == {"dev"}
    assert {cluster_of(spec) for spec in members.nodes(FAST)} == {"dev"}
    cast = messages("hazelcast").cast("one", (members,), FAST)
    told = [spec.environment.get("HAZELCAST_CLUSTER") for spec in cast.specs if spec.role != "config"]
    assert set(told) == {"dev"}


@pytest.mark.parametrize("count", [0, -1, 2.5, True, "3"])
def test_a_number_of_nodes_that_cant_be_had_is_refused(count: int) -> None:
    with pytest.raises(BadInputError, match="the number of nodes is a whole number from 1 on"):
        kafka(count)


def test_equal_values_are_equal_topologies() -> None:
    assert kafka(3, settings={"a": "1", "b": "2"}) == kafka(settings={"b": "2", "a": "1"})
    assert topology_of([hazelcast(2)], FAST) == topology_of([hazelcast(2)], FAST) != topology_of([hazelcast()], FAST)
