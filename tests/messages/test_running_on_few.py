"""Two logging instances, two members and one broker: the scenarios that such a system has hold on it."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from harness.backends.namespaces import why_not
from tests.messages.test_few import RUN_ON_FEW
from tests.messages.variants import FEW, variant
from tests.running import ROOT, Forked

_WITHIN_S = 1800


@pytest.mark.servers
def test_what_runs_on_two_of_each_and_one_broker_holds(tmp_path: Path) -> None:
    if why := why_not():
        pytest.skip(f"local processes have no networks of their own: {why}")
    system = variant(tmp_path / "system", FEW)
    asked = (f"--system={system}", "--backend=process", f"--reports={tmp_path / 'reports'}", "-m", "faulttolerance")
    _, output = Forked("pytest", *asked, "-p", "no:cacheprovider", "scenarios", environment=os.environ, cwd=ROOT).ended(
        _WITHIN_S
    )
    cases = ElementTree.parse(tmp_path / "reports" / "junit.xml").findall(".//testcase")
    failed = [case.get("name") for case in cases if list(case.iter("failure")) or list(case.iter("skipped"))]
    assert (len(cases), failed) == (len(RUN_ON_FEW), []), output
