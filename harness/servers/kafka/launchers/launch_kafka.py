"""Starts a Kafka broker in place of this process; the same in an image and as a local process.

Environment, as with the image apache/kafka: KAFKA_* become broker properties ("_" is ".", "__" is "_", "___" is "-"),
CLUSTER_ID, KAFKA_HEAP_OPTS, KAFKA_OPTS. Where things are: HARNESS_JAVA, HARNESS_JARS, HARNESS_AOT, HARNESS_DATA (the
broker's own files), HARNESS_KAFKA_FORMATTED (a storage folder formatted once). HARNESS_TUNED=0 leaves the JVM as it
comes.
"""

from __future__ import annotations

import base64
import os
import shlex
import shutil
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path

import jvm

# The image's own default.
_CLUSTER_ID = "5L6g3nShT-eMCtK--X86sw"
_NOT_PROPERTIES = {
    "KAFKA_VERSION",
    "KAFKA_HEAP_OPTS",
    "KAFKA_OPTS",
    "KAFKA_JMX_OPTS",
    "KAFKA_JMX_HOSTNAME",
    "KAFKA_JVM_PERFORMANCE_OPTS",
    "KAFKA_GC_LOG_OPTS",
    "KAFKA_LOG4J_OPTS",
    "KAFKA_LOG4J_ROOT_LOGLEVEL",
    "KAFKA_LOG4J_LOGGERS",
    "KAFKA_TOOLS_LOG4J_LOGLEVEL",
}


def properties(environment: Mapping[str, str]) -> dict[str, str]:
    """The broker properties that KAFKA_* variables stand for."""
    return {
        # In the image's order: three underscores first, then two.
        name.removeprefix("KAFKA_").lower().replace("_", ".").replace("...", "-").replace("..", "_"): value
        for name, value in environment.items()
        if name.startswith("KAFKA_") and name not in _NOT_PROPERTIES
    }


def format_storage(wanted: Mapping[str, str], *, formatted: Path, cluster_id: str) -> None:
    """Makes the storage folders of a broker out of one that was formatted once: the tool takes seconds for that.

    Only meta.properties differs between brokers. The checkpoint that is beside it in the metadata's folder, from 4.4 on
    in the folder of its log, holds feature levels and neither cluster nor broker id. Folders that are formatted already
    stay as they are.
    """
    folders = wanted["log.dirs"].split(",")
    metadata = wanted.get("metadata.log.dir") or folders[0]
    for folder in map(Path, dict.fromkeys([*folders, metadata])):
        if (folder / "meta.properties").exists():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        if str(folder) == metadata:
            shutil.copytree(formatted, folder, dirs_exist_ok=True)
        meta = {
            "version": "1",
            "cluster.id": cluster_id,
            "node.id": wanted["node.id"],
            "directory.id": _directory_id(),
        }
        _write(folder / "meta.properties", meta)


def _directory_id() -> str:
    """A random id as Kafka writes it: URL-safe base64 that does not begin with a dash."""
    while (text := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return text


def _write(file: Path, settings: Mapping[str, str]) -> None:
    escaped = ((key, value.replace("\\", "\\\\").replace("\n", "\\n")) for key, value in settings.items())
    # In one step: a start that is killed leaves no half of it.
    temporary = file.with_name(f".{file.name}.part")
    temporary.write_text("".join(f"{key}={value}\n" for key, value in escaped))
    temporary.replace(file)


def main() -> None:
    """Becomes the server."""
    data = jvm.place("HARNESS_DATA", "/var/lib/harness")
    data.mkdir(parents=True, exist_ok=True)
    wanted = properties(os.environ)
    wanted.setdefault("log.dirs", wanted.get("log.dir") or str(data / "kafka"))
    if "node.id" not in wanted:
        sys.exit("KAFKA_NODE_ID is missing: every broker needs one")
    format_storage(
        wanted,
        formatted=jvm.place("HARNESS_KAFKA_FORMATTED", "/opt/harness/kafka-formatted"),
        cluster_id=os.environ.get("CLUSTER_ID") or _CLUSTER_ID,
    )
    file = data / "server.properties"
    _write(file, wanted)
    options = [
        f"-Dlog4j2.configurationFile={Path(__file__).resolve().parent / 'log4j2.properties'}",
        *shlex.split(os.environ.get("KAFKA_HEAP_OPTS") or "-Xmx320m"),
        *shlex.split(os.environ.get("KAFKA_OPTS", "")),
    ]
    jvm.become("kafka", options, ["kafka.Kafka", str(file)])


if __name__ == "__main__":
    main()
