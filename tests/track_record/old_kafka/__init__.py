"""Kafka before KRaft as a kind of server: brokers, and a ZooKeeper from the same jars."""
