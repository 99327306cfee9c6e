"""The drawing is of this code: each of its stages is a folder or module of the harness, and its parts are all there."""

from xml.etree import ElementTree

from tests.running import ROOT

DRAWING = ROOT / "docs" / "architecture.svg"
NOT_OURS = {"the running system"}


def texts(kind: str) -> set[str]:
    found = ElementTree.parse(DRAWING).iter("{http://www.w3.org/2000/svg}text")
    return {text.text or "" for text in found if text.get("class") == kind}


def test_each_stage_of_the_drawing_is_there() -> None:
    stages = texts("name") - NOT_OURS
    assert len(stages) >= 8
    there = {path.stem for path in (ROOT / "harness").rglob("*")}
    assert stages <= there


def test_engine_servers_and_suite_are_in_the_drawing() -> None:
    assert texts("head") == {"ENGINE", "SERVERS", "SUITE"}
    assert {"servers", "messages"} <= texts("name")
