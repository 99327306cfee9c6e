"""The settings of a service: read from its environment once and checked, as frozen data.

A wrong or missing variable ends the service with one line that names it, and exit code 2.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NoReturn, TypeVar, cast
from urllib.parse import urlsplit

QueueKind = Literal["kafka", "hazelcast"]
T = TypeVar("T")


class SettingsError(Exception):
    """A variable is missing or unusable; the message is the line for stderr."""


@dataclass(frozen=True)
class Address:
    """A host and a port of a server."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Service:
    """The settings of every service: its name, where it listens, how others reach it, and its lease."""

    name: str
    host: str
    port: int
    advertise_url: str
    lease_s: float


@dataclass(frozen=True)
class Hazelcast:
    """How to reach the Hazelcast cluster."""

    cluster: str
    members: tuple[Address, ...]
    fail_on_indeterminate: bool = True


@dataclass(frozen=True)
class HazelcastQueue:
    """The queue in Hazelcast that carries the messages."""

    cluster: Hazelcast
    name: str


@dataclass(frozen=True)
class Kafka:
    """The settings of the Kafka cluster: how to reach it, and the topic that carries the messages."""

    bootstrap: tuple[Address, ...]
    topic: str


class Environment:
    """Reads variables; each error says which variable, what was expected, and what was there."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def text(self, name: str, expected: str, default: str | None = None) -> str:
        """The variable as text; an empty one counts as missing."""
        value = self._variables.get(name, "").strip() or default
        if value is None:
            raise SettingsError(f"{name} is missing: expected {expected}")
        return value

    def _parsed(self, name: str, expected: str, default: str | None, parse: Callable[[str], T]) -> T:
        value = self.text(name, expected, default)
        try:
            return parse(value)
        except ValueError:
            raise SettingsError(f"{name}={value!r} is not usable: expected {expected}") from None

    def port(self, name: str, default: str | None = None) -> int:
        """The variable as a TCP port."""
        return self._parsed(name, "a port between 1 and 65535", default, _port)

    def seconds(self, name: str, default: str) -> float:
        """The variable as a time in seconds above 0."""
        return self._parsed(name, "a number of seconds above 0", default, _positive)

    def delay(self, name: str) -> float:
        """The variable as a time in seconds; 0 if it is missing."""
        return self._parsed(name, "a number of seconds, or 0", "0", _not_negative)

    def milliseconds(self, name: str, default: str) -> int:
        """The variable as a time in whole milliseconds above 0."""
        return self._parsed(name, "a whole number of milliseconds above 0", default, lambda text: int(_positive(text)))

    def size(self, name: str, default: str) -> int:
        """The variable as a size in bytes above 0."""
        return self._parsed(name, "a whole number of bytes above 0", default, lambda text: int(_positive(text)))

    def url(self, name: str) -> str:
        """The variable as a base URL without a slash at its end."""
        return self._parsed(name, "a base URL such as http://config:8000", None, _url)

    def addresses(self, name: str) -> tuple[Address, ...]:
        """The variable as one or more host:port, separated by commas."""
        return self._parsed(name, "host:port, several separated by commas", None, _addresses)

    def choice(self, name: str, choices: tuple[str, ...], default: str | None = None) -> str:
        """The variable as one of a few words."""
        expected = "one of " + ", ".join(choices)
        return self._parsed(name, expected, default, lambda text: choices[choices.index(text)])


def service(env: Environment) -> Service:
    """The settings that every service needs."""
    return Service(
        name=env.text("SERVICE_NAME", "a name such as logging-2"),
        host=env.text("HOST", "the address to listen on, such as 0.0.0.0"),
        port=env.port("PORT", "8000"),
        advertise_url=env.url("ADVERTISE_URL"),
        lease_s=env.seconds("LEASE_S", "3"),
    )


def hazelcast(env: Environment) -> Hazelcast:
    """The Hazelcast cluster."""
    return Hazelcast(
        cluster=env.text("HAZELCAST_CLUSTER", "a cluster name", "dev"),
        members=env.addresses("HAZELCAST_MEMBERS"),
        fail_on_indeterminate=env.choice("HAZELCAST_FAIL_ON_INDETERMINATE", ("true", "false"), "true") == "true",
    )


def hazelcast_queue(env: Environment) -> HazelcastQueue:
    """The queue in Hazelcast."""
    return HazelcastQueue(hazelcast(env), env.text("HAZELCAST_QUEUE", "the name of the queue"))


def kafka(env: Environment) -> Kafka:
    """The settings of the Kafka cluster and the topic."""
    return Kafka(env.addresses("KAFKA_BOOTSTRAP"), env.text("TOPIC", "the name of the topic"))


def work_s(env: Environment) -> float:
    """The time that this service takes over each message in the middle of its work, in seconds.

    None, unless somebody wants to see what becomes of a message when the service dies there.
    """
    return env.delay("WORK_S")


def queue_kind(env: Environment) -> QueueKind:
    """The kind of server that carries the messages."""
    return cast(QueueKind, env.choice("QUEUE", ("kafka", "hazelcast")))


def read(settings: Callable[[Environment], T]) -> T:
    """The settings of this process; ends it if they are wrong."""
    try:
        return settings(Environment(os.environ))
    except SettingsError as error:
        refuse(str(error))


def refuse(message: str) -> NoReturn:
    """Ends the process because it was set up wrongly: one line on stderr, exit code 2."""
    print(message, file=sys.stderr)  # noqa: T201
    raise SystemExit(2)


def _port(text: str) -> int:
    port = int(text)
    if not 0 < port < 65536:
        raise ValueError(text)
    return port


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise ValueError(text)
    return number


def _not_negative(text: str) -> float:
    number = float(text)
    if not 0 <= number < float("inf"):
        raise ValueError(text)
    return number


def _url(text: str) -> str:
    url = urlsplit(text)  # its port raises a ValueError too
    if url.scheme != "http" or not url.hostname or url.port == 0 or url.query or url.fragment:
        raise ValueError(text)
    return text.rstrip("/")


def _address(text: str) -> Address:
    host, _, port = text.strip().rpartition(":")
    if not host:
        raise ValueError(text)
    return Address(host, _port(port))


def _addresses(text: str) -> tuple[Address, ...]:
    return tuple(_address(part) for part in text.split(","))
