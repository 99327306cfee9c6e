"""Targets of a Kafka cluster: who is picked by what the brokers say of a partition, and what is said if nobody is."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import cast

import pytest

from harness.backends.protocol import Node
from harness.clusters import Clusters, Target
from harness.errors import InconclusiveError
from harness.servers.kafka import (
    follower_in_sync,
    followers_holding,
    kafka,
    leader_holding,
    leader_without_control,
    leads_nothing,
)
from harness.servers.kafka.kind import Kafka
from harness.servers.kafka.metadata import Partition
from harness.servers.kafka.view import KafkaView


class Said(KafkaView):
    """A view of brokers that say this of one topic, and of whom the first is the active controller."""

    said: tuple[Partition, ...] = ()

    def partitions(self, topic: str) -> tuple[Partition, ...]:
        return self.said

    def controller(self) -> Node:
        return self.broker(1)


def clusters(monkeypatch: pytest.MonkeyPatch, *partitions: Partition) -> Clusters:
    def view(kind: Kafka, nodes: Sequence[Node]) -> Said:
        said = Said(nodes)
        said.said = partitions
        return said

    monkeypatch.setattr(Kafka, "view", view)
    specs = [SimpleNamespace(name=f"kafka-{id_}", environment={"KAFKA_NODE_ID": str(id_)}) for id_ in (1, 2, 3)]
    nodes = {spec.name: cast(Node, SimpleNamespace(spec=spec)) for spec in specs}
    return Clusters(nodes, [(kafka(), list(nodes))])


def partition(number: int, leader: int | None, *in_sync: int) -> Partition:
    return Partition("t", number, leader, frozenset(in_sync), frozenset({1, 2, 3}))


@pytest.mark.parametrize(
    ("target", "nodes", "why"),
    [
        (leader_holding("t", [0, 1, 1]), ["kafka-2"], "it leads partition 1 of t, which holds 2 of the messages"),
        (
            follower_in_sync("t", [0, 1, 1]),
            ["kafka-3"],
            "a follower in sync of partition 1 of t, which holds 2 of the messages",
        ),
        (
            followers_holding("t", [0, 1, 1]),
            ["kafka-1", "kafka-3"],
            "a follower of partition 1 of t, which holds 2 of the messages",
        ),
    ],
)
def test_those_of_the_fullest_partition_are_picked(
    monkeypatch: pytest.MonkeyPatch, target: Target, nodes: list[str], why: str
) -> None:
    picked = target(clusters(monkeypatch, partition(0, 1, 1, 2, 3), partition(1, 2, 2, 3)))
    assert ([each.spec.name for each in picked.nodes], picked.why) == (nodes, why)


@pytest.mark.parametrize(
    ("target", "said", "why"),
    [
        (
            leader_holding("t", [0]),
            partition(0, None, 3),
            "partition 0 of t has no leader before the fault: of its replicas [1, 2, 3] those in sync are [3]",
        ),
        (
            follower_in_sync("t", [0]),
            partition(0, 2, 2),
            "no follower of partition 0 of t is in sync: of its replicas [1, 2, 3] 2 leads, and those in sync are [2]",
        ),
        (leader_holding("t", [4]), partition(0, 1, 1), "the brokers know no partition 4 of t; they name [0]"),
        (leader_holding("t", []), partition(0, 1, 1), "no acknowledged message says which partition of t holds it"),
    ],
)
def test_who_is_not_there_is_inconclusive_with_what_was_seen(
    monkeypatch: pytest.MonkeyPatch, target: Target, said: Partition, why: str
) -> None:
    with pytest.raises(InconclusiveError) as error:
        target(clusters(monkeypatch, said))
    assert str(error.value) == why


def test_a_leader_without_control_is_none_that_is_the_controller(monkeypatch: pytest.MonkeyPatch) -> None:
    pick = leader_without_control("t")
    picked = pick(clusters(monkeypatch, partition(0, 1), partition(1, None), partition(2, 3)))
    assert [each.spec.name for each in picked.nodes] == ["kafka-3"]
    assert picked.why == "it leads partition 2 of t and is not the active controller"
    with pytest.raises(InconclusiveError, match="the active controller kafka-1 leads every partition of t"):
        pick(clusters(monkeypatch, partition(0, 1), partition(1, 1)))


@pytest.mark.parametrize(("leaders", "seen"), [((1, 3), {"0": 1, "1": 3}), ((1, 2), None), ((1, None), None)])
def test_a_broker_leads_nothing_once_others_lead_everything(
    monkeypatch: pytest.MonkeyPatch, leaders: tuple[int | None, ...], seen: object
) -> None:
    there = clusters(monkeypatch, *(partition(number, leader) for number, leader in enumerate(leaders)))
    assert leads_nothing("t", there.nodes["kafka-2"]).probe(there, ()) == seen
