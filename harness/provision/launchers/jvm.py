"""What the servers' launchers share: where things are, and the command that becomes the JVM. Standard library only."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

#: Servers that live for minutes never earn back what the optimizing compiler and the parallel collectors cost.
TUNED = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
#: What the JVM says of single entries of its cache is no part of a server's log; `prepare.py` checks a whole cache.
_QUIET = "-Xlog:aot*=off"


def become(server: str, options: Sequence[str], main: Sequence[str]) -> NoReturn:
    """Replaces this process by the JVM, so that its process id is the server's.

    HARNESS_TUNED=0 leaves the JVM as its vendor ships it. HARNESS_AOT_OUTPUT records a cache instead of using one.
    HARNESS_AOT_MUST=1 ends with an error where the cache can't be used, instead of starting without.
    """
    java = str(place("HARNESS_JAVA", "/opt/harness/java/bin/java"))
    tuning: list[str] = []
    if os.environ.get("HARNESS_TUNED", "1") != "0":
        tuning += TUNED
        if recording := os.environ.get("HARNESS_AOT_OUTPUT"):
            tuning.append(f"-XX:AOTCacheOutput={recording}")
        elif (cache := cache_file(server)).exists():
            strict = os.environ.get("HARNESS_AOT_MUST") == "1"
            tuning += [f"-XX:AOTCache={cache}", "-XX:AOTMode=on" if strict else _QUIET]
    try:
        os.execv(java, [java, *tuning, *options, "-cp", classpath(server), *main])
    except OSError as error:
        sys.exit(f"{java} can't be run: {error.strerror}")


def classpath(server: str) -> str:
    """All jars of a server, always in the same order: a cache fits one class path only."""
    folder = place("HARNESS_JARS", f"/opt/harness/jars/{server}")
    jars = sorted(str(jar) for jar in folder.glob("*.jar"))
    if not jars:
        sys.exit(f"there are no jars in {folder}")
    return ":".join(jars)


def cache_file(server: str) -> Path:
    """Java's ahead-of-time cache of a server; it need not be there."""
    return place("HARNESS_AOT", f"/opt/harness/{server}.aot")


def place(variable: str, default: str) -> Path:
    """A path from the environment, or where an image has it."""
    return Path(os.environ.get(variable) or default)
