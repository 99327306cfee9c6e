"""What a file can say of nodes that run already: where they are, and how they are broken and put back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from harness.decoding.positions import Keys
from harness.decoding.problems import Problem, choice, nearest
from harness.topology.given import DEEDS, UNDOING, Given

#: A word of a command; a NUL would end it.
Word = Annotated[str, Meta(pattern=r"^[^\x00]*$", description="a text, with references such as ${name} and ${at}")]
Endpoint = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9._-]+:[0-9]{1,5}$(?!\n)", description='host:port, such as "127.0.0.1:9092"')
]
Container = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$(?!\n)", description="the name or the id of a container"),
]
#: The name of a Hazelcast cluster whose configuration says none.
DEV = "dev"
#: What a command may refer to.
REFERENCES = ("name", "index", "at", "host", "port")
_REFERENCE = re.compile(r"\$\{([^}]*)\}")


class Doing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How nodes that run already are ended, started, paused and resumed: by their containers, or by commands.

    Attributes:
        container: the container of each node, by name or id, in the order of `at`; the engine does all of it.
        kill: the command that kills a node at once, as SIGKILL does. It needs `start`, and may refer to `${name}`,
            `${index}` (from 1 on), `${at}`, `${host}` and `${port}`, as all of these commands.
        stop: the command that has a node end in order, as SIGTERM does; it needs `start`.
        start: the command that starts a node again. It may be the node itself, and go on.
        pause: the command that freezes a node, as SIGSTOP does; it needs `resume`.
        resume: the command that lets a node go on.
    """

    container: tuple[Container, ...] = ()
    kill: tuple[Word, ...] = ()
    stop: tuple[Word, ...] = ()
    start: tuple[Word, ...] = ()
    pause: tuple[Word, ...] = ()
    resume: tuple[Word, ...] = ()

    @property
    def commands(self) -> Mapping[str, tuple[str, ...]]:
        """The commands that there are, by what they do."""
        every: Mapping[str, tuple[str, ...]] = {deed: getattr(self, deed) for deed in DEEDS}
        return {deed: command for deed, command in every.items() if command}


class Running(Doing, frozen=True, kw_only=True):
    """Nodes of one kind that run already, and how they are broken and put back.

    Attributes:
        at: where each is reached, as host:port.
    """

    at: Annotated[tuple[Endpoint, ...], Meta(min_length=1)]

    def more_problems(self, keys: Keys) -> Iterator[Problem]:
        """What is wrong in what only nodes of one kind have; nothing by default."""
        return iter(())


class RunningMembers(Running, frozen=True, kw_only=True):
    """Hazelcast members that run already.

    Attributes:
        at: where each lets clients in, as host:port; all members of the cluster.
        http: where each answers HTTP, as host:port, in the order of `at`; there, too, where nothing is said. The REST
            API has to be enabled, with its groups HEALTH_CHECK and CLUSTER_READ.
        cluster: the name of the cluster, which clients have to give.
    """

    # Not beside the members' own modules: who reads the file of a system loads none of these.
    http: tuple[Endpoint, ...] = ()
    cluster: Annotated[str, Meta(min_length=1)] = DEV

    def more_problems(self, keys: Keys) -> Iterator[Problem]:
        """Whether there is a place for HTTP for each member, or none."""
        if self.http and len(self.http) != len(self.at):
            yield Problem((*keys, "http"), f"{len(self.http)} for {len(self.at)} members (at); give one for each")


def problems(doing: Running, keys: Keys) -> Iterator[Problem]:
    """What is wrong in what a table says, that its types can't say."""
    commands, at = doing.commands, doing.at
    if doing.container and commands:
        yield Problem((*keys, next(iter(commands))), "a container has the engine do it: leave out this, or `container`")
    if doing.container and len(doing.container) != len(at):
        yield Problem((*keys, "container"), f"{len(doing.container)} for {len(at)} nodes (at); give one for each")
    for deed, command in commands.items():
        undone_by = UNDOING.get(deed)
        if undone_by and undone_by not in commands:
            yield Problem((*keys, deed), f"needs `{undone_by}` beside it, which puts the node back as it was")
        for word in command:
            for name in _REFERENCE.findall(word):
                if name not in REFERENCES:
                    words = f"${{{name}}} names nothing{choice(nearest(name, REFERENCES), REFERENCES)}"
                    yield Problem((*keys, deed), words)
    yield from doing.more_problems(keys)


def given(
    doing: Doing,
    number: int,
    name: str,
    *,
    address: str,
    endpoints: Mapping[str, str],
    folder: Path,
    known_as: str = "",
) -> Given:
    """One node of a table.

    Args:
        doing: how it is broken.
        number: its place in the table, from 1 on; past its end it is a node of which nothing is said.
        name: what the harness calls it.
        address: as the other nodes see it.
        endpoints: by the names of its ports, where the harness reaches it; the first one is where it is.
        folder: in which commands run.
        known_as: what its cluster calls it.
    """
    at = next(iter(endpoints.values()))
    host, _, port = at.rpartition(":")
    values = {"name": name, "index": str(number), "at": at, "host": host, "port": port}
    commands = {
        deed: tuple(_REFERENCE.sub(lambda found: values[found[1]], word) for word in command)
        for deed, command in doing.commands.items()
    }
    return Given(
        address=address,
        endpoints=tuple(endpoints.items()),
        known_as=known_as,
        container=doing.container[number - 1] if doing.container else "",
        commands=tuple(commands.items()),
        folder=str(folder),
    )
