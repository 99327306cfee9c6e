"""Collects evidence on single messages, from outside of whoever may have lost them, while the system still stands.

It decides nothing: what became of a message is worked out from the history alone (`harness.messages.forensics`), in
which all of this is recorded as one event. What can't be had is recorded with the reason.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from harness.checkers import Anomaly
from harness.errors import HarnessError
from harness.gather import Question, Round
from harness.messages.forensics.facts import EVIDENCE, MOST, OWNERS, concerned
from harness.messages.texts import as_recorded
from harness.servers.hazelcast.contents import Entry, entries, items, shares
from harness.servers.hazelcast.kind import Hazelcast
from harness.servers.kafka.guarantees import LEADERS
from harness.servers.kafka.kind import Kafka

if TYPE_CHECKING:
    from harness.backends.protocol import Node
    from harness.messages.system import MessageSystem

#: Everything is asked at once, and nothing is waited for any longer, in seconds.
_TIMEOUT_S = 4.0
#: The lines of a log that are about no message and tell a consumer's life.
_OF_A_LIFE = frozenset({"starting", "assigned", "not committed"})


def note_owners(system: MessageSystem) -> None:
    """Records which Hazelcast member owns which partitions, before anything is broken."""
    try:
        view = system.clusters[Hazelcast]
        names = system.namespace
        queue = view.partition_of(system.queue) if names.has_queue and names.queue == "hazelcast" else None
        system.history.event(OWNERS, {"partitions": shares(view), "queue": queue})
    except HarnessError as error:
        system.history.event(OWNERS, {"partitions": {}, "queue": None, "unread": str(error)})


def note_leaders(system: MessageSystem) -> None:
    """Records which broker leads which partition of the topic, just before a fault: that decides what may be lost."""
    try:
        system.history.event(LEADERS, {"leaders": system.clusters[Kafka].leaders(system.topic)})
    except HarnessError as error:
        system.history.event(LEADERS, {"unread": str(error)})


def note_evidence(system: MessageSystem, anomalies: Sequence[Anomaly]) -> None:
    """Records what there is to know of the messages that these anomalies are about; never waits for long."""
    ids = list(dict.fromkeys(id_ for anomaly in anomalies for id_ in concerned(anomaly)[:MOST]))
    if ids:
        system.history.event(EVIDENCE, _evidence(system, ids))


def _evidence(system: MessageSystem, ids: Sequence[str]) -> Mapping[str, Any]:
    wall, monotonic = time.time_ns(), time.monotonic_ns()
    posts = [event.value for event in system.history.events if event.f == "post" and event.process != "nemesis"]
    texts = {value["id"]: value["msg"] for value in reversed(posts)}
    asked = Round()
    logs = {
        name: asked.ask(f"the log of {name}", partial(_log, node, ids, wall - monotonic))
        for name, node in system.deployment.nodes.items()
        if node.spec in system.specs
    }
    stored = asked.ask("the map", partial(_map, system, texts, ids))
    brokers: dict[str, Question[_Records]] = {}
    group = queue = None
    if not system.namespace.has_queue:
        pass
    elif system.namespace.queue == "kafka":
        partitions = sorted({value["partition"] for value in posts if value.get("partition") is not None})
        brokers = {
            node.spec.name: asked.ask(
                f"the segments of {node.spec.name}", partial(_records, node, system.topic, partitions, texts, ids)
            )
            for node in system.clusters.nodes_of(Kafka)
        }
        group = asked.ask("the group's offsets", partial(_committed, system))
    else:
        queue = asked.ask("the queue", partial(_queue, system, ids))
    lacking = asked.finish(timeout_s=_TIMEOUT_S)
    lines = [line for name in logs for line in logs[name].answer or ()]
    return {
        "ids": ids,
        "clock": {"wall_ns": wall, "monotonic_ns": monotonic},
        "logs_of": [name for name, log in logs.items() if log.answer is not None],
        "log": sorted(lines, key=lambda line: int(line[0])),
        "brokers": {name: records.answer and records.answer.places for name, records in brokers.items()},
        "sent": _first([records.answer.made_ms for records in brokers.values() if records.answer], wall - monotonic),
        "group": group.answer if group else None,
        "queue": queue.answer if queue else None,
        "map": stored.answer,
        "lacking": list(lacking),
    }


def _log(node: Node, ids: Collection[str], ahead_ns: int) -> list[Any]:
    """The lines of a service's log about these messages, each with its time on the history's clock.

    Args:
        node: of the service.
        ids: of the messages.
        ahead_ns: how far the services' clock is ahead of the history's.
    """
    wanted, lines = set(ids), []
    for line in _parsed(node.logs().splitlines()):
        event, at = line.pop("event", None), line.pop("time", None)
        if isinstance(at, str) and (line.get("id") in wanted or event in _OF_A_LIFE):
            line.pop("service", None)
            since_1970 = round(datetime.fromisoformat(at).timestamp() * 1e6) * 1000
            lines.append([since_1970 - ahead_ns, node.spec.name, event, line])
    return lines


def _parsed(lines: Sequence[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        # One that was killed may leave half a line.
        if (value := _json(line)) is not None:
            yield value


def _json(text: str | bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


class _Records(NamedTuple):
    """What a broker has of some messages, by id: the places of records, and when the first of them was made."""

    places: Mapping[str, Any]
    made_ms: Mapping[str, int]


def _records(
    broker: Node, topic: str, partitions: Sequence[int], texts: Mapping[str, Any], ids: Collection[str]
) -> _Records:
    """What a broker has of these messages; a place is with the record's text if it is not the one that was posted."""
    # Here: Kafka's client takes its time to import.
    from harness.servers.kafka.segments import stored

    places: dict[str, list[Any]] = {}
    made_ms: dict[str, int] = {}
    for partition in partitions:
        for record in stored(broker, topic, partition):
            message = _json(record.value)
            if message and (id_ := str(message.get("id"))) in ids:
                place = [record.partition, record.offset]
                places.setdefault(id_, []).append([*place, *_other(message.get("msg"), texts.get(id_))])
                if record.made_ms is not None:
                    made_ms[id_] = min(record.made_ms, made_ms.get(id_, record.made_ms))
    return _Records(places, made_ms)


def _first(made_ms: Sequence[Mapping[str, int]], ahead_ns: int) -> Mapping[str, int]:
    """When the first record of each message was made, on the history's clock; see `_log` for the clocks."""
    ids = dict.fromkeys(id_ for of_a_broker in made_ms for id_ in of_a_broker)
    return {id_: min(each[id_] for each in made_ms if id_ in each) * 1_000_000 - ahead_ns for id_ in ids}


def _other(text: object, posted: Any) -> list[Any]:
    """The text as a history has it, if it is another one than was posted."""
    shown = as_recorded(str(text))
    return [] if shown == posted else [shown]


def _committed(system: MessageSystem) -> Mapping[str, int | None]:
    lags = system.clusters[Kafka].lag(system.namespace.group, system.topic)
    return {str(lag.partition): lag.committed for lag in lags}


def _queue(system: MessageSystem, ids: Collection[str]) -> Mapping[str, Any]:
    """Which of the messages are in the queue now, and who owns it."""
    view = system.clusters[Hazelcast]
    held = [message.get("id") for item in items(view, system.queue) if (message := _json(item))]
    owner = view.owner_of(view.partition_of(system.queue)).spec.name
    return {"owner": owner, "holds": [id_ for id_ in held if id_ in ids]}


def _map(system: MessageSystem, texts: Mapping[str, Any], ids: Sequence[str]) -> Mapping[str, Any]:
    """By id the partition of its entry, who owns that now, and whether it is there; its text, if that is another."""
    held = entries(system.clusters[Hazelcast], system.namespace.map, ids)
    return {id_: _entry(entry, texts.get(id_)) for id_, entry in held.items()}


def _entry(entry: Entry, posted: Any) -> Mapping[str, Any]:
    present = entry.value is not None
    other = _other(entry.value, posted) if present else []
    text = {"text": other[0]} if other else {}
    return {"partition": entry.partition, "owner": entry.owner, "there": present, **text}
