"""The servers' jars, as locked: downloaded by jgo from Maven, checked against the lock's sha256 at every use.

The lock is installed as it is and nothing is resolved anew; that takes seconds instead of minutes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import requests
from jgo.env import LockFile
from jgo.maven import MavenContext

from harness.errors import EnvironmentUnfitError
from harness.narration import Say
from harness.provision.cache import cache_folder, exclusively

_JAVA = Path(__file__).parent / "java"
_DOWNLOADS_AT_ONCE = 8
SERVERS = ("hazelcast", "kafka")


@dataclass(frozen=True)
class Jar:
    """One locked jar."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file(self) -> str:
        """Its file name."""
        return f"{self.artifact}-{self.version}.jar"


def locked(server: str) -> tuple[Jar, ...]:
    """What the lock of a server ("hazelcast", "kafka") says.

    Raises:
        EnvironmentUnfitError: a jar without a hash; the lock was not made by `make lock`.
    """
    jars = []
    for entry in LockFile.load(lock_path(server)).dependencies:
        if not entry.sha256:
            raise EnvironmentUnfitError(f"{lock_path(server).name} has no sha256 for {entry.artifactId}; run make lock")
        jars.append(Jar(entry.groupId, entry.artifactId, entry.version, entry.sha256))
    return tuple(jars)


def lock_path(server: str) -> Path:
    """The lock file of a server."""
    return _JAVA / server / "jgo.lock.toml"


def install(server: str, say: Say) -> Path:
    """The folder that holds exactly the locked jars of a server, each with the right content.

    Raises:
        EnvironmentUnfitError: a jar's hash differs, the registry does not answer, or the disk is full.
    """
    jars = locked(server)
    folder = cache_folder() / "jars" / server
    folder.mkdir(parents=True, exist_ok=True)
    with exclusively(f"jars-{server}"):
        missing = [jar for jar in jars if not (folder / jar.file).exists()]
        if missing:
            say(f"{server}: getting {len(missing)} of {len(jars)} jars")
            _download(missing, folder)
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda jar: _check(jar, folder / jar.file), jars))
        for stranger in {path.name for path in folder.iterdir()} - {jar.file for jar in jars}:
            (folder / stranger).unlink()
    return folder


def _download(jars: Sequence[Jar], folder: Path) -> None:
    maven = MavenContext(timeout=60)
    with ThreadPoolExecutor(_DOWNLOADS_AT_ONCE) as pool:
        list(pool.map(lambda jar: _get(maven, jar, folder / jar.file), jars))


def _get(maven: MavenContext, jar: Jar, target: Path) -> None:
    try:
        source = maven.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve()
        _check(jar, source)
        temporary = target.with_suffix(f".{os.getpid()}.part")
        shutil.copyfile(source, temporary)
        temporary.replace(target)
    except (requests.RequestException, RuntimeError) as error:
        reason = str(error).splitlines()[0][:200]
        raise EnvironmentUnfitError(
            f"{jar.file} can't be had: the package registry for jars does not answer as it should ({reason}). "
            f"Check the network, or put the jar at {target}"
        ) from error
    except OSError as error:
        raise EnvironmentUnfitError(f"{jar.file} can't be written to {target.parent}: {error.strerror}") from error


def _check(jar: Jar, path: Path) -> None:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != jar.sha256:
        raise EnvironmentUnfitError(
            f"{path} is corrupt: its sha256 is {found[:16]}..., the lock says {jar.sha256[:16]}.... "
            "Delete that file and run again"
        )
