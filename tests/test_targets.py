"""Targets: which nodes are picked among those that run, and what is said of the choice."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import pytest

from harness.backends.protocol import Node, NodeState, Phase
from harness.clusters import Clusters, Picked, Target
from harness.errors import InconclusiveError
from harness.targets import all_but, every, node, other_than, some, together


class Standing:
    """A node of which is known what it is and whether it runs, as no more is asked of it."""

    def __init__(self, name: str, phase: Phase) -> None:
        role, _, index = name.partition("-")
        self.spec = SimpleNamespace(name=name, role=role, index=int(index))
        self._phase = phase

    def state(self) -> NodeState:
        return NodeState(self._phase, 1 if self._phase is Phase.RUNNING else None)


def clusters(*names: str) -> Clusters:
    """Nodes of these names, whose role is what is before the number; those with a ! do not run."""
    nodes = [Standing(name.removesuffix("!"), Phase.EXITED if name.endswith("!") else Phase.RUNNING) for name in names]
    return Clusters({each.spec.name: cast("Node", each) for each in nodes}, [])


def picking(*names: str, why: str = "of the test") -> Target:
    """A target that picks these."""
    return lambda clusters: Picked(tuple(clusters.nodes[name] for name in names), why)


def picked(target: Target, clusters: Clusters) -> tuple[list[str], str]:
    chosen = target(clusters)
    return [each.spec.name for each in chosen.nodes], chosen.why


BROKERS = ("broker-1", "broker-2", "broker-3!", "broker-4", "facade-1")


@pytest.mark.parametrize(
    ("make", "nodes", "why"),
    [
        (lambda: node("broker-3"), ["broker-3"], "it was asked for by name"),
        (
            lambda: other_than(picking("broker-1", why="it leads")),
            ["broker-2"],
            "it is another than broker-1, of which one may say: it leads",
        ),
        (
            lambda: other_than(picking("broker-2", "broker-1", why="they are old")),
            ["broker-4"],
            "it is another than broker-2, broker-1, of which one may say: they are old",
        ),
        (
            lambda: all_but(picking("broker-2", why="it leads")),
            ["broker-1", "broker-4"],
            "they are all that run but broker-2, of which one may say: it leads",
        ),
        (
            lambda: all_but(some("broker", seed=3)),
            ["broker-2", "broker-4"],
            "they are all that run but broker-1, of which one may say: 1 of 3 running broker nodes, chosen by seed 3",
        ),
        (
            lambda: together(picking("broker-1", "facade-1", why="a"), picking("broker-1", why="b"), node("broker-2")),
            ["broker-1", "facade-1", "broker-2"],
            "together: a; b; it was asked for by name",
        ),
        (
            lambda: together(node("broker-2"), node("broker-1")),
            ["broker-2", "broker-1"],
            "together: it was asked for by name",
        ),
        (lambda: every("broker"), ["broker-1", "broker-2", "broker-4"], "they are all 3 running broker nodes"),
        (
            lambda: some("broker", 3, seed=1),
            ["broker-1", "broker-4", "broker-2"],
            "3 of 3 running broker nodes, chosen by seed 1",
        ),
    ],
)
def test_a_target_picks_nodes_and_says_why(make: Callable[[], Target], nodes: list[str], why: str) -> None:
    assert picked(make(), clusters(*BROKERS)) == (nodes, why)


def test_some_are_one_if_nothing_is_said_and_the_same_for_the_same_seed() -> None:
    system = clusters(*BROKERS)
    by_seed = {seed: picked(some("broker", seed=seed), system) for seed in range(9)}
    assert {len(nodes) for nodes, _ in by_seed.values()} == {1}
    assert {name for nodes, _ in by_seed.values() for name in nodes} == {"broker-1", "broker-2", "broker-4"}
    assert by_seed == {seed: picked(some("broker", seed=seed), system) for seed in range(9)}


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (
            lambda: other_than(picking("facade-1", why="it is the facade")),
            "no other facade node runs than the one where it is the facade",
        ),
        (lambda: all_but(node("facade-1")), "no other facade node runs than the one where it was asked for by name"),
        (lambda: some("broker", 4, seed=1), "4 running broker nodes were wanted, there are 3"),
        (lambda: every("worker"), "there is no running worker node"),
    ],
)
def test_where_there_are_too_few_the_scenario_is_inconclusive(make: Callable[[], Target], complaint: str) -> None:
    with pytest.raises(InconclusiveError) as error:
        make()(clusters(*BROKERS))
    assert str(error.value) == complaint


def test_a_node_that_somebody_calls_otherwise_is_known_by_its_place_in_its_role() -> None:
    own = Standing("logging-2", Phase.RUNNING)
    own.spec.name = "logging_service_b"
    there = Clusters({"logging_service_b": cast("Node", own)}, [])
    assert picked(node("logging-2"), there) == (["logging_service_b"], "it is logging number 2")
    with pytest.raises(InconclusiveError, match="there is no node 'logging-1'; there are logging_service_b"):
        node("logging-1")(there)
