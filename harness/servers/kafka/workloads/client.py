"""What producers and consumers of a workload have in common: how soon they find brokers again."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from typing import Any

from kafka.net.compat import KafkaNetClient

from harness.backends.protocol import Node

#: A dead container's address refuses nothing, so a connection is given up after this.
_CONNECT_MS = 1000
_SETTINGS: dict[str, Any] = {
    "reconnect_backoff_ms": 50,
    "reconnect_backoff_max_ms": 500,
    "retry_backoff_ms": 100,
    "metadata_max_age_ms": 2000,
    # For one broker, chosen at random: a client that begins with a dead one turns to another after this.
    "bootstrap_timeout_ms": 500,
    "allow_auto_create_topics": False,
    "metrics_enabled": False,
    "kafka_client": partial(
        KafkaNetClient,
        socket_connection_setup_timeout_ms=_CONNECT_MS,
        socket_connection_setup_timeout_max_ms=_CONNECT_MS,
    ),
}


def settings(brokers: Sequence[Node]) -> dict[str, Any]:
    """The settings of a client that begins with any of these brokers."""
    # What it says of brokers that are gone is in the history, as what became of operations.
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    return {**_SETTINGS, "bootstrap_servers": [node.endpoint("external") for node in brokers]}


def log_name(partition: int) -> str:
    """The name that a history gives to the log of a partition."""
    return f"p{partition}"
