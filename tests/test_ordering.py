"""Scenarios of one topology run one after the other, in the order of the files."""

import pytest

pytest_plugins = ["pytester"]

SCENARIOS = """import pytest
from harness.messages import messages
from harness.servers.hazelcast import hazelcast
from harness.servers.kafka import kafka


@pytest.mark.system(messages("hazelcast"))
def test_usual():
    pass


@pytest.mark.system(hazelcast(4, zoned=True))
def test_zoned():
    pass


@pytest.mark.system(messages(consumers=False), kafka(), hazelcast(3))
def test_usual_said_otherwise():
    pass


@pytest.mark.system(messages())
@pytest.mark.system(hazelcast(4, zoned=True))
def test_zoned_by_the_closest_marker():
    pass
"""


def test_each_topology_is_there_once(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SCENARIOS)
    collected = pytester.runpytest_inprocess("-p", "harness.plugin", "--collect-only", "-q")
    assert [line.rpartition("::")[2] for line in collected.outlines if "::" in line] == [
        "test_usual",
        "test_usual_said_otherwise",
        "test_zoned",
        "test_zoned_by_the_closest_marker",
    ]
