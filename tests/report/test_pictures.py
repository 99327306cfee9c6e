"""Pictures of a scenario: well-formed SVG that shows what was broken and when."""

from __future__ import annotations

import random
import re
from xml.etree import ElementTree

import pytest

from harness.backends.protocol import Phase
from harness.clusters import Duty
from harness.events import Events
from harness.inspect.snapshot import NodeSeen, Snapshot
from harness.inspect.topology import drawn
from harness.report.overview import Band, bands, overview
from harness.report.svg import smaller
from harness.report.timeline import svg
from tests.checkers.small import how_many
from tests.report.histories import Told

_SVG = "{http://www.w3.org/2000/svg}"
#: How each picture of matplotlib's begins.
_ROOT = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><defs><style>*{}</style></defs>'
)
_WORD = re.compile(r"[mlhvz]|-?(?:\d+(?:\.\d*)?|\.\d+)")


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


def _posts(count: int) -> Events:
    """Posts at random times that take at random long, each by a process of its own: no two lie on one another."""
    chance, told = random.Random(7), Told()
    for number in range(count):
        told.post(number, at=chance.randrange(1_000_000), took=10 + int(100_000 * chance.random() ** 4))
    return told.events


def test_a_picture_of_few_operations_is_small() -> None:
    assert len(overview(_posts(10))) < 7_000


def test_a_picture_grows_by_few_bytes_an_operation() -> None:
    few, many = (len(overview(_posts(count))) for count in (100, 800))
    assert few - len(overview(_posts(10))) < 90 * 30
    assert many - few < 700 * 27


def test_a_picture_of_very_many_operations_grows_no_more() -> None:
    told = Told()
    for number in range(20_000):
        told.post(number % 3, at=number * 10, took=1 + number * 7 % 29)
    assert len(overview(told.events)) < 20_000


def test_each_operation_is_seen_in_its_lane_and_in_its_latency() -> None:
    told = Told()
    for number in range(50):
        told.post(number, at=number * 100, took=10)
    paths = [_subpaths(path.attrib["d"]) for path in ElementTree.fromstring(overview(told.events)).iter(f"{_SVG}path")]
    lanes, dots = (path for path in paths if len(path) == 50)
    for number, (line, (dot, _)) in enumerate(zip(lanes, dots, strict=True)):
        begin, end = (93.6 + 554.4 * (number * 100 + took) / 4910 for took in (0, 10))
        (x, y), (to, same) = line
        assert (x, to) == (pytest.approx(begin, abs=0.1), pytest.approx(end, abs=0.1))
        assert y == same
        assert dot[0] == pytest.approx(begin, abs=0.1)
    heights = [line[0][1] for line in lanes]
    assert heights == sorted(heights, reverse=True)


def test_an_axis_is_one_path_for_its_ticks_and_one_for_its_grid() -> None:
    picture = overview(_posts(10))
    assert "<use" not in picture
    assert picture.count("<path") < 30


def test_a_path_made_short_leads_to_the_same_places() -> None:
    chance = random.Random(11)
    for _ in range(how_many()):
        given = [[(chance.uniform(-9, 900), chance.uniform(-9, 900)) for _ in range(3)] for _ in range(4)]
        path = " ".join(f"M {a:f} {b:f} \nL {c:f} {d:f} \nL {e:f} {f:f} \nz" for (a, b), (c, d), (e, f) in given)
        drawn = ElementTree.fromstring(smaller(f'{_ROOT}<path d="{path}"/></svg>')).find(f"{_SVG}path")
        assert drawn is not None
        for those, here in zip(given, _subpaths(drawn.attrib["d"]), strict=True):
            assert [pytest.approx(place, abs=0.051) for place in those] == here


def test_a_picture_made_smaller_is_drawn_alike() -> None:
    style = ' style="fill: none; stroke: red"'
    stairs = "M 1 2.001 \nL 1 2 \nL 3.456 2 \nL 7 2 \nL 7 9 \nL 7 9.5 \nL 7 0.04 \nL 0 2 \nz\n"
    dots = "M 1 2 \nL 1 2 \nM 5 2 \nL 5 2 \n"
    curve = "M 1 2 \nQ 3 4 5 6 \nz\n"
    drawn = (
        f'{_ROOT}<metadata><a/></metadata><g id="line2d_1">\n  <path d="{stairs}"{style}/></g><g id="line2d_2"/>'
        f'<text x="1.23456" y="2" transform="rotate(-0 1.23456 2)"{style}>a &lt; b</text>'
        f'<text transform="rotate(-90 1.23456 2)">up</text><g clip-path="url(#c)"><path d="{dots}"/></g>'
        f'<path d="{curve}"/><defs><clipPath id="c"/><path id="unused"/></defs></svg>'
    )
    assert smaller(drawn).replace("\n<", "<") == (
        '<svg xmlns="http://www.w3.org/2000/svg"><defs><style>*{}\n.s0{fill:none;stroke:red}</style></defs>'
        '<path d="m1 2h6v7.5v-9.5l-7 2z" class="s0" /><text x="1.2" y="2" class="s0">a &lt; b</text>'
        '<text transform="rotate(-90 1.2 2)">up</text><g clip-path="url(#c)"><path d="m1 2h0m4 0h0" /></g>'
        f'<path d="{curve.replace(chr(10), " ")}" /><defs><clipPath id="c" /></defs></svg>'
    )


def test_an_axis_of_lines_and_marks_has_its_words_and_a_path_for_each_style() -> None:
    line, mark = '<path d="M {0} 0 \nL {0} 9 \n" style="a: b"/>', '<use xlink:href="#m" x="{0}" y="9" style="c: d"/>'
    ticks = "".join(f"<g><g>{line}</g>{mark}<text>{{0}}</text></g>".format(x) for x in (1, 4))
    axis = f'<g id="matplotlib.axis_1"><defs><path id="m" d="M 0 0 \nL 0 3.5 \n"/></defs>{ticks}</g>'
    drawn = ElementTree.fromstring(smaller(f"{_ROOT}{axis}</svg>"))
    assert [path.attrib["d"] for path in drawn.iter(f"{_SVG}path")] == ["m1 0v9m3-9v9", "m1 9v3.5m3-3.5v3.5"]
    assert [text.text for text in drawn.iter(f"{_SVG}text")] == ["1", "4"]


def test_a_topology_of_many_nodes_has_few_bytes_for_each() -> None:
    nodes = tuple(
        NodeSeen(f"kafka-{n}", "kafka", "kafka", n, "10.0.0.1", Phase.RUNNING, None, False, ()) for n in range(100)
    )
    picture = drawn({moment: Snapshot("e1-1", nodes, (), ()) for moment in ("before", "during", "at the end")})
    assert len(picture) < 100 * (3 * 90 + 50)


def _subpaths(path: str) -> list[list[tuple[float, float]]]:
    """The places that a short path leads to, by subpath; a closed one's way back is not said."""
    words, found, x, y = iter(_WORD.findall(path)), [], 0.0, 0.0
    for word in words:
        if word == "z":
            x, y = found[-1][0]
            continue
        x += float(next(words)) if word in "mlh" else 0
        y += float(next(words)) if word in "mlv" else 0
        if word == "m":
            found.append([])
        found[-1].append((x, y))
    return found
