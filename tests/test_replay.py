"""Known anomalies, told as stories, are found under their names; a history can be judged again from its file alone."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from harness import offered
from harness.checkers import Validity, Verdict
from harness.cli import main
from harness.errors import BadInputError
from harness.events import read
from harness.history import History
from harness.replay import judge
from harness.report.outcome import measured
from harness.report.timeline import svg, text

STORIES = sorted(Path(__file__).parent.joinpath("histories").glob("*.jsonl"))


def _anomaly(path: Path) -> str | None:
    """What its story says is found, "unknown" if nothing can be said, None if it held."""
    anomaly: str | None = read(path)[0].value["anomaly"]
    return anomaly


def _verdict(path: Path) -> Verdict:
    """Of the story's checker: with its arguments if the story has some, else as a replay judges it."""
    story = read(path)[0].value
    if "arguments" not in story:
        return judge(read(path))[story["checker"]]
    name = story["checker"].replace(" ", "_")
    (checker,) = (module for module in offered.modules("checkers") if module.__name__.endswith(f".{name}"))
    verdict: Verdict = checker.check(read(path), **story["arguments"])
    return verdict


WRONG = [path for path in STORIES if _anomaly(path) not in {None, "unknown"}]


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path.stem)
def test_a_known_anomaly_is_found_by_its_checker(path: Path) -> None:
    events, wanted = read(path), _anomaly(path)
    verdict = _verdict(path)
    assert verdict.validity is Validity.INVALID
    assert wanted in {anomaly.name for anomaly in verdict.anomalies}
    concerned = next(anomaly for anomaly in verdict.anomalies if anomaly.name == wanted).operations
    assert concerned
    lines = text(concerned, events).splitlines()
    assert len([line for line in lines if line.startswith("process")]) == len(concerned)
    picture = ElementTree.fromstring(svg(concerned, events))
    assert len(picture.findall("{http://www.w3.org/2000/svg}rect")) == len(concerned) + 1


@pytest.mark.parametrize("path", [path for path in STORIES if path not in WRONG], ids=lambda path: path.stem)
def test_what_was_taken_for_an_anomaly_and_is_none_is_told_apart(path: Path) -> None:
    verdict = _verdict(path)
    expected = Validity.UNKNOWN if _anomaly(path) else Validity.VALID
    assert verdict.validity is expected, verdict.sentences


def test_what_was_lost_is_counted_map_by_map() -> None:
    maps = [path for path in STORIES if path.stem.startswith("maps-one-a-round")]
    assert [measured(read(path)).lost for path in maps] == [1, 0]
    assert [measured(read(path)).acknowledged for path in maps] == [3, 4]


def test_a_counter_that_is_gone_has_lost_everything() -> None:
    (gone,) = (path for path in STORIES if path.stem == "counter-that-is-gone")
    assert measured(read(gone)).lost == 2


def replay(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["replay", *arguments])
    return result.exit_code, result.output


def test_a_broken_guarantee_is_told_and_drawn(tmp_path: Path) -> None:
    status, output = replay(str(STORIES[0]), "--report", str(tmp_path / "report"))
    assert STORIES[0].stem == "acks-1-leader-killed"
    assert status == 1
    assert (
        "lost: 1 of 3 acknowledged messages never reached a messages instance: m-000002; acknowledged in part" in output
    )
    assert "nemesis      kill kafka-1" in output
    assert "kill kafka-1" in (tmp_path / "report" / "timeline-lost.svg").read_text()
    assert "kill kafka-1" in (tmp_path / "report" / "operations.svg").read_text()
    report = (tmp_path / "report" / "report.md").read_text()
    assert "It was acknowledged before the kill of kafka-1" in report
    assert "| total queue | invalid |" in report


def test_a_report_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    status, output = replay(str(STORIES[0]), "--report", str(tmp_path / "file"))
    assert status == 2
    assert "can't be written" in output


def test_a_report_is_not_written_over_what_is_a_strangers(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "report.md").write_text("years")
    status, output = replay(str(STORIES[0]), "--report", str(folder))
    assert status == 2
    assert f"--report {folder} holds report.md and is not marked as ours" in output
    assert (folder / "report.md").read_text() == "years"


def test_a_report_is_written_again_over_its_own_files_and_through_no_link(tmp_path: Path) -> None:
    folder, stranger = tmp_path / "report", tmp_path / "thesis.tex"
    assert replay(str(STORIES[0]), "--report", str(folder))[0] == 1
    stranger.write_text("years")
    (folder / "report.md").unlink()
    (folder / "report.md").symlink_to(stranger)
    (folder / "notes").write_text("mine")
    assert replay(str(STORIES[0]), "--report", str(folder))[0] == 1
    assert (stranger.read_text(), (folder / "notes").read_text()) == ("years", "mine")
    assert (folder / "report.md").read_text().startswith("# A history, judged again")


def test_what_held_and_what_is_unknown_have_their_own_status(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    with History.open(path) as history:
        history.invoke(1, "generate").ok(1)
    assert replay(str(path)) == (0, "ids: valid {'ids': 1, 'duplicated': 0}\n" + replay(str(path))[1].split("\n", 1)[1])
    with History.open(path) as history:
        history.invoke(1, "generate").info("ReadTimeout")
    assert replay(str(path))[0] == 3


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("nonsense\n", "h.jsonl, line 1: not JSON"),
        ("", "no checker knows operations (there are none)"),
    ],
)
def test_what_is_no_history_is_refused_with_line_and_reason(tmp_path: Path, content: str, complaint: str) -> None:
    path = tmp_path / "h.jsonl"
    path.write_text(content)
    status, output = replay(str(path))
    assert status == 2
    assert output.startswith("error: ")
    assert complaint in output
    assert "Traceback" not in output


def test_a_bounded_queue_without_its_bound_is_refused(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in (STORIES[0].parent / "poison-pill.jsonl").read_text().splitlines()]
    path = tmp_path / "h.jsonl"
    left = [line for line in lines if line["f"] != "bounded-queue"]
    path.write_text("".join(json.dumps({**line, "index": i}) + "\n" for i, line in enumerate(left)))
    with pytest.raises(BadInputError, match="no event 'bounded-queue' that says how many items fit"):
        judge(read(path))
