"""Registers the harness' pytest plugin for this repository."""

pytest_plugins = ["harness.plugin"]
