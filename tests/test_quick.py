"""The quick half of the scenarios, which runs at every change, leaves out no kind of fault and no guarantee."""

import json

import pytest

from tests.running import run

#: The first takes two more releases of a server, and the jars, images and caches of both: two minutes. The second loses
#: packets as others do, and shows only after longer than a record is kept: half a minute.
_NOT_QUICK = {"Upgrade", "NarrowLink"}


@pytest.mark.parametrize("what", ["guarantees", "faults"])
def test_each_is_in_the_quick_half(what: str) -> None:
    status, output = run("pytest", "scenarios", "--collect-only", "-q", "-p", "tests.told_marks")
    assert status == 0, output
    scenarios = [json.loads(line) for line in output.splitlines() if line.startswith('{"quick"')]
    everything = {one for scenario in scenarios for one in scenario[what]}
    assert len(everything) >= 4
    assert {one for scenario in scenarios if scenario["quick"] for one in scenario[what]} == everything - _NOT_QUICK
