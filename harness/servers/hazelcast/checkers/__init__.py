"""What a Hazelcast map keeps, and what it may lose."""
