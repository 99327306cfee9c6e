"""Known anomalies, told as stories, are found under their names; a history can be judged again from its file alone."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from harness import checks
from harness.checkers import Validity, Verdict
from harness.checks import CHECK, END, Check, End
from harness.cli import main
from harness.history import History
from harness.reading import read
from harness.report.outcome import measured
from harness.report.timeline import svg, text
from harness.results import Result

STORIES = sorted(Path(__file__).parent.joinpath("histories").glob("*.jsonl"))


def _anomaly(path: Path) -> str | None:
    """What its story says is found, "unknown" if nothing can be said, None if it held."""
    anomaly: str | None = read(path)[0].value["anomaly"]
    return anomaly


def _verdict(path: Path) -> Verdict:
    """Of the one check that the story demands."""
    (checked,) = checks.evaluate(read(path)).checks
    return checked.verdict


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
    figures = [measured(checks.evaluate(read(path))) for path in maps]
    assert [(found.lost, found.acknowledged) for found in figures] == [(1, 3), (0, 4)]


def test_a_counter_that_is_gone_has_lost_everything() -> None:
    (gone,) = (path for path in STORIES if path.stem == "counter-that-is-gone")
    assert measured(checks.evaluate(read(gone))).lost == 2


def replay(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["replay", *arguments])
    return result.exit_code, result.output


def test_a_broken_guarantee_is_told_and_drawn(tmp_path: Path) -> None:
    status, output = replay(str(STORIES[0]), "--report", str(tmp_path / "report"))
    assert STORIES[0].stem == "acks-1-leader-killed"
    assert status == 1
    assert "lost: 1 of 3 acknowledged messages never reached a messages instance: id2; acknowledged in part" in output
    assert "nemesis      kill kafka-1" in output
    assert "kill kafka-1" in (tmp_path / "report" / "timeline-lost.svg").read_text()
    assert "kill kafka-1" in (tmp_path / "report" / "operations.svg").read_text()
    report = (tmp_path / "report" / "report.md").read_text()
    assert "It was acknowledged before the kill of kafka-1" in report
    assert r"| delivery.check(exactly\_once=true) | valid | invalid |" in report


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
    status, output = replay("--check", "ids.check", str(path))
    assert (status, output.splitlines()[0]) == (0, "ids.check: valid {'ids': 1, 'duplicated': 0}")
    with History.open(path) as history:
        history.invoke(1, "generate").info("ReadTimeout")
    assert replay("--check", "ids.check", str(path))[0] == 3


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("nonsense\n", "h.jsonl, line 1: not JSON"),
        ("", "h.jsonl is empty"),
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


def test_where_nothing_is_demanded_nothing_is_judged_and_said_how_to_demand(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    with History.open(path) as history:
        history.invoke(1, "generate").ok(1)
        history.invoke(2, "generate").ok(1)
    status, output = replay(str(path))
    assert status == 3
    assert "nothing is demanded of this history" in output
    assert "harness replay --check aggregation.check HISTORY" in output
    assert replay("--check", "ids.check", str(path))[0] == 1


@pytest.mark.parametrize(
    ("check", "status", "words"),
    [
        ("bounded_queue.check:bound=10", 1, "bounded_queue.check(bound=10): invalid"),
        ("bounded_queue.check:bound=10,drained=false", 0, "bounded_queue.check(bound=10, drained=false): valid"),
        ("bounded_queue.check", 2, "bounded_queue.check needs bound: bounded_queue.check:bound=..."),
        ("bounded_queue.check:bound=ten", 2, "'bound=ten' is none of ARGUMENT=VALUE"),
        ("bounded_queue.check:bound=-1", 2, "can't be given bound=-1; due was Count (0 to "),
        ("bounded_queue.check:bound=true", 2, "can't be given bound=true; due was Count"),
        ("bounded_queue.check:bound=10,room=2", 2, "has no argument room; it takes bound, drained, refusal"),
        ("lost_partitions.check:share=NaN", 2, "can't be given share=NaN; due was Share (0 to 1)"),
        ('cycles.check:isolation="consistent-view"', 3, 'cycles.check(isolation="consistent-view"): unknown'),
        (
            'cycles.check:isolation="none"',
            2,
            'can\'t be given isolation="none"; due was Isolation ("read-uncommitted", ',
        ),
        ("queue.check", 2, 'there is no checker "queue.check"; there are aggregation.check, availability.check, '),
    ],
)
def test_a_demand_is_typed_as_a_name_with_arguments(check: str, status: int, words: str) -> None:
    found = replay("--check", check, str(STORIES[0].parent / "poison-pill.jsonl"))
    assert found[0] == status, found[1]
    assert words in found[1]


def test_a_check_judges_what_was_recorded_before_it_and_a_standing_one_everything(tmp_path: Path) -> None:
    for standing, status in ((False, 0), (True, 1)):
        path = tmp_path / f"{standing}.jsonl"
        with History.open(path) as history:
            history.invoke(1, "generate").ok(1)
            history.event(CHECK, Check("ids.check", standing=standing).value)
            history.invoke(2, "generate").ok(1)
        assert replay(str(path))[0] == status


def test_an_operation_that_ends_after_a_check_had_not_ended_for_it(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    with History.open(path) as history:
        late = history.invoke(1, "generate")
        history.event(CHECK, Check("ids.check").value)
        late.ok(1)
    assert checks.evaluate(read(path)).checks[0].verdict.validity is Validity.UNKNOWN


@pytest.mark.parametrize("result", [result for result in Result if result in checks.EXITS])
def test_where_all_checks_hold_the_end_of_the_scenario_decides(tmp_path: Path, result: Result) -> None:
    path = tmp_path / "h.jsonl"
    with History.open(path) as history:
        history.invoke(1, "generate").ok(1)
        history.event(CHECK, Check("ids.check").value)
        history.event(END, End(result, "it rained").value)
    status, output = replay(str(path))
    assert status == checks.EXITS[result]
    assert ("it rained" in output) is (result is not Result.HELD)
    assert json.loads(replay(str(path), "--json")[1])["result"] == result
