"""Scenarios of one topology run one after the other, in the order of the files."""

import pytest

pytest_plugins = ["pytester"]

SCENARIOS = """import pytest


@pytest.mark.system(queue="hazelcast")
def test_usual():
    pass


@pytest.mark.system(members=4, zoned=True)
def test_zoned():
    pass


@pytest.mark.system(members=3, consumers=False)
def test_usual_said_otherwise():
    pass


@pytest.mark.system(zoned=True)
@pytest.mark.system(members=4)
def test_zoned_by_two_markers():
    pass
"""


def test_each_topology_is_there_once(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SCENARIOS)
    collected = pytester.runpytest_inprocess("-p", "harness.plugin", "--collect-only", "-q")
    assert [line.rpartition("::")[2] for line in collected.outlines if "::" in line] == [
        "test_usual",
        "test_usual_said_otherwise",
        "test_zoned",
        "test_zoned_by_two_markers",
    ]
