"""A scenario is filed under what was done to nodes of which role."""

import pytest

from harness.events import NEMESIS, Event
from harness.report.labels import story

ROLES = {"kafka-1": "kafka", "kafka-2": "kafka", "in": "facade"}


def hurt(*faults: tuple[str, list[str]]) -> list[Event]:
    return [
        Event(index, NEMESIS, "info", name, {"nodes": nodes, "phase": "begin"}, index)
        for index, (name, nodes) in enumerate(faults)
    ]


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        ([], "nothing is broken"),
        ([("kill", ["kafka-1"]), ("kill", ["kafka-2"])], "kill kafka"),
        ([("kill", ["kafka-1", "kafka-2"])], "kill kafka, 2 at once"),
        ([("pause", ["kafka-1", "in"]), ("stop", ["gone-1"])], "pause kafka and facade, 2 at once and stop gone-1"),
    ],
)
def test_faults_are_told_by_the_roles_of_their_nodes(faults: list[tuple[str, list[str]]], words: str) -> None:
    assert story(hurt(*faults), ROLES) == words
