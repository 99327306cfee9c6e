"""The small system in containers that no harness has started, as somebody's compose file would have made them."""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
from docker.models.containers import Container

from harness.backends import engine
from harness.backends.gone import accepts
from harness.waiting import until
from tests.backends import image
from tests.given.small import BEFORE, PROGRAM, SPEECH

PORT = 8080
NAMES = ("logging-1", "logging-2", "logging-3", "facade")
#: In its container the program, which handles no signal, is the first process.
WITHOUT_INIT = "logging-3"


@dataclass(frozen=True)
class Contained:
    """The system.

    Attributes:
        folder: where it keeps its messages.
        containers: by what the harness calls the instances.
        at: where each can be reached from this machine, likewise.
    """

    folder: Path
    containers: Mapping[str, Container]
    at: Mapping[str, str]

    def file(self, name: str = "system.toml") -> Path:
        """Writes the file of that name which describes it, with the container of each instance."""
        roles = {"facade": NAMES[3:], "logging": NAMES[:3]}
        tables = [
            f"[services.{role}.running]\nat = {json.dumps([self.at[name] for name in names])}\n"
            f"container = {json.dumps([self.containers[name].name for name in names])}\n"
            for role, names in roles.items()
        ]
        file = self.folder / name
        file.write_text("\n".join(['name = "Contained"\n', *tables, SPEECH]))
        return file

    def states(self) -> Mapping[str, Mapping[str, Any]]:
        """What the engine says of each now."""
        for container in self.containers.values():
            container.reload()
        return {name: container.attrs["State"] for name, container in self.containers.items()}


@contextmanager
def contained(folder: Path) -> Iterator[Contained]:
    """Starts the system, each instance in a container that publishes its port; removes it at the end of the block."""
    folder.mkdir()
    (folder / "program.py").write_text(PROGRAM)
    (folder / "messages").write_text("".join(f"{text}\n" for text in BEFORE))
    tag = f"harness-test-contained-{secrets.token_hex(4)}"
    with contextlib.closing(engine.connect()) as client, ExitStack() as made:
        image.build(client, tag)
        made.callback(client.images.remove, tag, force=True)
        network = client.networks.create(tag)
        made.callback(network.remove)
        logging = [f"{tag}-{name}:{PORT}" for name in NAMES[:3]]
        at, containers = {}, {}
        for name in NAMES:
            others = logging if name == "facade" else []
            container, at[name] = _started(client, tag, name, folder, others)
            containers[name] = container
            made.callback(container.remove, force=True, v=True)
        for name in NAMES:
            until(f"{name} to listen", lambda name=name: accepts(at[name]), timeout_s=60)
        yield Contained(folder, containers, at)


def _started(
    client: docker.DockerClient, tag: str, name: str, folder: Path, others: Sequence[str]
) -> tuple[Container, str]:
    """A container, and where it listens: a port that stays the same after each start."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    container = client.containers.run(
        tag,
        [f"0.0.0.0:{PORT}", *others],
        name=f"{tag}-{name}",
        entrypoint=["/usr/bin/python3", "program.py"],
        working_dir="/system",
        volumes=[f"{folder}:/system"],
        network=tag,
        ports={PORT: ("127.0.0.1", port)},
        restart_policy={"Name": "unless-stopped"},
        init=name != WITHOUT_INIT,
        detach=True,
    )
    return container, f"127.0.0.1:{port}"
