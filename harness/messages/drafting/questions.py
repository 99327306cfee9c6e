"""Asks a person what a system is, with what was guessed as the answers that Enter gives."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, cast, get_args

import click
import msgspec

from harness.messages.description.model import (
    Entries,
    Get,
    HazelcastServers,
    KafkaServers,
    Post,
    Queue,
    Role,
    Servers,
    Service,
)
from harness.messages.drafting.parts import UNKNOWN_COMMAND, USUAL_PORT, Guess
from harness.messages.drafting.places import MEMBER
from harness.servers.kafka import spec as kafka_spec

#: A question, the answer that Enter gives, and what an answer has to be: a type of click's, or a function that makes
#: the value of a text, or raises click.BadParameter.
Ask = Callable[[str, str, Any], Any]

_Some = TypeVar("_Some", HazelcastServers, KafkaServers)
_BODIES = ("json", "json-string", "form", "query", "text")
_LAST_PORT = 65535
_PORT = click.IntRange(1, _LAST_PORT)
_COUNT = click.IntRange(1, 9)
#: In what form an answer has the messages, by the words of the question; what the last word means nobody can guess.
_LIST, _OBJECT, _OTHER = "list", "object", "other"


def asked(guess: Guess, root: Path, ask: Ask) -> Guess:
    """The system as a person says that it is.

    Args:
        guess: what is known of it.
        root: the folder of its code; absolute, without links.
        ask: puts one question, until the answer can be used.
    """
    name = ask("What is the system called?", guess.name, click.STRING)
    localhost = not guess.parts.compose and _yes(
        ask, "Do its services find each other at 127.0.0.1?", guess.parts.localhost
    )
    services: dict[Role, Service] = {}
    for role in get_args(Role):
        there = guess.parts.services.get(role)
        if role == "facade" or _yes(ask, f"Is there a {role} service?", there is not None):
            services[role] = _service(role, there, root, ask, localhost=localhost)
    queue = _queue(guess.parts.queue, ask)
    servers = guess.parts.servers
    if not guess.parts.compose:
        servers = _servers(servers, queue, ask, localhost=localhost)
    parts = replace(guess.parts, services=services, servers=servers, queue=queue, localhost=localhost)
    return replace(guess, name=name, parts=parts, post=_post(guess.post, ask), get=_get(guess.get, services, ask))


def _yes(ask: Ask, question: str, default: bool) -> bool:
    return bool(ask(f"{question} (yes or no)", "yes" if default else "no", click.BOOL))


def _service(role: Role, guess: Service | None, root: Path, ask: Ask, *, localhost: bool) -> Service:
    if guess and guess.compose:
        return guess
    there = guess or Service(command=(UNKNOWN_COMMAND,), port=USUAL_PORT)
    known = "" if there.command == (UNKNOWN_COMMAND,) else shlex.join(there.command)
    command = ask(f"{role}: which command starts an instance?", known, _words)
    folder = ask(f"{role}: in which folder of the code?", there.folder, _folder_of(root))
    count = ask(f"{role}: how many instances?", str(there.count), _COUNT)
    changes: dict[str, Any] = {"command": command, "folder": folder, "count": count}
    if localhost and count > 1:
        ports = there.port if isinstance(there.port, tuple) else (there.port,)
        changes["port"] = _ports(ask, f"{role}: on which ports do they listen, one each?", ports, count)
    elif isinstance(there.port, int) or count != there.count:
        first = there.port if isinstance(there.port, int) else there.port[0]
        changes["port"] = ask(f"{role}: on which port does each listen?", str(first), _PORT)
    if count != there.count:
        changes["names"] = ()
    return msgspec.structs.replace(there, **changes)


def _ports(ask: Ask, question: str, known: tuple[int, ...], count: int) -> tuple[int, ...]:
    """As many ports as there are of something, with those that are known and the next ones as what Enter gives."""
    default = [*known, *(min(known[-1] + more, _LAST_PORT) for more in range(1, count))][:count]

    def ports(text: str) -> tuple[int, ...]:
        words = re.split(r"[\s,]+", text.strip())
        if len(words) != count or not all(word.isdecimal() and 0 < int(word) <= _LAST_PORT for word in words):
            raise click.BadParameter(f"{count} numbers from 1 to {_LAST_PORT}, with commas between them")
        return tuple(map(int, words))

    return cast("tuple[int, ...]", ask(question, ", ".join(map(str, default)), ports))


def _queue(guess: Queue | None, ask: Ask) -> Queue | None:
    kind = ask(
        "What carries messages from the facade to the messages service?",
        guess.kind if guess else "none",
        click.Choice(["kafka", "hazelcast", "none"]),
    )
    if kind == "none":
        return None
    same = guess if guess and guess.kind == kind else None
    name = ask("What is the topic or queue called?", same.name if same else "messages", click.STRING)
    return msgspec.structs.replace(same, name=name) if same else Queue(kind=cast(Any, kind), name=name)


def _servers(guess: Servers, queue: Queue | None, ask: Ask, *, localhost: bool) -> Servers:
    """The servers of a system; how many brokers only if there are any."""
    kind = queue.kind if queue else None
    hazelcast, kafka = guess.hazelcast, guess.kafka
    if kind == "hazelcast" or _yes(ask, "Does it need Hazelcast?", hazelcast is not None):
        there = hazelcast or HazelcastServers()
        count = ask("How many Hazelcast members?", str(there.count), _COUNT)
        cluster = ask("Which name of their cluster do clients give?", there.cluster, click.STRING)
        found = _counted(there, count, MEMBER, ask, localhost=localhost)
        hazelcast = msgspec.structs.replace(found, cluster=cluster)
    else:
        hazelcast = None
    if kind == "kafka" or _yes(ask, "Does it need Kafka?", kafka is not None):
        brokers = kafka or KafkaServers()
        count = ask("How many Kafka brokers?", str(brokers.count), _COUNT)
        kafka = _counted(brokers, count, kafka_spec.PORT, ask, localhost=localhost)
    else:
        kafka = None
    return Servers(hazelcast=hazelcast, kafka=kafka)


def _counted(servers: _Some, count: int, first: int, ask: Ask, *, localhost: bool) -> _Some:
    """So many servers, and where the services find them; by which names is known of as many as there were."""
    hosts = servers.hosts if count == servers.count else ()
    ports: tuple[int, ...] = ()
    if localhost:
        ports = _ports(ask, "At which ports of 127.0.0.1 are they found?", servers.localhost or (first,), count)
    return msgspec.structs.replace(servers, count=count, hosts=hosts, localhost=ports)


def _post(guess: Post | None, ask: Ask) -> Post:
    there = guess or Post(path="/")
    path = ask("To which path of the facade is a text posted?", there.path, _path)
    body = ask("In which form?", there.body, click.Choice(_BODIES))
    if body in ("json-string", "text"):
        return Post(path=path, body=cast(Any, body))
    return Post(path=path, body=cast(Any, body), key=ask("Under which key?", there.key, click.STRING))


def _get(guess: Get | None, services: dict[Role, Service], ask: Ask) -> Get:
    path = ask("From which path are the texts read?", guess.path if guess else "/", _path)
    form = ask(
        "What is the answer, a JSON list, a JSON object, or other?", _OTHER, click.Choice([_LIST, _OBJECT, _OTHER])
    )
    if form == _LIST:
        return Get(path=path, messages=Entries()) if "logging" not in services else Get(path=path, logging=Entries())
    if form == _OTHER:
        return Get(path=path)
    parts = {
        role: ask(f"Where in it is what {role} has? (a JSON pointer; empty: nowhere)", f"/{role}", _pointer)
        for role in ("logging", "messages")
        if role in services
    }
    return Get(path=path, **cast(Any, {role: Entries(at=pointer) for role, pointer in parts.items() if pointer}))


def _words(line: str) -> tuple[str, ...]:
    """A command in one line."""
    try:
        words = tuple(shlex.split(line))
    except ValueError as error:
        raise click.BadParameter(f"{error}; write it as for a shell") from error
    if not words:
        raise click.BadParameter("a command has at least one word")
    return words


def _folder_of(root: Path) -> Callable[[str], str]:
    def folder(text: str) -> str:
        """A folder of the code, relative to the whole."""
        path = (root / text).resolve()
        if not path.is_dir() or not path.is_relative_to(root):
            raise click.BadParameter(f"there is no such folder in {root}")
        return str(path.relative_to(root))

    return folder


def _path(text: str) -> str:
    if not re.fullmatch(r"/[^\x00-\x20\x7F]*", text):
        raise click.BadParameter('a path begins with "/", and has no spaces')
    return text


def _pointer(text: str) -> str:
    if not re.fullmatch(r"(/([^~/]|~[01])*)*", text):
        raise click.BadParameter('a JSON pointer has "/" before each name, as in /logging')
    return text
