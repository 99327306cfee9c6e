"""The toolchain of services in Java: a JDK, and the jars of jgo's locks, got from Maven as the harness gets its own."""

from __future__ import annotations

import functools
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import BadInputError
from harness.messages.description.toolchain import Layers, Tools, assert_file, assert_installed
from harness.progress import Say
from harness.topology.kinds import LockedFolder

_JARS = "jars"
_GIVE = "a jgo.lock.toml there, which jgo writes of a jgo.toml: jgo --file jgo.toml lock"
_IN_IMAGE = "/opt/java"


@dataclass(frozen=True)
class Java:
    """A JDK, and the jars of one lock or several.

    Attributes:
        files: the locks, relative to the checkout.
        name: see `Toolchain`.
    """

    files: tuple[str, ...]
    name: str = "java"

    def assert_there(self, folder: Path) -> None:
        """See `Toolchain`."""
        for file in self.files:
            assert_file(self.name, folder, file, _GIVE)
            _assert_lock(folder / file)

    def prepare(self, code: Path, say: Say) -> Tools:
        """See `Toolchain`."""
        assert_installed(self.name, ("java", "javac"), "a JDK (apt-get install default-jdk-headless)")
        return Tools(links={self._beside(file): _install(code / file, say) for file in self.files})

    def layers(self, code: Path, kind: str) -> Layers:
        """See `Toolchain`."""
        places = {file: str(number) for number, file in enumerate(self.files, start=1)}
        return Layers(
            name=self.name,
            debian=("default-jdk-headless",),
            stage="\n".join(f"COPY {kind}/java/{place} {_IN_IMAGE}/{place}" for place in places.values()),
            fetched=_IN_IMAGE,
            folders={
                f"{kind}/java/{place}": LockedFolder((code / file).read_bytes(), functools.partial(_jars, code / file))
                for file, place in places.items()
            },
            links={self._beside(file): f"{_IN_IMAGE}/{place}" for file, place in places.items()},
        )

    def _beside(self, file: str) -> str:
        return posixpath.join(posixpath.dirname(posixpath.normpath(file)), _JARS)


def _assert_lock(file: Path) -> None:
    """Checks that a file is a lock of jgo.

    Raises:
        BadInputError: it is none.
    """
    from jgo.env import LockFile

    try:
        LockFile.load(file)
    except (ValueError, KeyError, TypeError) as error:
        raise BadInputError(f"runtime.java: {file} is no lock of jgo ({error}): jgo --file jgo.toml lock") from error


def _install(lock: Path, say: Say) -> Path:
    # Imported late: what resolves Maven artifacts takes as long to import as pytest itself.
    from harness.provision.jars import install

    return install("checkout", lock, say)


def _jars(lock: Path, say: Say) -> Sequence[Path]:
    return sorted(_install(lock, say).glob("*.jar"))
