"""Releases of Kafka's own client for Java, each in a process of its own."""
