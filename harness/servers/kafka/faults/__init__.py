"""The faults that only Kafka's brokers have, or that need to know where these keep what they store."""

from harness.servers.kafka.faults.torn_log import torn_log

__all__ = ["torn_log"]
