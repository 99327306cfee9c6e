"""Workloads: clients of a Kafka cluster, past any service; each records every operation."""
