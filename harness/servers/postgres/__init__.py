"""The PostgreSQL kind of server: the external store of Hazelcast maps."""
