"""What servers reuse on this machine (Java's caches, Kafka's storage, PostgreSQL), made once and found by a hash.

What makes them is `launchers/prepare.py`, which an image's build runs as well; this module says when that is needed.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from harness.claim import remove
from harness.progress import Say
from harness.provision.cache import assert_room, cache_folder
from harness.provision.jars import lock_path
from harness.provision.kinds import SERVERS
from harness.provision.preparing import LAUNCHERS, prepare, sweep_scratch
from harness.topology.nodes import Kind

_ROOM_GB = 0.5
_KEPT_S = 7 * 24 * 3600
_CACHE = re.compile(r"[a-z-]+-[0-9a-f]{16}\.aot")
_HALF_MADE = re.compile(r"\.[a-z-]+-[0-9a-f]{16}(\.aot)?\.[0-9]+\.part|formatting-[a-z0-9_]{8}")
_DOING = {
    "train": "a training start for Java's cache, once (10 to 20 s)",
    "format-kafka": "formatting a storage folder, once",
    "unpack-postgres": "unpacking it and making a database, once",
}


def places(kind: Kind, java: Path, jars: Path) -> dict[str, str]:
    """Where a server's launcher finds what it needs on this machine, whether it is there yet or not."""
    folder = cache_folder() / "java"
    made = {variable: str(folder / _name(variable, kind, java, jars)) for variable in SERVERS[kind].preparations}
    return {"HARNESS_JAVA": str(java), "HARNESS_JARS": str(jars), **made}


def _name(variable: str, kind: Kind, java: Path, jars: Path) -> str:
    if variable == "HARNESS_AOT":
        return f"{kind}-{_fits(kind, java, jars)}.aot"
    made_by = [LAUNCHERS / name for name in ("prepare.py", "postgres_files.py")]
    return f"{kind}-{_hash(path.read_bytes() for path in (lock_path(kind), *made_by))}"


def make(kind: Kind, where: Mapping[str, str], say: Say) -> None:
    """Makes what a server lacks of its places.

    Raises:
        EnvironmentUnfitError: it does not start; with its last log lines.
    """
    for variable, arguments in SERVERS[kind].preparations.items():
        path = Path(where[variable])
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            os.utime(path)
            continue
        assert_room(f"make what {kind} reuses", _ROOM_GB, path.parent)
        say(f"{kind}: {_DOING[arguments[0]]}")
        prepare(arguments, where)


def sweep() -> None:
    """Removes what no run has used for a week, and what a killed one left half-made; knows each by its whole name."""
    sweep_scratch()
    for path in (cache_folder() / "java").glob("*"):
        unused = _CACHE.fullmatch(path.name) and time.time() - path.lstat().st_mtime > _KEPT_S
        if unused or _HALF_MADE.fullmatch(path.name):
            remove(path)


def _fits(kind: Kind, java: Path, jars: Path) -> str:
    """Changes when a cache would no longer fit: the JVM compares class path, file sizes and dates, and options."""
    runtime = java.parent.parent
    stats = [f"{path}:{path.stat().st_size}:{path.stat().st_mtime_ns}" for path in sorted(jars.glob("*.jar"))]
    modules = runtime / "lib" / "modules"
    stats.append(f"{modules}:{modules.stat().st_size}:{modules.stat().st_mtime_ns}")
    names = ["jvm.py", "prepare.py", f"launch_{SERVERS[kind].launcher}.py"]
    scripts = [LAUNCHERS / name for name in (*names, *(["mapstore_training.py"] if SERVERS[kind].after else []))]
    files = [runtime / "release", *scripts]
    return _hash([*(path.read_bytes() for path in files), *(line.encode() for line in stats)])


def _hash(parts: Iterable[bytes]) -> str:
    seen = hashlib.sha256()
    for part in parts:
        seen.update(hashlib.sha256(part).digest())
    return seen.hexdigest()[:16]
