"""The drawing is of this code: each of its stages is a folder or module of the harness."""

from xml.etree import ElementTree

from tests.running import ROOT

DRAWING = ROOT / "docs" / "architecture.svg"
NOT_OURS = {"the running system"}


def test_each_stage_of_the_drawing_is_there() -> None:
    texts = ElementTree.parse(DRAWING).iter("{http://www.w3.org/2000/svg}text")
    stages = {text.text or "" for text in texts if text.get("class") == "name"} - NOT_OURS
    assert len(stages) >= 8
    there = {path.stem for path in (ROOT / "harness").rglob("*")}
    assert stages <= there
