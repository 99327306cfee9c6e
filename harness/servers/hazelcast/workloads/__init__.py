"""Workloads: clients of a Hazelcast cluster, past any service; each records every operation."""
