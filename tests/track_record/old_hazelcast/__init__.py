"""Hazelcast 3 as a kind of server, asked over HTTP: no client of today speaks to it."""
