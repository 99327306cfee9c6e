"""The Kafka kind of server: its brokers, the view of the cluster, its targets and effects."""
