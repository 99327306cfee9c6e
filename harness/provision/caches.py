"""Java's ahead-of-time caches and Kafka's formatted storage on this machine, made once and found again by a hash.

What makes them is `launchers/prepare.py`, which an image's build runs as well; this module says when that is needed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from harness.errors import EnvironmentUnfitError
from harness.narration import Say
from harness.provision.cache import assert_room, cache_folder
from harness.provision.jars import lock_path

LAUNCHERS = Path(__file__).parent / "launchers"
_ROOM_GB = 0.5
_KEPT_S = 7 * 24 * 3600
_TIMEOUT_S = 400


def places(server: str, java: Path, jars: Path) -> dict[str, str]:
    """Where a server's launcher finds what it needs on this machine, whether it is there yet or not."""
    folder = cache_folder() / "java"
    return {
        "HARNESS_JAVA": str(java),
        "HARNESS_JARS": str(jars),
        "HARNESS_AOT": str(folder / f"{server}-{_fits(server, java, jars)}.aot"),
        "HARNESS_KAFKA_FORMATTED": str(folder / f"kafka-formatted-{_hash([lock_path('kafka').read_bytes()])}"),
    }


def make(server: str, where: Mapping[str, str], say: Say) -> None:
    """Makes what a server lacks of its places.

    Raises:
        EnvironmentUnfitError: it does not start; with its last log lines.
    """
    cache, formatted = Path(where["HARNESS_AOT"]), Path(where["HARNESS_KAFKA_FORMATTED"])
    cache.parent.mkdir(parents=True, exist_ok=True)
    if server == "kafka" and not formatted.exists():
        say("kafka: formatting a storage folder, once")
        _prepare(["format-kafka"], where)
    if cache.exists():
        os.utime(cache)
        return
    assert_room(f"write Java's cache of {server}", _ROOM_GB, cache.parent)
    say(f"{server}: a training start for Java's cache, once (10 to 20 s)")
    _prepare(["train", server], where)


def sweep() -> None:
    """Removes what no run has used for a week, and what a killed one left half-made."""
    for path in (cache_folder() / "java").glob("*.aot"):
        if time.time() - path.stat().st_mtime > _KEPT_S:
            path.unlink()
    for path in (cache_folder() / "java").glob(".*.part*"):
        path.unlink()
    for path in (cache_folder() / "java").glob("formatting-*"):
        shutil.rmtree(path)


def _fits(server: str, java: Path, jars: Path) -> str:
    """Changes when a cache would no longer fit: the JVM compares class path, file sizes and dates, and options."""
    runtime = java.parent.parent
    stats = [f"{path}:{path.stat().st_size}:{path.stat().st_mtime_ns}" for path in sorted(jars.glob("*.jar"))]
    modules = runtime / "lib" / "modules"
    stats.append(f"{modules}:{modules.stat().st_size}:{modules.stat().st_mtime_ns}")
    scripts = [LAUNCHERS / name for name in ("jvm.py", "prepare.py", f"launch_{server}.py")]
    files = [runtime / "release", *scripts]
    return _hash([*(path.read_bytes() for path in files), *(line.encode() for line in stats)])


def _hash(parts: Iterable[bytes]) -> str:
    seen = hashlib.sha256()
    for part in parts:
        seen.update(hashlib.sha256(part).digest())
    return seen.hexdigest()[:16]


def _prepare(arguments: list[str], where: Mapping[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, str(LAUNCHERS / "prepare.py"), *arguments],
        env={"PATH": os.environ.get("PATH", os.defpath), **where},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=_TIMEOUT_S,
    )
    if done.returncode:
        raise EnvironmentUnfitError(done.stdout.strip())
