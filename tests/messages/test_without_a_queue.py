"""A facade and its logging service alone: the scenarios that fit run, are judged by what logging has, and hold."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from harness.backends.namespaces import why_not
from tests.faults.storing import BACKENDS
from tests.messages.variants import WITHOUT_A_QUEUE, variant
from tests.running import ROOT, Forked

_WITHIN_S = 1200
#: Eight of those that fit, whose waits are short.
CHOSEN = (
    "(test_logging_instances and (costs_no_request or last_instance or may_have_happened or logged_the_others))"
    " or losing_a_member or losing_the_facade"
)


@pytest.mark.servers
@pytest.mark.parametrize("backend", BACKENDS)
def test_what_fits_a_system_without_a_queue_runs(backend: str, tmp_path: Path) -> None:
    if backend == "process" and (why := why_not()):
        pytest.skip(f"local processes have no networks of their own: {why}")
    system = variant(tmp_path / "system", WITHOUT_A_QUEUE)
    asked = (f"--system={system}", f"--backend={backend}", f"--reports={tmp_path / 'reports'}", "-m", "faulttolerance")
    plugin = ("-p", "no:cacheprovider", "-k", CHOSEN, "scenarios")
    _, output = Forked("pytest", *asked, *plugin, environment=os.environ, cwd=ROOT).ended(_WITHIN_S)
    cases = ElementTree.parse(tmp_path / "reports" / "junit.xml").findall(".//testcase")
    held = [case.get("name") for case in cases if not list(case.iter("failure")) and not list(case.iter("skipped"))]
    assert len(cases) >= 8, output
    assert len(held) >= 8, output
    told = (tmp_path / "reports" / "owner.md").read_text()
    assert "that messages come to a messages instance" in told
    assert "kept.check" in (tmp_path / "reports" / "figures.txt").read_text()
