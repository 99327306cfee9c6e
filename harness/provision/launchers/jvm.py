"""What both servers' launchers share: the command that becomes the JVM. Standard library only."""

from __future__ import annotations

import os
import sys
from pathlib import Path

#: Servers that live for minutes never earn back what the optimizing compiler and the parallel collectors cost.
TUNED = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")


def become(server: str, options: list[str], main: list[str]) -> None:
    """Replaces this process by the JVM, so that its process id is the server's."""
    java, jars = (
        place("HARNESS_JAVA", "/usr/local/bin/java"),
        Path(place("HARNESS_JARS", f"/opt/harness/jars/{server}")),
    )
    classpath = ":".join(str(jar) for jar in sorted(jars.glob("*.jar")))
    if not classpath:
        sys.exit(f"no jars in {jars}")
    tuning: list[str] = []
    if os.environ.get("HARNESS_TUNED", "1") != "0":
        tuning += TUNED
        if training := os.environ.get("HARNESS_AOT_OUTPUT"):
            tuning.append(f"-XX:AOTCacheOutput={training}")
        elif Path(cache := place("HARNESS_AOT", f"/opt/harness/{server}.aot")).exists():
            tuning.append(f"-XX:AOTCache={cache}")
    os.execv(java, [java, *tuning, *options, "-cp", classpath, *main])


def place(variable: str, default: str) -> str:
    """A path from the environment, or where an image has it."""
    return os.environ.get(variable) or default
