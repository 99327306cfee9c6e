"""What many runs of one scenario say: in numbers, in words, and with failures of one kind together."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.report.flake import Repeat, Repeated
from harness.results import Result

Run = tuple[Result, Sequence[str], str]

HELD: Run = (Result.HELD, (), "")


def repeated(*runs: Run, asked: int | None = None) -> Repeated:
    made = [
        Repeat(number, result, tuple(anomalies), sentence, Path.cwd() / f"reports/histories/x-run{number}.jsonl", 1.25)
        for number, (result, anomalies, sentence) in enumerate(runs, start=1)
    ]
    return Repeated("test_x.py::test_y[10]", "docker", "fast", asked or len(runs), made)


def lost(sentence: str, *more: str) -> Run:
    return Result.BROKEN, (*more, "lost"), sentence


def error(sentence: str) -> Run:
    return Result.ERROR, (), sentence


@pytest.mark.parametrize(
    ("held", "others", "asked", "words"),
    [
        (
            30,
            [],
            30,
            "30 held. 0 of 30 did not hold: the rate of failure is below 11.6 % with 95 % confidence. "
            "368 runs that all hold would show that it is below 1 %.",
        ),
        (368, [], 368, "368 held. 0 of 368 did not hold: the rate of failure is below 0.997 % with 95 % confidence."),
        (
            27,
            [lost("x"), lost("y"), (Result.INCONCLUSIVE, (), "z")],
            30,
            "27 held, 2 broken, 1 inconclusive. 3 of 30 did not hold, 10 %: the rate of failure is between 2.11 % and "
            "26.5 % with 95 % confidence.",
        ),
        (0, [lost("x")] * 3, 3, "3 broken. 3 of 3 did not hold, 100 %: the rate of failure is above 29.2 % with"),
        (2, [], 5, "2 of the 5 runs ended: 2 held. 0 of 2 did not hold: the rate of failure is below 84.2 %"),
    ],
)
def test_the_rate_in_words(held: int, others: Sequence[Run], asked: int, words: str) -> None:
    assert repeated(*[HELD] * held, *others, asked=asked).sentences.startswith(words)


def test_what_was_found_makes_the_kind_of_failure_whatever_is_said_of_it() -> None:
    found = repeated(lost("3 of 9"), lost("1 of 9", "doubled"), HELD, lost("none is left"), lost("1 of 9", "altered"))
    assert [[run.number for run in kind] for kind in found.failures] == [[1, 4], [2], [5]]
    assert [kind[0].title for kind in found.failures] == [
        "broken: lost",
        "broken: doubled, lost",
        "broken: altered, lost",
    ]


def test_errors_are_of_one_kind_if_their_messages_differ_in_numbers_only() -> None:
    found = repeated(
        error("KeyError: 'm-000012-5e0c2a91'"),
        error("node-1 did not answer within 30.0 s"),
        error("KeyError: 'm-000007-b07d14fe'"),
        error("node-2 did not answer within 31.5 s"),
        error("node-2 did not end within 31.5 s"),
        (Result.UNFIT, (), "node-2 did not answer within 31.5 s"),
    )
    assert [[run.number for run in kind] for kind in found.failures] == [[1, 3], [2, 4], [5], [6]]


@pytest.mark.parametrize(
    ("results", "status"),
    [
        ([Result.HELD], 0),
        ([Result.HELD, Result.INCONCLUSIVE], 3),
        ([Result.INCONCLUSIVE, Result.UNFIT], 2),
        ([Result.INCONCLUSIVE, Result.UNFIT, Result.ERROR], 1),
        ([Result.BROKEN, Result.INCONCLUSIVE], 1),
    ],
)
def test_the_gravest_result_decides_the_exit_status(results: Sequence[Result], status: int) -> None:
    assert repeated(*[(result, (), "") for result in results]).status == status


def test_each_failure_has_the_command_that_judges_it_again() -> None:
    lines = repeated(HELD, lost("1 of 9 is gone"), lost("2 of 9 are gone")).text.splitlines()
    assert lines[1:] == [
        "",
        "2 broken: lost",
        "  1 of 9 is gone",
        "  harness replay reports/histories/x-run2.jsonl",
        "  harness replay reports/histories/x-run3.jsonl",
    ]


def test_a_command_can_be_typed_wherever_the_history_is() -> None:
    path = Path("/tmp/my reports/x.jsonl")
    assert Repeat(1, Result.BROKEN, (), "", path, 1).replay == "harness replay '/tmp/my reports/x.jsonl'"
    assert Repeat(1, Result.ERROR, (), "", None, 1).replay == "# run 1 left no history"


def test_what_is_written_is_for_people_and_for_programs(tmp_path: Path) -> None:
    page, data = tmp_path / "flake.md", tmp_path / "flake.json"
    repeated(HELD, lost("<b>1 of 9</b>\x1b[31m is gone"), asked=3).write(page, data)
    assert r"## 1 broken: lost" in page.read_text()
    assert r"> \<b\>1 of 9\</b\>\\x1b\[31m is gone" in page.read_text()
    assert "```\nharness replay reports/histories/x-run2.jsonl\n```" in page.read_text()
    told = json.loads(data.read_text())
    assert (told["asked"], told["ended"], told["counts"], told["rate"]) == (3, 2, {"held": 1, "broken": 1}, 0.5)
    assert told["interval"]["low"] < 0.5 < told["interval"]["high"]
    assert told["failures"] == [
        {"result": "broken", "anomalies": ["lost"], "sentence": "<b>1 of 9</b>\x1b[31m is gone", "runs": [2]}
    ]
    assert [run["history"] for run in told["runs"]] == [f"reports/histories/x-run{number}.jsonl" for number in (1, 2)]
