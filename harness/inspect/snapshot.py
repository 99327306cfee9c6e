"""A snapshot of the system, as data: every node, its state, what the clusters say it is, what waits on the queue.

Not for deciding anything in a scenario: a part that does not answer within seconds is noted and left out.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

from harness.backends.protocol import Networked, Node, NodeState, Phase
from harness.clusters import Clusters, Servers
from harness.gather import Question, Round
from harness.messages.system import MessageSystem
from harness.servers.hazelcast.kind import Hazelcast
from harness.servers.kafka.kind import Kafka
from harness.servers.kafka.view import Lag
from harness.system import System

_TIMEOUT_S = 2.5


@dataclass(frozen=True)
class Duty:
    """Something that a cluster says a node is, such as its leader.

    Attributes:
        what: active controller, leader of a partition, oldest member, any other member, owner of the queue's partition.
        partition: of the topic, or the one that the queue is in.
        isr: the broker ids in sync with that leader, itself among them.
    """

    what: Literal["controller", "leader", "oldest", "member", "owner"]
    partition: int | None = None
    isr: tuple[int, ...] = ()

    def __str__(self) -> str:
        match self.what:
            case "controller":
                return "active controller"
            case "leader":
                return f"leads p{self.partition} (ISR {','.join(map(str, self.isr))})"
            case "oldest":
                return "oldest member"
            case "member":
                return "member"
            case "owner":
                return f"owns the queue's partition {self.partition}"


@dataclass(frozen=True)
class NodeSeen:
    """What was seen of one node; `phase` is None if the backend does not say, `isolated` if its network is cut."""

    name: str
    role: str
    kind: str
    index: int
    address: str
    phase: Phase | None
    exit_code: int | None
    isolated: bool
    duties: tuple[Duty, ...]
    can_be_isolated: bool = True

    @property
    def state(self) -> str:
        """The node's phase in words."""
        if self.phase is None:
            return "unknown"
        shown = f"exited ({self.exit_code})" if self.phase is Phase.EXITED else str(self.phase)
        return f"{shown}, isolated" if self.isolated else shown


@dataclass(frozen=True)
class Snapshot:
    """A picture of the system at one moment; JSON-able (`dataclasses.asdict`).

    Attributes:
        nodes: every node in the order of the topology.
        topic: the Kafka topic that carries the messages, if one does.
        queue: the Hazelcast queue that carries them, if one does.
        queue_depth: how many items the queue holds; None without a queue, or if it does not say.
        lags: how far the consumer group is behind in each partition of the topic.
        notes: what did not answer, a line each.
    """

    nodes: tuple[NodeSeen, ...]
    topic: str | None
    queue: str | None
    queue_depth: int | None
    lags: tuple[Lag, ...]
    notes: tuple[str, ...]


def of(system: System) -> Snapshot:
    """The snapshot of a system under its names."""
    started = any(spec.name in system.deployment.nodes for spec in system.specs)
    if not isinstance(system, MessageSystem) or not started:
        # The servers alone: nobody made the topic or the queue, and to find that out would take seconds.
        return take(system.clusters)
    names = system.namespace
    if names.queue == "kafka":
        return take(system.clusters, topic=names.topic, group=names.group)
    return take(system.clusters, queue=names.queue_name)


def take(
    clusters: Clusters, *, topic: str | None = None, group: str | None = None, queue: str | None = None
) -> Snapshot:
    """A snapshot: asks everything at once and gives up on a part after some seconds; never fails.

    Args:
        clusters: what is asked.
        topic: whose leaders are wanted.
        group: the consumer group whose lag on the topic is wanted.
        queue: the Hazelcast queue whose owner and depth are wanted.
    """
    nodes = dict(clusters.nodes)
    asked = Round()
    states = {name: asked.ask(f"state of {name}", partial(_look, node)) for name, node in nodes.items()}
    duties = _ask_for_duties(asked, clusters, topic, queue)
    lags = asked.ask("consumer lag", lambda: _lags(clusters, topic, group))
    depth = asked.ask("queue depth", lambda: _depth(clusters, queue))
    notes = asked.finish(timeout_s=_TIMEOUT_S)
    known = defaultdict(list)
    for question in duties:
        for name, duty in question.answer or ():
            known[name].append(duty)
    return Snapshot(
        nodes=tuple(_seen(node, states[name].answer, known[name]) for name, node in nodes.items()),
        topic=topic,
        queue=queue,
        queue_depth=depth.answer,
        lags=lags.answer or (),
        notes=notes,
    )


def table(snapshot: Snapshot) -> str:
    """The snapshot as plain text."""
    nodes = Table("node", "address", "state", "is", box=None)
    for node in snapshot.nodes:
        nodes.add_row(node.name, node.address, node.state, "; ".join(map(str, node.duties)))
    waiting = [
        f"{lag.group} is {lag.behind} behind in p{lag.partition} (committed {lag.committed}, end {lag.end})"
        for lag in snapshot.lags
        if lag.behind
    ]
    if snapshot.queue_depth is not None:
        waiting.append(f"{snapshot.queue} holds {snapshot.queue_depth} items")
    return _shown(nodes) + "\n".join((*waiting, *snapshot.notes))


_Duties = Sequence[tuple[str, Duty]]


def _ask_for_duties(
    asked: Round, clusters: Clusters, topic: str | None, queue: str | None
) -> Iterable[Question[_Duties]]:
    """The questions to the clusters; the answer to each has duties by the name of the node."""
    return (
        asked.ask("controller", lambda: _controller(clusters)),
        asked.ask("leaders", lambda: _leaders(clusters, topic)),
        asked.ask("members", lambda: _members(clusters)),
        asked.ask("owner of the queue", lambda: _owner(clusters, queue)),
    )


def _runs(clusters: Clusters, kind: type[Servers[Any]]) -> bool:
    return any(node.state().phase is Phase.RUNNING for node in clusters.nodes_of(kind))


def _controller(clusters: Clusters) -> _Duties:
    return [(clusters[Kafka].controller().spec.name, Duty("controller"))] if _runs(clusters, Kafka) else []


def _leaders(clusters: Clusters, topic: str | None) -> _Duties:
    if topic is None or not _runs(clusters, Kafka):
        return []
    return [
        (clusters[Kafka].broker(found.leader).spec.name, Duty("leader", found.id, tuple(sorted(found.isr))))
        for found in clusters[Kafka].partitions(topic)
        if found.leader is not None
    ]


def _members(clusters: Clusters) -> _Duties:
    members = clusters[Hazelcast].members() if _runs(clusters, Hazelcast) else ()
    return [(member.spec.name, Duty("member" if age else "oldest")) for age, member in enumerate(members)]


def _owner(clusters: Clusters, queue: str | None) -> _Duties:
    if queue is None or not _runs(clusters, Hazelcast):
        return []
    partition = clusters[Hazelcast].partition_of(queue)
    return [(clusters[Hazelcast].owner_of(partition).spec.name, Duty("owner", partition))]


def _lags(clusters: Clusters, topic: str | None, group: str | None) -> tuple[Lag, ...]:
    if topic is None or group is None or not _runs(clusters, Kafka):
        return ()
    return clusters[Kafka].lag(group, topic)


def _depth(clusters: Clusters, queue: str | None) -> int | None:
    return clusters[Hazelcast].queue_size(queue) if queue and _runs(clusters, Hazelcast) else None


def _look(node: Node) -> tuple[NodeState, bool]:
    """The node's state, and whether it is isolated; for a node of a session both are questions to the session."""
    state = node.state()
    return state, state.phase is not Phase.EXITED and isinstance(node, Networked) and node.isolated


def _seen(node: Node, look: tuple[NodeState, bool] | None, duties: Sequence[Duty]) -> NodeSeen:
    spec = node.spec
    state, isolated = look or (None, False)
    return NodeSeen(
        name=spec.name,
        role=spec.role,
        kind=spec.kind.name,
        index=spec.index,
        address=node.address,
        phase=state.phase if state else None,
        exit_code=state.exit_code if state else None,
        isolated=isolated,
        duties=tuple(duties),
        can_be_isolated=spec.kind.can_be_isolated,
    )


def _shown(shown: Table) -> str:
    out = io.StringIO()
    Console(file=out, width=140).print(shown)
    return out.getvalue()
