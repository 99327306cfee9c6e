"""Kafka: brokers, what the cluster says of itself, and what can be aimed at."""
