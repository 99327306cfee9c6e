"""Hazelcast: members, what the cluster says of itself, what can be aimed at, and workloads on its structures."""
