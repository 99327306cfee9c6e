"""Servers that run already stand in for those of a scenario only where they are what it needs."""

from __future__ import annotations

import pytest

from harness.clusters import Servers
from harness.errors import LeftOutError
from harness.given.offer import GivenCluster
from harness.servers.hazelcast.given import GivenHazelcast
from harness.servers.hazelcast.kind import hazelcast
from harness.servers.hazelcast.spec import deciding
from harness.servers.kafka.given import GivenKafka
from harness.servers.kafka.kind import kafka
from harness.topology.given import Given

NODES = tuple(Given(f"10.0.0.{number}", (("client", f"10.0.0.{number}:1"),)) for number in (1, 2, 3))
COPIES = {"offsets.topic.replication.factor": "3", "transaction.state.log.replication.factor": "3"}
BROKERS = GivenKafka(NODES, {**COPIES, "num.partitions": "3"})
MEMBERS = GivenHazelcast(NODES, "dev", deciding({}))


@pytest.mark.parametrize(("found", "wanted"), [(BROKERS, kafka(3)), (MEMBERS, hazelcast(3))])
def test_nodes_that_fit_take_the_place_of_those_wanted(found: GivenCluster, wanted: Servers) -> None:
    assert found.fitting(wanted).given == NODES


@pytest.mark.parametrize(
    ("found", "wanted"), [(GivenKafka(NODES, {}), kafka(3)), (GivenHazelcast(NODES, "dev", {}), hazelcast(3))]
)
def test_beside_services_of_somebodys_own_they_are_as_he_has_them(found: GivenCluster, wanted: Servers) -> None:
    assert found.fitting(wanted, alone=False).given == NODES
    with pytest.raises(LeftOutError):
        found.fitting(wanted)


def test_what_a_scenario_names_they_have_to_have_beside_services_too() -> None:
    with pytest.raises(LeftOutError, match=r"with log\.retention\.ms = 1, and those given have no such value"):
        BROKERS.fitting(kafka(3, settings={"log.retention.ms": "1"}), alone=False)


@pytest.mark.parametrize(
    ("found", "wanted", "why"),
    [
        (BROKERS, kafka(1), "it needs 1 Kafka brokers, and 3 were given"),
        (BROKERS, kafka(3, disk_mb=64), "it needs Kafka brokers on disks of their own, and those given run as they"),
        (BROKERS, kafka(3, settings={"num.partitions": "7"}), "with num.partitions = 7, and those given have 3"),
        (BROKERS, kafka(3, settings={"log.roll.ms": "7"}), "with log.roll.ms = 7, and those given have no such value"),
        (GivenKafka(NODES, {}), kafka(3), "it needs Kafka brokers with offsets.topic.replication.factor = 3"),
        (MEMBERS, hazelcast(4), "it needs 4 Hazelcast members, and 3 were given"),
        (MEMBERS, hazelcast(3, clock=True), "it needs Hazelcast members with clocks of their own, and those given"),
        (GivenHazelcast(NODES, "dev", {}), hazelcast(3), "and those given have no such value"),
    ],
)
def test_a_scenario_is_left_out_that_needs_others(found: GivenCluster, wanted: Servers, why: str) -> None:
    with pytest.raises(LeftOutError, match=why):
        found.fitting(wanted)
