"""How a Kafka broker is provisioned."""

from __future__ import annotations

from pathlib import Path

from harness.provision.maven import MavenServer, Preparation

KAFKA = MavenServer(
    "kafka",
    Path(__file__).parent,
    "launch_kafka.py",
    (
        Preparation("HARNESS_KAFKA_FORMATTED", "prepare_kafka.py", "format", "formatting a storage folder, once"),
        Preparation.of_javas_cache("prepare_kafka.py"),
    ),
    client="kafka-python",
)
