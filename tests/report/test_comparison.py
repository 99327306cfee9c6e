"""What a run measured of one thing is put side by side, with what a report said of the same."""

from pathlib import Path
from xml.etree import ElementTree

from harness.events import Event
from harness.report.comparison import Compared
from harness.servers.hazelcast.telling import LOCKS


def increments(way: str, seconds: float, *, killed: bool = False) -> list[Event]:
    figures = {"locks": way, "increments": 30_000, "final": 30_000, "lost": 0, "seconds": seconds}
    figures |= {"per_second": round(30_000 / seconds, 1), "retries": 7}
    events = [Event(0, "nemesis", "info", "increments", figures, 0)]
    if killed:
        events.append(Event(1, "nemesis", "info", "kill", {"nodes": ["hazelcast-1"], "phase": "begin"}, 1))
        events.append(Event(2, "nemesis", "info", "undo-kill", {"nodes": ["hazelcast-1"], "phase": "begin"}, 2))
    return events


def test_the_ways_are_beside_each_other_and_beside_the_report(tmp_path: Path) -> None:
    assert Compared.with_those_of(increments("pessimistic", 40.0), LOCKS, tmp_path)
    compared = Compared.with_those_of(increments("optimistic", 30.0, killed=True), LOCKS, tmp_path)
    assert compared

    table, plot = compared.write(tmp_path)

    assert table.name == "locks.md"
    lines = table.read_text().splitlines()
    assert lines[2:] == [
        "| locks | broken meanwhile | increments | final | lost | seconds | seconds in report 004 | per second "
        "| retries |",
        "| --- | --- | --: | --: | --: | --: | --: | --: | --: |",
        "| pessimistic | nothing | 30000 | 30000 | 0 | 40.0 | 12.82 | 750.0 | 7 |",
        "| optimistic | kill hazelcast-1 | 30000 | 30000 | 0 | 30.0 |  | 1000.0 | 7 |",
    ]
    assert ElementTree.fromstring(plot.read_text()).tag == "{http://www.w3.org/2000/svg}svg"


def test_a_scenario_without_such_figures_is_none_of_its_rows(tmp_path: Path) -> None:
    events = [Event(0, "nemesis", "info", "owners", {"keys": {}}, 0)]
    assert Compared.with_those_of(events, LOCKS, tmp_path) is None
    assert not list(tmp_path.iterdir())
