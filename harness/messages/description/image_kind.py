"""The kinds of services that have an image of their own: one that is there, or that a Dockerfile makes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.errors import BadInputError
from harness.messages.description import checkout
from harness.messages.description.own_dockerfile import replaced
from harness.progress import Say
from harness.provision.bases import BASES
from harness.topology.kinds import LockedFolder, NodeKind, OwnDockerfile, Program

_LONGEST = 60
_BASE = "HARNESS_IMAGE"


@dataclass(frozen=True)
class Own:
    """What an instance has that is started by an image, beside what the description says of its service.

    Attributes:
        kind: of the instance.
        arguments: in place of the image's own (CMD).
        environment: its variables.
        host_names: more of its.
    """

    kind: NodeKind
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    host_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReadyImage(NodeKind):
    """The image of a service that somebody has made already.

    Attributes:
        source: its name, such as "shop/facade:2".
        place: what of the file says that it is the service's, or that of the first of several.
    """

    source: str
    place: str = field(compare=False)

    @property
    def name(self) -> str:
        """The name of the image."""
        return self.source

    def prepare(self, say: Say) -> Program:
        """Refuses: an image does not run as a local process.

        Raises:
            BadInputError: always.
        """
        raise _no_process(self.place)

    def image(self) -> str:
        """The name of the image."""
        return self.source


@dataclass(frozen=True)
class Context:
    """A folder of files that goes into an image, as it is now.

    Attributes:
        name: in the build's context; "." is all of it.
        folder: absolute.
        digest: of its content.
    """

    name: str
    folder: Path
    digest: str

    @property
    def locked(self) -> LockedFolder:
        """The folder as it is copied once somebody builds."""
        return LockedFolder(self.digest.encode(), self._copied)

    def _copied(self, say: Say) -> Sequence[Path]:
        return sorted(checkout.copy(self.folder, self.digest, say).iterdir())


@dataclass(frozen=True)
class OwnImage(NodeKind):
    """The image of a service that a Dockerfile makes.

    Attributes:
        place: what of the file says that it is the service's, or that of the first of several.
        text: the Dockerfile.
        contexts: the folders of its context.
        files: more of it, by their names there.
        arguments: the build arguments.
        bases: those whose values are the images of kinds.
        target: the stage that the image is; None: the last.
        name: of the kind and of the image.
    """

    place: str = field(compare=False)
    text: str
    contexts: tuple[Context, ...] = ()
    files: tuple[tuple[str, bytes], ...] = ()
    arguments: tuple[tuple[str, str], ...] = ()
    bases: tuple[tuple[str, NodeKind], ...] = ()
    target: str | None = None
    name: str = "checkout"

    def prepare(self, say: Say) -> Program:
        """Refuses: an image does not run as a local process.

        Raises:
            BadInputError: always.
        """
        raise _no_process(self.place)

    def image(self) -> OwnDockerfile:
        """The Dockerfile and its context."""
        return OwnDockerfile(
            text=self.text,
            folders={each.name: each.locked for each in self.contexts},
            files=dict(self.files),
            arguments=dict(self.arguments),
            bases=dict(self.bases),
            target=self.target,
            advice=(
                "load it (docker load), or say what stands in for it, as in "
                '[images] "python:3.12-slim" = "harness:python"'
            ),
        )


def built(
    name: str,
    place: str,
    folder: Path,
    dockerfile: Path,
    images: Mapping[str, str],
    *,
    arguments: Mapping[str, str] | None = None,
    target: str | None = None,
) -> OwnImage:
    """The kind of services whose image a Dockerfile makes.

    Args:
        name: of the kind.
        place: what of the file says so.
        folder: of the context; absolute.
        dockerfile: absolute.
        images: what stands in for images, by their names.
        arguments: the build arguments.
        target: the stage that the image is; None: the last.

    Raises:
        BadInputError: the Dockerfile can't be read, or there is too much in the folder.
    """
    try:
        given = dockerfile.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{place}: {dockerfile} can't be read: {error}; give a Dockerfile") from error
    other = replaced(given, images, arguments or {})
    return OwnImage(
        place,
        other.text,
        name=name,
        contexts=(Context(".", folder, checkout.digest(folder)),),
        arguments=tuple(sorted((arguments or {}).items())),
        bases=tuple((argument, BASES[base]) for argument, base in other.bases.items()),
        target=target,
    )


def ready(source: str, place: str, images: Mapping[str, str]) -> NodeKind:
    """The kind of services whose image is there already, or one that stands in for it.

    Args:
        source: the image's name.
        place: what of the file says so.
        images: what stands in for images, by their names.
    """
    other = images.get(source, source)
    if other not in BASES:
        return ReadyImage(other, place)
    text = f"ARG {_BASE}\nFROM ${{{_BASE}}}\n"
    return OwnImage(place, text, bases=((_BASE, BASES[other]),), name=image_name("image", source))


def derived(
    name: str,
    place: str,
    base: NodeKind,
    *,
    entrypoint: Sequence[str] | None,
    workdir: str | None,
    user: str | None,
    binds: Mapping[str, Path],
) -> NodeKind:
    """The kind whose image is another's, but for some of what that says; the other kind itself if nothing differs.

    Args:
        name: of the kind.
        place: what says so.
        base: the other kind.
        entrypoint: the words of the program; None leaves it.
        workdir: where that starts; None leaves it.
        user: who runs it; None leaves it.
        binds: files and folders by where they are in the image; what is not there is left out.
    """
    lines: list[str] = []
    contexts: list[Context] = []
    files: list[tuple[str, bytes]] = []
    for index, (target, source) in enumerate(sorted(binds.items())):
        there = f"bound-{index}"
        if source.is_file():
            there = f"{there}/{source.name}"
            files.append((there, source.read_bytes()))
        elif not source.is_dir() or not checkout.files(source):
            continue
        else:
            contexts.append(Context(there, source, checkout.digest(source)))
            there, target = f"{there}/", f"{target.rstrip('/')}/"
        lines.append(f"COPY {json.dumps([there, target])}")
    lines += [f"WORKDIR {workdir}"] if workdir else []
    lines += [f"USER {user}"] if user else []
    lines += [] if entrypoint is None else [f"ENTRYPOINT {json.dumps(list(entrypoint))}"]
    if not lines:
        return base
    text = "\n".join([f"ARG {_BASE}", f"FROM ${{{_BASE}}}", *lines, ""])
    return OwnImage(place, text, tuple(contexts), tuple(files), bases=((_BASE, base),), name=name)


def image_name(*parts: str) -> str:
    """The name of a kind after what it is of, which the name of an image can have."""
    words = [word for part in parts for word in re.findall("[a-z0-9]+", part.lower())]
    return "-".join(["checkout", *words])[:_LONGEST].rstrip("-")


def _no_process(place: str) -> BadInputError:
    return BadInputError(
        f"{place}: the service runs in an image, and local processes have none: use --backend docker, where a Docker "
        "engine answers, or give a command in place of the image, which runs in either"
    )
