"""The queue between facade and messages: what a producer and a source promise, whichever server carries it."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from typing import Protocol

from services.parts import Part


@dataclass(frozen=True)
class Queued:
    """The place of an accepted message: topic or queue, and for Kafka partition and offset (-1: not told, acks=0)."""

    kind: str
    name: str
    partition: int | None = None
    offset: int | None = None


@dataclass(frozen=True)
class Held:
    """A message that came from the queue."""

    id: str
    msg: str
    partition: int | None = None
    offset: int | None = None


class NotQueuedError(Exception):
    """The queue did not say that it holds the message; `unknown` if it may hold it all the same."""

    def __init__(self, message: str, *, unknown: bool) -> None:
        super().__init__(message)
        self.unknown = unknown


class Producer(Part, Protocol):
    """Puts messages on the queue."""

    def settings(self) -> dict[str, str]:
        """The settings that its client has, by their names after the server's; none before it is there."""

    def put(self, message_id: str, msg: str, timeout_s: float) -> Queued:
        """Puts a message on the queue; returns once the queue holds it as safely as it was set up to.

        Raises:
            NotQueuedError: it did not say so within `timeout_s` seconds.
        """


class Store:
    """The messages that an instance holds, in the order read, each id once."""

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}
        self._lock = threading.Lock()

    def add(self, held: Held) -> bool:
        """Stores a message; False if its id is there already."""
        with self._lock:
            new = held.id not in self._held
            if new:
                self._held[held.id] = held
        return new

    def forget(self, partition: int) -> None:
        """Drops everything from a partition that is another instance's now."""
        with self._lock:
            self._held = {id_: held for id_, held in self._held.items() if held.partition != partition}

    def all(self) -> list[Held]:
        """All messages that the store holds."""
        with self._lock:
            return list(self._held.values())


class Source(Protocol):
    """Takes messages off the queue; used by one thread, but for `problem`."""

    def open(self) -> None:
        """Connects to the queue; may be called again after `close`."""

    def step(self, store: Store) -> None:
        """Waits a moment for messages, stores them, and tells the queue so."""

    def close(self) -> None:
        """Leaves the queue within a second; may be called when it is not open."""

    def end(self, within_s: float) -> None:
        """Drops, for good, what outlives `close`."""

    def problem(self) -> str | None:
        """The reason why no messages can come now, or None."""

    def settings(self) -> dict[str, str]:
        """The settings that its client has, by their names after the server's; none before it is there."""


def encode(message_id: str, msg: str, **more: str) -> str:
    """A message as it goes over the queue, with what else the queue itself needs to know of it."""
    return json.dumps({"id": message_id, "msg": msg, **more})


def decode(text: str | bytes, *, partition: int | None = None, offset: int | None = None) -> Held:
    """The message in what came over the queue.

    Raises:
        ValueError: it is not a message.
    """
    value = json.loads(text)
    if not isinstance(value, dict) or not isinstance(value.get("id"), str) or not isinstance(value.get("msg"), str):
        raise ValueError(f"not a message: {text!r}")
    return Held(value["id"], value["msg"], partition, offset)
