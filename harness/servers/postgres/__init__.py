"""PostgreSQL: the external store of Hazelcast maps."""
