"""The topology at one moment as a table: every node, its state, and what the clusters say it is."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from harness.backends.protocol import Phase
from harness.clusters import Clusters
from harness.system import System


def snapshot(clusters: Clusters, *, topic: str | None, queue: str | None) -> str:
    """Plain text. What a cluster can't say now is shown as such: a snapshot never fails a scenario."""
    duties: dict[str, list[str]] = defaultdict(list)
    notes: list[str] = []

    def note(what: str, ask: Callable[[], None]) -> None:
        try:
            ask()
        except Exception as error:
            notes.append(f"{what}: no answer ({type(error).__name__}: {str(error)[:160]})")

    if clusters.kafka.running():
        note("controller", lambda: duties[clusters.kafka.controller().spec.name].append("active controller"))
        if topic:
            note("leaders", lambda: _leaders(clusters, topic, duties))
    if clusters.hazelcast.running():
        note("members", lambda: _members(clusters, duties))
        if queue:
            note("queue", lambda: _queue(clusters, queue, duties))
    return _table(clusters, duties) + "\n".join(notes)


def holdings(system: System) -> str:
    """Who holds what: messages in the map, through which logging instance they came, and at which messages instance."""
    table = Table("instance", "holds", "what", box=None)
    for name, ids in system.stored().items():
        table.add_row(name, str(len(ids)), "messages in the map, as it reads them")
    for name, ids in system.clients.look("/received", system.logging.running).items():
        table.add_row(name, str(len(ids)), "of them were logged through it")
    for name, ids in system.clients.look("/messages", system.messages.running).items():
        table.add_row(name, str(len(ids)), "messages taken off the queue")
    return _shown(table)


def _leaders(clusters: Clusters, topic: str, duties: dict[str, list[str]]) -> None:
    for partition in clusters.kafka.partitions(topic):
        isr = ",".join(str(broker) for broker in sorted(partition.isr))
        if partition.leader is not None:
            duties[clusters.kafka.broker(partition.leader).spec.name].append(f"leads p{partition.id} (ISR {isr})")


def _members(clusters: Clusters, duties: dict[str, list[str]]) -> None:
    for age, member in enumerate(clusters.hazelcast.members()):
        duties[member.spec.name].append("oldest member" if age == 0 else "member")


def _queue(clusters: Clusters, queue: str, duties: dict[str, list[str]]) -> None:
    partition = clusters.hazelcast.partition_of(queue)
    duties[clusters.hazelcast.owner_of(partition).spec.name].append(f"owns the queue's partition {partition}")


def _table(clusters: Clusters, duties: dict[str, list[str]]) -> str:
    table = Table("node", "address", "state", "is", box=None)
    for name, node in clusters.nodes.items():
        state = node.state()
        shown = state.phase if state.phase is not Phase.EXITED else f"exited ({state.exit_code})"
        table.add_row(name, node.address, shown, "; ".join(duties[name]))
    return _shown(table)


def _shown(table: Table) -> str:
    out = io.StringIO()
    Console(file=out, width=140).print(table)
    return out.getvalue()
