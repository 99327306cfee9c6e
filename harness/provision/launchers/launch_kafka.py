"""Starts a Kafka broker in place of this process; the same in an image and as a local process.

Environment, as with the image apache/kafka: KAFKA_* become broker properties ("_" is ".", "__" is "_", "___" is "-"),
CLUSTER_ID, KAFKA_HEAP_OPTS, KAFKA_OPTS. Where things are: HARNESS_JAVA, HARNESS_JARS, HARNESS_AOT, HARNESS_DATA (the
broker's own files), HARNESS_KAFKA_FORMATTED (a storage folder formatted once).
"""

from __future__ import annotations

import base64
import os
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path

import jvm

_NOT_PROPERTIES = ("KAFKA_HEAP_OPTS", "KAFKA_OPTS", "KAFKA_JVM_PERFORMANCE_OPTS", "KAFKA_LOG4J", "KAFKA_GC_LOG")


def properties(environment: Mapping[str, str]) -> dict[str, str]:
    """The broker properties that KAFKA_* variables stand for."""
    return {
        name.removeprefix("KAFKA_")
        .lower()
        .replace("___", "-")
        .replace("__", "\0")
        .replace("_", ".")
        .replace("\0", "_"): value
        for name, value in environment.items()
        if name.startswith("KAFKA_") and not name.startswith(_NOT_PROPERTIES)
    }


def format_storage(folder: Path, *, formatted: Path, cluster_id: str, node_id: str) -> None:
    """Makes a formatted storage folder out of the one that was formatted once: what the tool takes seconds for.

    Only meta.properties differs between nodes; the bootstrap checkpoint holds feature levels and is the same for all.
    """
    if (folder / "meta.properties").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(formatted / "bootstrap.checkpoint", folder)
    directory_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A", 1)
    meta = {"version": "1", "cluster.id": cluster_id, "node.id": node_id, "directory.id": directory_id}
    (folder / "meta.properties").write_text("".join(f"{key}={value}\n" for key, value in meta.items()))


def main() -> None:
    """Becomes the server."""
    environment = os.environ
    data = Path(jvm.place("HARNESS_DATA", "/var/lib/harness"))
    wanted = properties(environment)
    wanted.setdefault("log.dirs", str(data / "kafka"))
    formatted = Path(jvm.place("HARNESS_KAFKA_FORMATTED", "/opt/harness/kafka-formatted"))
    for folder in {*wanted["log.dirs"].split(","), wanted.get("metadata.log.dir", wanted["log.dirs"].split(",")[0])}:
        format_storage(
            Path(folder), formatted=formatted, cluster_id=environment["CLUSTER_ID"], node_id=wanted["node.id"]
        )
    file = data / "server.properties"
    file.write_text("".join(f"{key}={value}\n" for key, value in wanted.items()))
    options = [
        *environment.get("KAFKA_HEAP_OPTS", "-Xmx320m").split(),
        f"-Dlog4j2.configurationFile={Path(__file__).parent / 'log4j2.properties'}",
        *environment.get("KAFKA_OPTS", "").split(),
    ]
    jvm.become("kafka", options, ["kafka.Kafka", str(file)])


if __name__ == "__main__":
    main()
