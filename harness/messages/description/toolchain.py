"""What the services of a checkout need beside Python: a language's tools, and packages that its own files name."""

from __future__ import annotations

import posixpath
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from harness.errors import BadInputError, EnvironmentUnfitError
from harness.progress import Say
from harness.topology.kinds import LockedFolder


@dataclass(frozen=True)
class Tools:
    """What commands need that run on this machine.

    Attributes:
        environment: variables of theirs.
        links: what lies in their copy of the checkout beside its own files, by the path there.
        made_of: what another result of a build step may come of; texts that change with it.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, Path] = field(default_factory=dict)
    made_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layers:
    """What a toolchain adds to an image.

    Attributes:
        name: of the toolchain.
        debian: the packages that have its tools.
        stage: instructions that get the packages; they begin where the tools and the settings are.
        fetched: the folder that these are then in.
        registry: the folder of the build context with this machine's settings of its package registry, if the
            instructions reach one.
        settings: variables by which its tools find these, below /build/<registry>; no image has them.
        files: that these instructions copy, by their names in the context.
        folders: likewise.
        environment: variables of all commands in the image.
        links: what lies in the checkout there beside its own files, by the path there.
    """

    name: str
    debian: tuple[str, ...]
    stage: str
    fetched: str
    registry: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    folders: Mapping[str, LockedFolder] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)


class Toolchain(Protocol):
    """A toolchain: a frozen, hashable value that can be pickled, made of what a description says."""

    @property
    def name(self) -> str:
        """What its key is called in [runtime]."""

    def assert_there(self, folder: Path) -> None:
        """Checks that the checkout in a folder has the files that it needs.

        Raises:
            BadInputError: one is not there, or can't be read.
        """

    def prepare(self, code: Path, say: Say) -> Tools:
        """Gets the packages that a checkout names, once for their content, with the tools of this machine.

        Raises:
            EnvironmentUnfitError: a tool is not there, or a package can't be had, with the last lines of what is said.
        """

    def layers(self, code: Path, kind: str) -> Layers:
        """What the toolchain adds to the image of a kind, whose files are in a folder of its name in the context."""


def assert_file(key: str, checkout: Path, file: str, give: str) -> None:
    """Checks that a checkout has a file that [runtime] names.

    Args:
        key: of [runtime], that names it.
        checkout: its folder.
        file: relative to that.
        give: what a person gives instead, in words.

    Raises:
        BadInputError: it is not there, or beside the checkout.
    """
    if posixpath.normpath(file).startswith("..") or not (checkout / file).is_file():
        raise BadInputError(f"runtime.{key}: there is no file {file} in {checkout}; give {give}")


def assert_installed(key: str, commands: Sequence[str], install: str) -> None:
    """Checks that this machine has the tools of a language.

    Args:
        key: of [runtime], that asks for them.
        commands: that have to be there.
        install: what a person installs.

    Raises:
        EnvironmentUnfitError: one is not there.
    """
    if missing := [command for command in commands if shutil.which(command) is None]:
        raise EnvironmentUnfitError(
            f"runtime.{key} needs {' and '.join(commands)}, and this machine has no {missing[0]}: install {install}, "
            "or use --backend docker, whose image has them"
        )
