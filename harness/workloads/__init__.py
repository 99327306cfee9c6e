"""Clients of the system under test, a file a workload; each records every operation."""
