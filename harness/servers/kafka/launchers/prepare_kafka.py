"""Makes what every start of a broker reuses: formatted storage, and Java's ahead-of-time cache. Standard library only.

python prepare_kafka.py format
python prepare_kafka.py train
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import jvm
import prepare

_FORMAT_TIMEOUT_S = 60.0
_STORAGE = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:9093
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093
log.dirs={folder}
"""


def format_storage() -> None:
    """Runs Kafka's storage tool and keeps the folder it made.

    Raises:
        PreparationError: the tool failed.
    """
    target = jvm.place("HARNESS_KAFKA_FORMATTED", "/opt/harness/kafka-formatted")
    with prepare.part_of(target) as scratch:
        scratch.mkdir()
        folder, settings = scratch / "formatted", scratch / "server.properties"
        settings.write_text(_STORAGE.format(folder=folder))
        java = str(jvm.place("HARNESS_JAVA", "/opt/harness/java/bin/java"))
        tool = ["kafka.tools.StorageTool", "format", "-t", "5L6g3nShT-eMCtK--X86sw", "-c", str(settings)]
        done = subprocess.run(
            [java, jvm.TUNED[0], "-cp", jvm.classpath("kafka"), *tool],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=_FORMAT_TIMEOUT_S,
        )
        if done.returncode:
            raise prepare.PreparationError(f"Kafka's storage could not be formatted\n{prepare.tail(done.stdout)}")
        # The folder's identity is of no use to anybody: a broker's launcher writes its own.
        (folder / "meta.properties").unlink()
        folder.rename(target)


@contextmanager
def settings(folder: Path) -> Iterator[Mapping[str, str]]:
    """The environment of a broker that is alone."""
    port, controller = prepare.free_ports(2)
    yield {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": f"1@127.0.0.1:{controller}",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_LISTENERS": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    }


if __name__ == "__main__":
    training = prepare.Training("kafka", Path(__file__).with_name("launch_kafka.py"), "Kafka Server started", settings)
    prepare.main({"format": format_storage, "train": training.train})
