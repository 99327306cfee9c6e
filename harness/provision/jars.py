"""The servers' jars, as locked: downloaded by jgo from Maven, checked against the lock's sha256 at every use.

The lock is installed as it is and nothing is resolved anew; that takes seconds instead of minutes.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import requests
from jgo.config import GlobalSettings
from jgo.constants import MAVEN_CENTRAL_URL
from jgo.env import LockFile
from jgo.maven import MavenContext

from harness.claim import remove
from harness.errors import EnvironmentUnfitError
from harness.progress import Say
from harness.provision.cache import cache_folder, exclusively

_AT_ONCE = 8
_ANSWER_TIMEOUT_S = 30
_SAY_EVERY_S = 2.0
#: What makes the name of a temporary folder its own.
_SCRATCH = re.compile(r"[a-z0-9_]{8}")


@dataclass(frozen=True)
class Jar:
    """One locked jar."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file(self) -> str:
        """The jar's file name."""
        return f"{self.artifact}-{self.version}.jar"

    @property
    def path(self) -> str:
        """The jar's place in a Maven repository."""
        return f"{self.group.replace('.', '/')}/{self.artifact}/{self.version}/{self.file}"


def locked(lock: Path) -> tuple[Jar, ...]:
    """The jars that the lock of a kind of server names.

    Raises:
        EnvironmentUnfitError: a jar without a hash; the lock was not made by `make lock`.
    """
    jars = []
    for entry in LockFile.load(lock).dependencies:
        if not entry.sha256:
            raise EnvironmentUnfitError(f"{lock} has no sha256 for {entry.artifactId}: run make lock")
        jars.append(Jar(entry.groupId, entry.artifactId, entry.version, entry.sha256))
    return tuple(jars)


def jars_folder(server: str, lock: Path) -> Path:
    """The folder of a server's jars: another one for each lock, as checkouts of different locks may share a cache."""
    return cache_folder() / "jars" / f"{server}-{_sha256(lock)[:16]}"


def install(server: str, lock: Path, say: Say) -> Path:
    """The folder that holds the locked jars of a server and no other, each with the right content.

    Raises:
        EnvironmentUnfitError: a jar's hash differs, one is there that is not locked, the registry does not answer, or
            the disk is full.
    """
    jars = locked(lock)
    folder = jars_folder(server, lock)
    folder.mkdir(parents=True, exist_ok=True)
    with exclusively(f"jars-{server}", say):
        if missing := [jar for jar in jars if not (folder / jar.file).exists()]:
            _fetch(server, missing, folder, say)
        with ThreadPoolExecutor() as pool:
            for jar, sha256 in zip(jars, pool.map(lambda jar: _sha256(folder / jar.file), jars), strict=True):
                _assert_same(jar, sha256, folder / jar.file)
        if strangers := {path.name for path in folder.glob("*.jar")} - {jar.file for jar in jars}:
            raise EnvironmentUnfitError(
                f"{folder / min(strangers)} is not of the lock, and the server would run it: take it away and run again"
            )
    return folder


def _fetch(server: str, jars: Sequence[Jar], folder: Path, say: Say) -> None:
    """Gets jars in parallel; whatever came before a failure stays, so that the next run has less to do."""
    say(f"{server}: getting {len(jars)} jars")
    settings = GlobalSettings.load()
    said_at = time.monotonic()
    for left in folder.parent.glob(f".{server}-*"):
        # Of a run that was killed: nobody else gets jars of this server now.
        if _SCRATCH.fullmatch(left.name.removeprefix(f".{server}-")):
            remove(left)
    # jgo writes in place, so a download that is cut off must not be left where somebody will look for it.
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{server}-") as scratch:
        maven = MavenContext(
            repo_cache=Path(scratch),
            remote_repos={"central": MAVEN_CENTRAL_URL, **settings.repositories},
            timeout=_ANSWER_TIMEOUT_S,
        )
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            futures = [pool.submit(_get, maven, settings.repo_cache, jar, folder / jar.file) for jar in jars]
            for count, future in enumerate(as_completed(futures), start=1):
                _raise_or_go_on(future, futures)
                if time.monotonic() - said_at > _SAY_EVERY_S:
                    say(f"{server}: {count} of {len(jars)} jars")
                    said_at = time.monotonic()


def _raise_or_go_on(done: Future[None], others: Sequence[Future[None]]) -> None:
    if error := done.exception():
        for other in others:
            other.cancel()
        raise error


def _get(maven: MavenContext, local: Path, jar: Jar, target: Path) -> None:
    """The content of a jar: from Maven's folder on this machine if it is there and right, else from the registry."""
    known = local / jar.path
    try:
        source = known if known.exists() and _sha256(known) == jar.sha256 else _download(maven, jar)
        _assert_same(jar, _sha256(source), source, hint="The registry, or a mirror in between, serves something else")
        copy = maven.repo_cache / f"{jar.file}.copy"
        shutil.copyfile(source, copy)
        copy.replace(target)
    except requests.RequestException as error:
        raise _unreachable(jar, error) from error
    except OSError as error:
        raise EnvironmentUnfitError(f"{jar.file} can't be written to {target.parent}: {error.strerror}") from error


def _download(maven: MavenContext, jar: Jar) -> Path:
    artifact = maven.project(jar.group, jar.artifact).at_version(jar.version).artifact()
    try:
        path: Path = artifact.resolve()
    except RuntimeError as error:
        raise EnvironmentUnfitError(
            f"{jar.file} is not in the package registry for jars: {_MIRROR}; or the lock is wrong: run make lock"
        ) from error
    return path


_MIRROR = "if it is a mirror of yours ([repositories] in jgo's configuration file), look there"


def _unreachable(jar: Jar, error: BaseException) -> EnvironmentUnfitError:
    reason = error
    while inner := reason.__cause__ or reason.__context__:
        reason = inner
    return EnvironmentUnfitError(
        f"{jar.file} can't be had: the package registry for jars does not answer ({str(reason)[:120]}). Check the "
        "network and run again, or name a mirror of Maven Central as `central` under [repositories] in jgo's "
        "configuration file (~/.config/jgo.conf)"
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _assert_same(jar: Jar, sha256: str, path: Path, *, hint: str = "Delete that file and run again") -> None:
    if sha256 != jar.sha256:
        raise EnvironmentUnfitError(
            f"{path} is corrupt: its sha256 is {sha256[:16]}..., expected is {jar.sha256[:16]}... by the lock. {hint}"
        )
