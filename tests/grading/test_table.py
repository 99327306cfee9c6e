"""What a run leaves becomes a row, and rows a table, whatever is in the texts of those who are graded."""

from __future__ import annotations

import csv
import json
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from harness.backends import engine
from harness.cli import main
from harness.declared import About
from harness.errors import BadInputError
from harness.grading import journal, one, table
from harness.grading.bounded import Runner, StoppedError, last_line
from harness.grading.checkouts import Checkout, checkouts
from harness.grading.choice import Choice
from harness.grading.journal import Journal, Subject
from harness.grading.one import Graded
from harness.grading.row import Tally, row
from harness.processes import runs
from harness.report.outcome import Figures, Found, Outcome
from harness.results import Result
from harness.topology.confinement import Confinement
from harness.waiting import until

EVIL = "=cmd|' /C calc'!A0 <script>alert(1)</script> [x](javascript:alert(1)) | \"\n"
CHOICE = Choice((Path("scenarios"),))


def outcome(name: str, result: Result, guarantee: str = "all is kept", **more: object) -> Outcome:
    found = () if result is Result.HELD else (Found("lost", f"{name} lost 1 of 2 messages"),)
    scenario = f"scenarios/test_x.py::test_{name}"
    given = {"found": found, "guarantee": guarantee, "history": Path("h.jsonl"), **more}
    return Outcome(scenario, result, Figures(), 1.5, "words", f'pytest "{scenario}"', **given)  # type: ignore[arg-type]


def subject(name: str = "chat", **left_out: int) -> Subject:
    return Subject(About(name, "a facade"), "docker", "fast", 3, left_out)


def made(*outcomes: Outcome, trouble: str = "", name: str = "chat", about: Subject | None = None) -> Graded:
    found = Journal(about or subject(**{"it needs a queue": 4}), outcomes)
    return Graded(row(name, f"/checkouts/{name}", found, trouble=trouble, took_s=61.23, key="k"), found)


def test_a_row_counts_each_guarantee_and_says_what_broke() -> None:
    outcomes = [
        outcome("one", Result.HELD),
        outcome("two", Result.BROKEN, noticed=(Found("printed", "facade prints without end"),)),
        outcome("three", Result.INCONCLUSIVE, "the service goes on"),
        outcome("four", Result.SKIPPED),
    ]
    seen = made(*outcomes).row
    assert seen.verdict == "broke"
    assert seen.tallies == (Tally("all is kept", 1, 1, 0), Tally("the service goes on", 0, 0, 1))
    assert (seen.held, seen.broke, seen.scenarios, seen.not_tried) == (1, 1, 3, 4)
    assert [(each.title, each.sentence, each.evidence) for each in seen.broken] == [
        ("lost", "two lost 1 of 2 messages", "h.jsonl")
    ]
    assert seen.noticed == ("facade prints without end",)


@pytest.mark.parametrize(
    ("results", "trouble", "verdict"),
    [
        ([Result.HELD, Result.HELD], "", "held"),
        ([Result.HELD], "it was not done after 20 min, and was ended", "no verdict"),
        ([Result.HELD, Result.INCONCLUSIVE], "", "no verdict"),
        ([Result.HELD, Result.PERMITTED], "it was not done", "broke"),
        ([], "", "no verdict"),
    ],
)
def test_only_what_came_to_its_end_and_held_has_held(results: list[Result], trouble: str, verdict: str) -> None:
    assert made(*(outcome(f"n{n}", result) for n, result in enumerate(results)), trouble=trouble).row.verdict == verdict


def test_a_journal_gives_back_what_was_written_and_a_broken_last_line_counts_for_nothing(tmp_path: Path) -> None:
    written = [outcome("one", Result.HELD, logs=Path("logs")), outcome("two", Result.BROKEN)]
    path = tmp_path / journal.NAME
    assert journal.read(path) == Journal()
    path.write_text("".join(map(journal.line, [subject(), *written])) + '{"scenario": "scena')
    assert journal.read(path) == Journal(subject(), tuple(written))


def test_texts_of_those_who_are_graded_are_shown_and_do_nothing(tmp_path: Path) -> None:
    evil = outcome("one", Result.BROKEN, found=(Found("", EVIL),), noticed=(Found("x", EVIL),), guarantee=EVIL)
    table.write(tmp_path, [made(evil, trouble=EVIL, about=subject(EVIL))], CHOICE)
    for page in (tmp_path / "grades.html", tmp_path / "pages" / "chat.html"):
        text = page.read_text()
        assert "<script" not in text
        assert 'href="javascript' not in text
        assert "&lt;script&gt;alert(1)" in text
    with (tmp_path / "grades.csv").open(newline="") as file:
        cells = [cell for line in csv.reader(file) for cell in line]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []
    assert json.loads((tmp_path / "grades.json").read_text())[0]["trouble"] == EVIL


def test_the_table_has_a_column_for_each_guarantee_and_a_page_for_each_checkout(tmp_path: Path) -> None:
    rows = [
        made(outcome("one", Result.HELD), name="a b"),
        made(outcome("two", Result.BROKEN, "the service goes on"), name="c"),
        Graded(row("d", "/d", Journal(), trouble="there is no such file", took_s=1, key="k"), Journal()),
    ]
    table.write(tmp_path, rows, CHOICE)
    with (tmp_path / "grades.csv").open(newline="") as file:
        lines = {line["checkout"]: line for line in csv.DictReader(file)}
    assert (lines["a b"]["all is kept"], lines["a b"]["the service goes on"]) == ("1 of 1", "")
    assert (lines["c"]["the service goes on"], lines["c"]["broke first"]) == ("0 of 1", "lost")
    assert lines["d"]["trouble"] == "there is no such file"
    assert "3 checkouts: 1 held, 1 broke, 1 no verdict" in (tmp_path / "grades.html").read_text()
    for name, said in {"a b": "What held", "c": "To mend first", "d": "nothing was tried"}.items():
        page = (tmp_path / "pages" / f"{name}.html").read_text()
        assert said in page
    assert 'href="pages/a%20b.html"' in (tmp_path / "grades.html").read_text()


def ended(status: int | None, *outcomes: Outcome, printed: str = "", chosen: int = 3) -> str:
    output = Path(tempfile.mkdtemp()) / "output"
    output.write_text(printed)
    about = Subject(About("chat", "a facade"), "docker", "fast", chosen)
    return one._trouble(status, Journal(about, outcomes), CHOICE, output)


def test_a_run_that_did_not_come_to_its_end_says_why() -> None:
    held, dead = outcome("one", Result.HELD), outcome("two", Result.UNFIT, found=(Found("not started", "exited"),))
    assert ended(0, held, held, held) == ended(1, dead, held, held) == ended(2, dead, dead, held) == ""
    assert ended(None, held) == "it was not done after 30 min, and was ended: 1 of 3 scenarios ran"
    assert ended(-9, held) == "its run was killed by signal 9: 1 of 3 scenarios ran"
    assert ended(2, dead, dead) == "2 of 3 scenarios ran: its services did not start in the last 2"
    assert ended(2, printed="x\n!!! _pytest.outcomes.Exit: no engine answers !!!\n") == "no engine answers"
    assert ended(5).startswith("none of the chosen scenarios fits it")


def test_checkouts_of_one_name_have_names_of_their_own_and_each_folder_comes_once(tmp_path: Path) -> None:
    folders = [tmp_path / "x" / "chat", tmp_path / "y" / "chat", tmp_path / "z"]
    for folder in folders:
        folder.mkdir(parents=True)
    found = checkouts([*folders, folders[0]], None)
    assert len({each.name for each in found}) == len(found) == 3
    assert [each.file for each in found] == [folder / "system.toml" for folder in folders]
    with pytest.raises(BadInputError, match="there is no folder"):
        checkouts([tmp_path / "none"], None)


def test_a_process_that_does_not_end_is_ended_with_all_its_children(tmp_path: Path) -> None:
    code = """
import os, signal, sys, time
if not os.fork():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    open(sys.argv[1], "w").write(str(os.getpid()))
    time.sleep(60)
try:
    time.sleep(60)
except KeyboardInterrupt:
    print("told at the end")
"""
    child, output = tmp_path / "child", tmp_path / "output"
    began = time.monotonic()
    assert Runner().run([sys.executable, "-c", code, str(child)], output, time_s=10) is None
    assert time.monotonic() - began < 50
    assert last_line(output) == "told at the end"
    pid = int(child.read_text())
    until("the child to end", lambda: not (psutil.pid_exists(pid) and runs(psutil.Process(pid))), timeout_s=10)


def test_a_runner_that_is_stopped_ends_what_runs_and_starts_nothing(tmp_path: Path) -> None:
    runner, output = Runner(), tmp_path / "output"
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(
            runner.run, [sys.executable, "-c", "import time; print(1, flush=True); time.sleep(60)"], output, time_s=60
        )
        until("it to run", lambda: output.exists() and output.read_text(), timeout_s=30)
        runner.stop()
        with pytest.raises(StoppedError):
            running.result(timeout=20)
    with pytest.raises(StoppedError):
        runner.run(["true"], output, time_s=1)


def test_a_checkout_whose_file_is_a_pipe_costs_its_own_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one, "_READING_S", 5.0)
    os.mkfifo(tmp_path / "system.toml")
    pipe = Checkout("pipe", tmp_path, tmp_path / "system.toml")
    seen = one.grade(pipe, CHOICE, tmp_path / "into", Runner())
    assert seen.row.verdict == "no verdict"
    assert seen.row.trouble == "it can't be read within 5 s"


def test_a_file_that_is_wrong_is_told_with_its_line_and_not_known_from_before(tmp_path: Path) -> None:
    (tmp_path / "system.toml").write_text('name = "x"\npost = {}\n')
    checkout = Checkout("wrong", tmp_path, tmp_path / "system.toml")
    for _ in range(2):
        seen = one.grade(checkout, CHOICE, tmp_path / "into", Runner())
        assert "system.toml:" in seen.row.trouble
        assert not seen.again


def test_without_an_engine_it_refuses_and_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "why_unavailable", lambda: "no Docker engine answers")
    answer = CliRunner().invoke(main, ["grade", str(tmp_path), "--into", str(tmp_path / "into")])
    assert answer.exit_code == 2
    assert "only containers keep from this machine, and no Docker engine answers" in answer.output
    assert "--unsafe-processes" in answer.output
    assert not (tmp_path / "into").exists()


def test_limits_are_said_as_they_are_read() -> None:
    limits = Confinement.said("memory_mb=128, cpus=0.5")
    assert limits == Confinement(memory_mb=128, cpus=0.5)
    assert Confinement.said(limits.words) == limits
    assert Confinement.said("usual") == Confinement()
    for wrong in ("memory=1", "memory_mb=x", "processes=1", "cpus=nan", ""):
        with pytest.raises(BadInputError, match="the limit"):
            Confinement.said(wrong)


def test_a_choice_that_says_something_else_is_another_key() -> None:
    keys = {one._key("digest", choice) for choice in (CHOICE, Choice((Path("scenarios"),), names="x"))}
    assert len(keys | {one._key("other", CHOICE)}) == 3
