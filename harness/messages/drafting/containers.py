"""A service of a compose file in plain words, and what it says of a program together with its Dockerfile."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from harness.messages.drafting.dockerfile import Dockerfile


@dataclass(frozen=True)
class Container:
    """A service of a compose file.

    Attributes:
        name: of the service.
        place: the file and the line of it.
        image: what it runs; None if it is built.
        context: the folder that it is built from; absolute.
        dockerfile: what it is built by; absolute.
        entrypoint: words of the program; None if the image says.
        command: more words; None if the image says.
        environment: its variables.
        ports: on which it listens, the published ones first.
        count: how many of it there are.
        workdir: where it starts, in the container; None if the image says.
        aliases: other names of it.
        mounts: folders of the machine by where they are in the container.
        health: the path that its health check asks for; None if it asks for none.
        stop_s: how long its end may take, in seconds.
        left: what of it was not taken, each in one line.
        target: the stage of the Dockerfile that its image is; None: the last.
        arguments: the build arguments.
        user: who runs it; None if the image says.
        binds: files and folders of the machine by where they are in the container, whether they are there or not.
        fixed: the addresses that it is to have.
        refused: what of it no node can have, each in one line.
    """

    name: str
    place: str
    image: str | None
    context: Path | None
    dockerfile: Path | None
    entrypoint: tuple[str, ...] | None
    command: tuple[str, ...] | None
    environment: Mapping[str, str]
    ports: Sequence[int]
    count: int
    workdir: str | None
    aliases: Sequence[str]
    mounts: Mapping[str, Path]
    health: str | None
    stop_s: float | None
    left: Sequence[str]
    target: str | None = None
    arguments: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    binds: Mapping[str, Path] = field(default_factory=dict)
    fixed: Sequence[str] = ()
    refused: Sequence[str] = ()


def command_of(container: Container, built: Dockerfile | None) -> tuple[str, ...]:
    """The words of a container's program: what the compose file says stands in for the Dockerfile's."""
    if container.entrypoint is not None:
        return (*container.entrypoint, *(container.command or ()))
    entrypoint = (built.entrypoint if built else None) or ()
    if entrypoint and built and built.by_shell:
        return entrypoint
    command = container.command if container.command is not None else (built.command if built else None)
    return (*entrypoint, *(command or ()))


def port_of(
    container: Container, built: Dockerfile | None, environment: Mapping[str, str], command: Sequence[str]
) -> int | None:
    """The port on which a container listens; None if nothing says so."""
    return next(iter([*container.ports, *(built.ports if built else [])]), None) or _port(environment, command)


def _port(environment: Mapping[str, str], command: Sequence[str]) -> int | None:
    """A port that a variable or an option of that name says."""
    options = [*environment.items(), *pairwise(command)]
    options += [(word.partition("=")[0], word.partition("=")[2]) for word in command if word.startswith("--")]
    named = [
        value for name, value in options if re.fullmatch(r"-p|-*((APP|SERVER|SERVICE|HTTP|LISTEN)_)?PORT", name, re.I)
    ]
    bound = [text.rpartition(":")[2] for name, text in options if re.fullmatch(r"-b|--bind|--host-port", name)]
    numbers = (int(value) for value in [*named, *bound] if value.isdecimal() and 0 < int(value) < 65536)
    return next(numbers, None)


def cluster_of(members: Sequence[Container]) -> str | None:
    """The name of the Hazelcast cluster; Hazelcast's own default without a word of it; None without members."""
    if not members:
        return None
    given = " ".join(f"{key}={value}" for each in members for key, value in each.environment.items())
    found = re.search(r"(?:HZ_CLUSTERNAME|group\.name|cluster-?name)=([\w.-]+)", given, re.IGNORECASE)
    return found[1] if found else "dev"
