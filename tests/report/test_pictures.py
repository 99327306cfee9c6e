"""Pictures of a scenario: well-formed SVG that shows what was broken and when."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from harness.backends.protocol import Phase
from harness.clusters import Duty
from harness.events import Events
from harness.inspect.snapshot import NodeSeen, Snapshot
from harness.inspect.topology import drawn
from harness.report.overview import Band, bands, overview
from harness.report.svg import smaller
from harness.report.timeline import svg
from tests.report.histories import Told


def _history() -> Events:
    told = Told().post(1, at=0).post(2, at=10, outcome="info").post(3, at=700)
    return told.fault("pause", "kafka-1", at=100).fault("undo-pause", "kafka-1", at=400).events


def test_a_fault_is_a_band_until_it_is_undone() -> None:
    assert list(bands(_history())) == [Band("pause kafka-1", 0.1, 0.4)]


def test_the_overview_names_faults_and_outcomes_as_text() -> None:
    words = "".join(ElementTree.fromstring(overview(_history())).itertext())
    assert "pause kafka-1" in words
    assert "outcome unknown" in words
    assert "post (3)" in words


def test_equal_histories_give_equal_pictures() -> None:
    assert overview(_history()) == overview(_history())


def test_without_operations_there_is_no_overview() -> None:
    assert overview(Told().fault("kill", "kafka-1", at=1).events) == ""


def _seen(phase: Phase, exit_code: int | None = None, *held: Duty) -> Snapshot:
    node = NodeSeen("kafka-1", "kafka", "kafka", 1, "10.0.0.1", phase, exit_code, False, held)
    return Snapshot("e1-1", (node,), (), ())


def test_the_topology_shows_a_killed_node_and_what_it_was() -> None:
    leader = (Duty("controller", "active controller"), Duty("leader", "leads p0, p2 (ISR 1,3)"))
    picture = drawn({"before": _seen(Phase.RUNNING, None, *leader), "at the end": _seen(Phase.EXITED, 137)})
    words = list(ElementTree.fromstring(picture).itertext())
    assert "exited (137)" in words
    assert "active controller; leads p0, p2 (ISR 1,3)" in words


def test_pictures_of_odd_names_and_values_are_xml_all_the_same() -> None:
    odd = "a\x00b\x1b[31m\ufffe\ud800 $x^$ <&>"
    told = Told().post(1, at=0).fault("kill", odd, at=1).events
    events = Events(e._replace(value={**e.value, "msg": odd}, f=e.f.replace("post", odd)) for e in told)
    for picture in (svg(events.operations, events), overview(events)):
        assert r"a\x00b\x1b[31m\ufffe\ud800" in "".join(ElementTree.fromstring(picture).itertext())
    node = NodeSeen(odd, "kafka", "kafka", 1, "10.0.0.1", Phase.RUNNING, None, False, ())
    ElementTree.fromstring(drawn({"before": Snapshot("e1-1", (node,), (), ())}))


def test_a_picture_of_many_operations_is_small_and_shows_each() -> None:
    told = Told()
    for number in range(900):
        told.post(number, at=number * 10)
    picture = overview(told.events)
    ElementTree.fromstring(picture)
    assert len(picture) < 60_000
    # As a level line in its lane, and as a dot of its latency.
    assert len(re.findall(r"M[\d.]+ [\d.]+H[\d.]+", picture)) >= 1800


def test_a_picture_made_smaller_is_drawn_alike() -> None:
    style = ' style="fill: none"'
    path = f'<path d="M 1 2.001 \nL 3.456 2 \nL 3.456 9 \nz\n"{style}/>'
    drawn = f'<style>*{{}}</style><g id="line2d_1">\n  {path}</g><a{style}/>'
    assert smaller(drawn) == (
        '<style>*{}\n.s0{fill: none}</style><g>\n<path d="M1 2H3.46V9z" class="s0"/></g><a class="s0"/>'
    )
    curve = '<path d="M 1 2 \nQ 3 4 5 6 \nz\n"/>'
    assert smaller(curve) == curve
