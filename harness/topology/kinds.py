"""Kinds of nodes: how a node is provisioned, which a backend asks of the kind that the node's spec names.

A kind is a value. Adding one means writing it, in the folder of its server; nothing lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from harness.errors import EnvironmentUnfitError
from harness.progress import Say


@dataclass(frozen=True)
class Program:
    """How a node of a kind is started on this machine.

    Attributes:
        command: a spec's arguments follow it.
        environment: what it needs beside a spec's; where that says otherwise, the spec holds.
    """

    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LockedFolder:
    """A folder of a build context that is only there once somebody builds.

    Attributes:
        lock: says all that will be in it, down to the bytes.
        fetch: gets the files.
    """

    lock: bytes
    fetch: Callable[[Say], Sequence[Path]]


@dataclass(frozen=True)
class Build:
    """The part that a kind adds to the top-level Dockerfile, and to the context, for an image of its own.

    Attributes:
        stages: Dockerfile stages, the image's called as the kind; they may begin with those of the top-level Dockerfile
            and copy from them, and from those of the kinds that this one uses.
        files: by their names in the context; what no stage copies stays out.
        folders: likewise.
    """

    stages: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    folders: Mapping[str, LockedFolder] = field(default_factory=dict)


@dataclass(frozen=True)
class OwnDockerfile:
    """An image that is built by a Dockerfile of somebody else's, with a context of its own.

    Attributes:
        text: the Dockerfile.
        folders: what the context has, by their names in it; "." is the context itself.
        files: likewise.
        arguments: its build arguments.
        bases: further build arguments, whose values are the images of kinds: those that it uses.
        target: the stage that the image is; without it, the last.
        advice: what a person does if an image that it begins with can't be had.
    """

    text: str
    folders: Mapping[str, LockedFolder] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    arguments: Mapping[str, str] = field(default_factory=dict)
    bases: Mapping[str, NodeKind] = field(default_factory=dict)
    target: str | None = None
    advice: str = ""


@runtime_checkable
class NodeKind(Protocol):
    """A kind of node: a frozen, hashable value that can be pickled, so equal ones are one kind.

    A kind says what its nodes need; when and where that is got is the backend's business. A class that names this one
    as its base need not say what is usual.
    """

    @property
    def name(self) -> str:
        """The name of the kind, as `--image` and the image's tag have it."""

    @property
    def uses(self) -> tuple[NodeKind, ...]:
        """The kinds that this one is prepared and built with; they are prepared first. Usually none."""
        return ()

    @property
    def gives_up_root(self) -> bool:
        """Whether the server, started by root, goes on as a user who has to get through to the node's own folder.

        Usually it doesn't.
        """
        return False

    def versions(self) -> Mapping[str, str]:
        """The versions of the server, and of the client that asks it, by name: for who compares two runs. May be none.

        Needs nothing prepared.
        """
        return {}

    def prepare(self, say: Say) -> Program:
        """Makes sure that this machine has what a local process of this kind needs; only checks what is there.

        No other run prepares anything meanwhile.

        Raises:
            EnvironmentUnfitError: it can't be had, with what to do.
        """

    def image(self) -> str | Build | OwnDockerfile:
        """The image that its nodes run.

        The name of one that is there or can be pulled, the part that an image of the project's own adds, or a
        Dockerfile of somebody else's.
        """


@runtime_checkable
class Released(NodeKind, Protocol):
    """A kind that there is in several releases, each of which is a kind of its own."""

    @property
    def releases(self) -> tuple[str, ...]:
        """The releases that can be had, oldest first; its own is among them."""

    def release(self, version: str) -> NodeKind:
        """Gives the kind in that release; itself if that is its own.

        Raises:
            BadInputError: it can't be had.
        """


@dataclass(frozen=True)
class ForeignImage(NodeKind):
    """A kind of node by somebody else's image: no jars, no launcher, no Dockerfile, and no local process.

    Attributes:
        source: the image's name, such as "redis:7".
        name: of the kind; by default the image's.
    """

    source: str
    name: str = ""

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", self.source)

    def prepare(self, say: Say) -> Program:
        """Refuses: an image can't be run as a local process.

        Raises:
            EnvironmentUnfitError: always.
        """
        raise EnvironmentUnfitError(
            f"{self.source} is an image, which does not run as a local process: use --backend docker"
        )

    def image(self) -> str:
        """The name of the image."""
        return self.source
