"""Asks a person what a system is, with what was guessed as the answers that Enter gives."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast, get_args

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

#: A question, the answer that Enter gives, and what an answer has to be: a type of click's, or a function that makes
#: the value of a text, or raises click.BadParameter.
Ask = Callable[[str, str, Any], Any]

_BODIES = ("json", "json-string", "form", "query", "text")
_PORT = click.IntRange(1, 65535)
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
    services: dict[Role, Service] = {}
    for role in get_args(Role):
        there = guess.parts.services.get(role)
        if role == "facade" or _yes(ask, f"Is there a {role} service?", there is not None):
            services[role] = _service(role, there, root, ask)
    queue = _queue(guess.parts.queue, ask)
    servers = guess.parts.servers if guess.parts.compose else _servers(guess.parts.servers, queue, ask)
    parts = replace(guess.parts, services=services, servers=servers, queue=queue)
    return replace(guess, name=name, parts=parts, post=_post(guess.post, ask), get=_get(guess.get, services, ask))


def _yes(ask: Ask, question: str, default: bool) -> bool:
    return bool(ask(f"{question} (yes or no)", "yes" if default else "no", click.BOOL))


def _service(role: Role, guess: Service | None, root: Path, ask: Ask) -> Service:
    if guess and guess.compose:
        return guess
    there = guess or Service(command=(UNKNOWN_COMMAND,), port=USUAL_PORT)
    known = "" if there.command == (UNKNOWN_COMMAND,) else shlex.join(there.command)
    command = ask(f"{role}: which command starts an instance?", known, _words)
    folder = ask(f"{role}: in which folder of the code?", there.folder, _folder_of(root))
    count = ask(f"{role}: how many instances?", str(there.count), _COUNT)
    changes: dict[str, Any] = {"command": command, "folder": folder, "count": count}
    if isinstance(there.port, int) or count != there.count:
        first = there.port if isinstance(there.port, int) else there.port[0]
        changes["port"] = ask(f"{role}: on which port does each listen?", str(first), _PORT)
    if count != there.count:
        changes["names"] = ()
    return msgspec.structs.replace(there, **changes)


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


def _servers(guess: Servers, queue: Queue | None, ask: Ask) -> Servers:
    """The servers of a system; how many brokers only if there are any."""
    kind = queue.kind if queue else None
    hazelcast, kafka = guess.hazelcast, guess.kafka
    if kind == "hazelcast" or _yes(ask, "Does it need Hazelcast?", hazelcast is not None):
        count = ask("How many Hazelcast members?", str(hazelcast.count if hazelcast else 3), _COUNT)
        hazelcast = HazelcastServers(count=count)
    else:
        hazelcast = None
    if kind == "kafka" or _yes(ask, "Does it need Kafka?", kafka is not None):
        kafka = KafkaServers(count=ask("How many Kafka brokers?", str(kafka.count if kafka else 3), _COUNT))
    else:
        kafka = None
    return Servers(hazelcast=hazelcast, kafka=kafka)


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
