"""Checkers of what a Hazelcast map keeps, and what it may lose."""
