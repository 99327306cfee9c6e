"""The settings that decide what may be lost: as the suite declares them, and as servers and clients say they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from harness.errors import BadInputError
from harness.guarantees import SETTINGS
from harness.guarantees import Settings as Settings
from harness.readback import ask, compared
from harness.servers.hazelcast.kind import Hazelcast
from harness.servers.hazelcast.spec import LASTING
from harness.servers.kafka.kind import Kafka
from harness.servers.kafka.spec import deleting

if TYPE_CHECKING:
    from harness.messages.system import MessageSystem

#: The part of the settings that are those of the consumers, which may start later than the rest.
_OF_CONSUMERS = ("kafka.consumer.", "messages.")
_OF_CLIENTS = "hazelcast.client."


#: By the name of a setting that may be declared, the roles whose services have it, and the variable that tells them.
OWN: Mapping[str, tuple[tuple[str, ...], str]] = {
    "kafka.producer.acks": (("facade",), "KAFKA_ACKS"),
    "kafka.consumer.auto_offset_reset": (("messages",), "KAFKA_OFFSET_RESET"),
    "kafka.consumer.enable_auto_commit": (("messages",), "KAFKA_AUTO_COMMIT"),
    # What a consumer's code does: no variable changes it. It is declared of a mutant that does otherwise.
    "messages.commits": ((), ""),
    "hazelcast.client.fail_on_indeterminate_operation_state": (
        ("facade", "logging", "messages"),
        "HAZELCAST_FAIL_ON_INDETERMINATE",
    ),
}


def refuse_others(own: Mapping[str, str]) -> None:
    """Refuses settings that no service of the suite has.

    Raises:
        BadInputError: names the first one, and those that there are.
    """
    if unknown := sorted(own.keys() - OWN.keys()):
        raise BadInputError(f"messages(settings=...) has no {unknown[0]!r}; there are {', '.join(OWN)}")


def variables(own: Mapping[str, str], role: str) -> Mapping[str, str]:
    """The variables that tell the services of a role the settings that are theirs."""
    return {OWN[name][1]: value for name, value in own.items() if role in OWN[name][0]}


@dataclass(frozen=True)
class DeclaredSettings:
    """The settings of one scenario's services and servers, in order: frozen, so that another process can be sent them.

    Attributes:
        settings: by their names.
    """

    settings: tuple[tuple[str, str], ...]

    @property
    def known(self) -> Settings:
        """All of them, by their names."""
        return dict(self.settings)

    def of(self, *, consumers: bool) -> Settings:
        """The settings of the consumers, or of all others; those of Hazelcast's clients are among both."""
        return {
            name: value
            for name, value in self.settings
            if name.startswith(_OF_CLIENTS) or name.startswith(_OF_CONSUMERS) is consumers
        }


def on_kafka(brokers: int, own: Mapping[str, str], *, from_beginning: bool) -> Settings:
    """The settings of a topic, its producer and its consumers; `own` are the brokers', in place of the harness'."""
    properties = {
        "replication.factor": own.get("default.replication.factor", str(min(3, brokers))),
        "min.insync.replicas": own.get("min.insync.replicas", str(min(2, brokers))),
        "unclean.leader.election.enable": own.get("unclean.leader.election.enable", "false"),
        **deleting(own),
    }
    return {
        **{f"kafka.topic.{name}": value for name, value in properties.items()},
        "kafka.producer.acks": "all",
        "kafka.producer.enable_idempotence": "true",
        "kafka.consumer.enable_auto_commit": "false",
        "kafka.consumer.auto_offset_reset": "earliest",
        "messages.commits": "after storing",
        "messages.from_beginning": str(from_beginning).lower(),
    }


def on_hazelcast(structure: str, members: int, *, backups: bool) -> Settings:
    """The settings of a map or a queue that the services keep messages or claims in, and of its clients.

    Args:
        structure: "map", "queue", or "claims": the map that says who has taken what off the queue.
        members: how many there are.
        backups: whether it has one.
    """
    return {
        f"hazelcast.{structure}.backup-count": str(int(backups)),
        f"hazelcast.{structure}.async-backup-count": "0",
        f"hazelcast.{structure}.split-brain-protection-ref": "majority" if backups and members > 1 else "",
        f"hazelcast.{structure}.merge-policy": "PutIfAbsentMergePolicy",
        **{f"hazelcast.{structure}.{name}": value for name, value in LASTING.items() if structure != "queue"},
        "hazelcast.client.fail_on_indeterminate_operation_state": "true",
        "hazelcast.client.redo_operation": "false",
    }


def known_settings() -> Sequence[str]:
    """The names of all settings that rules about what may be lost ask for, of whatever queue."""
    on_members = [name for each in ("map", "queue", "claims") for name in on_hazelcast(each, 1, backups=True)]
    return tuple(dict.fromkeys([*on_kafka(1, {}, from_beginning=False), *on_members]))


def with_own(settings: Settings, own: Mapping[str, str]) -> Settings:
    """Settings of which some are declared otherwise, with what follows from that."""
    merged = {**settings, **own}
    if merged.get("kafka.producer.acks", "all") != "all":
        merged["kafka.producer.enable_idempotence"] = "false"
    if merged.get("kafka.consumer.enable_auto_commit") == "true":
        merged["messages.commits"] = "by the clock"
    return merged


def note(system: MessageSystem, declared: Settings, *, consumers: bool) -> None:
    """Records the settings that were declared and those that are in force, of the consumers or of the rest.

    What can't be read is recorded with the reason.
    """
    answers = ask(_questions(system, consumers=consumers))
    system.history.event(SETTINGS, compared(declared, answers))


def _questions(system: MessageSystem, *, consumers: bool) -> Mapping[str, Callable[[], Settings]]:
    """Whom to ask: the consumers, or the servers and all their other clients."""
    names = system.namespace
    asked = dict(system.clients_settings({"messages"} if consumers else {"facade", "logging"}))
    if consumers:
        return asked
    if names.map:
        queued = {"queues": [names.queue_name], "claims": [names.claims]} if names.queue == "hazelcast" else {}
        asked["a Hazelcast member"] = partial(system.clusters[Hazelcast].settings_of, maps=[names.map], **queued)
    if names.has_queue and names.queue == "kafka":
        asked[f"topic {names.topic}"] = partial(system.clusters[Kafka].settings_of, names.topic)
    return asked
