"""A pytest plugin for runs of these tests: which scenarios somebody's system is left out of, each with the reason."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.errors import LeftOutError
from harness.plugin.options import value
from harness.plugin.ordering import declared_by, has_system
from tests.running import ROOT, run

_FOUND = "choosing.json"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Writes down beside the system's file what its plugin is about to do."""
    found = {item.nodeid.rpartition("/")[2]: _why_left_out(item) for item in items if has_system(item)}
    Path(value(items[0].config, "--system")).with_name(_FOUND).write_text(json.dumps(found))


def _why_left_out(item: pytest.Item) -> str:
    try:
        declared_by(item)
    except LeftOutError as error:
        return str(error)
    return ""


def chosen(file: Path) -> Mapping[str, str]:
    """Why each scenario is left out of a run on the system that a file describes, by its name; empty if it is not."""
    plugin = ("-p", "tests.messages.choosing", "-p", "no:cacheprovider")
    status, output = run("pytest", "--collect-only", "-q", *plugin, f"--system={file}", "scenarios", cwd=ROOT)
    assert status == 0, output
    found: Mapping[str, str] = json.loads(file.with_name(_FOUND).read_text())
    return found
