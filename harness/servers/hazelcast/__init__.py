"""The Hazelcast kind of server: its members, the view of the cluster, its targets, effects, workloads and checkers."""
