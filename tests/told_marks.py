"""A pytest plugin that prints of each scenario what it is marked with and which faults it injects, as JSON lines."""

from __future__ import annotations

import json

import pytest

from harness import faults

_FAULTS = {name for name in dir(faults) if isinstance(getattr(faults, name), type)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Prints one line for each."""
    for item in items:
        assert isinstance(item, pytest.Function)
        given = item.callspec.params.values() if hasattr(item, "callspec") else ()
        names = {*item.function.__code__.co_names, *(type(value).__name__ for value in given)}
        told = {
            "quick": item.get_closest_marker("quick") is not None,
            "guarantees": [mark.args[0] for mark in item.iter_markers("guarantee")],
            "faults": sorted(names & _FAULTS),
        }
        print(json.dumps(told))  # noqa: T201
