"""Answers the command that writes the first version of a file which describes a system."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import msgspec

from harness.answer import Answer
from harness.errors import BadInputError, EnvironmentUnfitError
from harness.messages.description.decoding import decode_text
from harness.messages.description.model import (
    Description,
    Get,
    HazelcastServers,
    KafkaServers,
    Post,
    Queue,
    Runtime,
    Servers,
)
from harness.messages.description.summary import parts
from harness.messages.drafting import compose, contained, folder, node, source
from harness.messages.drafting.findings import Findings
from harness.messages.drafting.parts import Guess, Parts
from harness.messages.drafting.questions import asked
from harness.messages.drafting.translating import translated
from harness.messages.drafting.writing import text_of

FILE = "system.toml"
#: Names the requirements files of all services, where each has one of its own.
REQUIREMENTS = "system-requirements.txt"


def init(where: Path, compose_file: Path | None, yes: bool) -> Answer:
    """Writes the file to a folder, and says what it describes, what was not taken over, and what is left to do.

    Args:
        where: the folder with the code of the system.
        compose_file: describes its containers; without one, that of the folder is read, if there is any.
        yes: whether to take all guesses without a question.

    Raises:
        BadInputError: there is a file already, or nothing of the folder looks like a facade.
    """
    if not where.is_dir():
        raise BadInputError(f"{where}: there is no such folder; give the one with the code of the system")
    for name in (FILE, REQUIREMENTS):
        if (where / name).exists():
            raise BadInputError(f"{where / name} is there already and stays as it is; move it away to begin anew")
    findings = Findings()
    file = compose_file or compose.find(where)
    guess = guessed(where.resolve(), file, findings)
    if not yes and sys.stdin.isatty():
        guess = asked(guess, where.resolve(), _prompt)
        findings.guesses.clear()
    described, requirements = described_by(guess, where.resolve(), findings)
    text = text_of(described, file.name if file else "the files of this folder", findings.all_todos)
    described = _write(where, text, requirements)
    return _answer(where / FILE, described, requirements is not None, findings)


def guessed(root: Path, file: Path | None, findings: Findings) -> Guess:
    """What is known of a system before anybody is asked.

    Args:
        root: the folder of its code; absolute, without links.
        file: its compose file, if there is one.
        findings: is told what was not taken, and what is missing.

    Raises:
        BadInputError: the compose file is wrong.
    """
    programs = source.programs(root)
    parts, inside = _of_compose(file.resolve(), root, findings) if file else (Parts(), None)
    if not parts.services:
        # A compose file of servers alone, beside services that are started by hand.
        found = folder.guessed(programs, root, findings, parts.servers)
        parts = replace(found, queue=parts.queue or found.queue)
    if parts.queue is None:
        parts = replace(parts, queue=source.queue([each.text for each in programs]))
    facade = _facade(parts, programs, root)
    if inside:
        parts = replace(inside, queue=parts.queue)
    return Guess(root.name or "system", parts, source.post(facade), source.get(facade))


def _of_compose(file: Path, root: Path, findings: Findings) -> tuple[Parts, Parts | None]:
    """The parts of a compose file as commands, and as its containers where those are the better way.

    Of what commands lack nothing is said then.
    """
    containers = compose.read(file, findings)
    told = Findings()
    parts = translated(containers, root, told)
    inside = contained.contained(parts, containers, file, root) if contained.better(parts, containers, root) else None
    if inside is None:
        findings.add(told)
    return parts, inside


def described_by(guess: Guess, root: Path, findings: Findings) -> tuple[Description, str | None]:
    """The description that comes of a guess, and the requirements file that has to be written for it, if any.

    Raises:
        BadInputError: there is no facade.
    """
    parts = guess.parts
    if "facade" not in parts.services:
        there = ", ".join(parts.services) or "no service"
        raise BadInputError(
            f"nothing in {root} looks like a facade, which messages are sent to (there is {there}): run harness "
            "init at a terminal and answer its questions, or have its file or its compose service be called facade"
        )
    if guess.post is None:
        findings.todo("[post] path, body, key: nothing says how the facade takes a text; these are guesses")
    if guess.get is None:
        findings.todo("[get] path: nothing says how the texts are read; it is a guess")
    get = guess.get or Get(path="/")
    if not (get.logging or get.messages):
        findings.todo("[get] says nothing about what the answer holds")
    if parts.queue is None and "messages" in parts.services:
        findings.todo("[queue] what carries the messages to the messages service is not known")
    requirements, written = _requirements(parts.requirements, root)
    manifests = node.manifests(parts.services.values(), root)
    described = Description(
        name=guess.name,
        services=parts.services,
        post=guess.post or Post(path="/"),
        get=get,
        localhost=parts.localhost,
        compose=parts.compose,
        runtime=Runtime(
            python=requirements,
            packages=parts.packages,
            node=manifests,
            build=tuple(node.builds(manifests, root)),
        ),
        # A compose file names its own.
        servers=parts.servers if parts.compose else _servers(parts.servers, parts.queue),
        queue=parts.queue,
    )
    return described, written


def _facade(parts: Parts, programs: Sequence[source.Program], root: Path) -> str:
    """The text of the facade's programs."""
    facade = parts.services.get("facade")
    if facade is None:
        return ""
    there = [each for each in programs if each.path.parent.is_relative_to(root / facade.folder)]
    named = [each for each in there if _runs(node.started(facade, root), each.path)]
    return "\n".join(each.text for each in named or [each for each in there if each.serves])


def _runs(command: Sequence[str], path: Path) -> bool:
    return any(word.endswith(path.name) or word.partition(":")[0].endswith(path.stem) for word in command)


def _servers(servers: Servers, queue: Queue | None) -> Servers:
    """The servers with those that the queue is in."""
    if queue is None or getattr(servers, queue.kind):
        return servers
    missing = HazelcastServers() if queue.kind == "hazelcast" else KafkaServers()
    return msgspec.structs.replace(servers, **{queue.kind: missing})


def _requirements(names: Sequence[str], root: Path) -> tuple[str | None, str | None]:
    """The one requirements file of all services, and its text if it has to be written."""
    if len({(root / name).read_bytes() for name in names}) <= 1:
        return (names[0] if names else None), None
    lines = [f"-r {name}" for name in names]
    return REQUIREMENTS, "\n".join(
        ["# By harness init: what each of the services needs, in one environment.", *lines, ""]
    )


def _write(where: Path, text: str, requirements: str | None) -> Description:
    """Writes both files, and gives what the one means now that it is there."""
    with _removed_on_error() as made:
        try:
            for name, content in ((REQUIREMENTS, requirements), (FILE, text)):
                if content is None:
                    continue
                with (where / name).open("x", encoding="utf-8", newline="\n") as file:
                    made.append(where / name)
                    file.write(content)
        except OSError as error:
            raise EnvironmentUnfitError(f"{where} can't be written to: {error.strerror}") from error
        return decode_text(text, where / FILE)


@contextmanager
def _removed_on_error() -> Iterator[list[Path]]:
    """Files that are removed again if what follows fails."""
    made: list[Path] = []
    try:
        yield made
    except BaseException:
        for path in made:
            path.unlink(missing_ok=True)
        raise


def _prompt(question: str, default: str, kind: Any) -> Any:
    return click.prompt(question, default=default or None, type=kind, err=True)


def _answer(file: Path, described: Description, more: bool, findings: Findings) -> Answer:
    words = f"{described.name}: {parts(described)}"
    lines = [f"written to {file}: {words}"]
    if described.compose:
        lines.append(f"the services are containers, as {described.compose} has them: docs/containers.md says how")
    lines += [f"written to {file.with_name(REQUIREMENTS)}: the packages of all services"] * more
    lines += [f"not taken: {line}" for line in findings.left]
    lines += [f"TODO: {line}" for line in findings.all_todos]
    lines.append(f"next: harness check {file}, then harness try {file}")
    data: Mapping[str, object] = {"describes": words, "left": findings.left, "todos": findings.all_todos}
    return Answer("\n".join(lines), data)
