"""Tests of one system that is up for all of them. A package: its fixtures end with the last of its tests."""
