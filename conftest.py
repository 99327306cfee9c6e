"""Registers the harness' pytest plugin for this repository, whether it is installed or not."""

pytest_plugins = ["harness.plugin", "harness.plugin.options"]
