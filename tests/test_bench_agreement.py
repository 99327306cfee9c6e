"""Our checkers and others' agree on the same histories; a judge that says otherwise is noticed, and ends the bench."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from bench import agreement, checkers, jepsen, registers
from harness.checkers import Validity, register
from harness.events import Events, operations

MADE = agreement.generated(40)


@pytest.fixture(scope="module")
def binary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("go"):
        pytest.skip("porcupine is a Go module, and Go is not installed")
    return checkers.built(tmp_path_factory.mktemp("porcupine"))


def rival(folder: Path, says: str) -> Path:
    path = folder / "rival"
    path.write_text(f"#!{sys.executable} -S\nprint('{says}', 0.1)\n")
    path.chmod(0o755)
    return path


def test_porcupine_says_what_our_checker_says(binary: Path, tmp_path: Path) -> None:
    tally = agreement.against_porcupine("generated", MADE, binary, tmp_path)
    assert not tally.differing
    assert tally.agreed[Validity.VALID] > 10
    assert tally.agreed[Validity.INVALID] > 5


def test_porcupine_says_it_of_what_threads_recorded(binary: Path, tmp_path: Path) -> None:
    given = list(agreement.recorded(6, tmp_path))
    tally = agreement.against_porcupine("threads", given, binary, tmp_path)
    assert not tally.differing
    assert tally.agreed[Validity.VALID] >= 3


def test_histories_that_jepsen_recorded_are_judged_as_published(binary: Path) -> None:
    given = list(agreement.of_etcd())
    assert len(given) == 102
    tally = agreement.against_published("etcd", given)
    assert not tally.differing
    assert tally.agreed == {Validity.VALID: 23, Validity.INVALID: 79}


def test_generated_histories_are_the_same_after_edn() -> None:
    tally = agreement.through_edn("generated", MADE, register.check)
    assert not tally.differing
    assert tally.agreed.total() == len(MADE)


def test_generated_histories_have_all_that_a_history_may_have() -> None:
    found = [operation for each in MADE for operation in operations(each.events)]
    assert {operation.f for operation in found} == {"read", "write", "cas"}
    assert {operation.outcome for operation in found} == {"ok", "fail", "info"}
    assert any(operation.completion is None for operation in found)
    assert any(len({str(o.invoke.value[0]) for o in operations(each.events)}) == 3 for each in MADE)


def test_a_seed_always_makes_one_history() -> None:
    assert jepsen.is_same(registers.generated(7), registers.generated(7))


def test_a_judge_that_says_otherwise_is_noticed_and_its_histories_are_kept(tmp_path: Path) -> None:
    tally = agreement.against_porcupine("generated", MADE[:12], rival(tmp_path, "Ok"), tmp_path)
    assert tally.differing
    kept = agreement.keep_differing([tally])
    given, _ = tally.differing[0]
    assert jepsen.is_same(given.events, jepsen.from_edn((kept / "0.edn").read_text()))
    assert f"0.edn: {given.name}: ours says invalid, porcupine Ok\n" in (kept / "README").read_text()
    shutil.rmtree(kept)


def test_a_judge_that_has_not_decided_disagrees_with_nobody(tmp_path: Path) -> None:
    tally = agreement.against_porcupine("generated", MADE[:3], rival(tmp_path, "Unknown"), tmp_path)
    assert tally.undecided == 3
    assert not tally.differing


def test_a_history_that_is_another_after_edn_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jepsen, "from_edn", lambda _: Events(MADE[0].events[:-1]))
    tally = agreement.through_edn("generated", MADE[:1], register.check)
    assert tally.differing == [(MADE[0], "the events are others after EDN")]


def test_a_disagreement_ends_the_bench_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tally = agreement.Tally("generated", "two judges", differing=[(MADE[0], "how")])
    monkeypatch.setattr(agreement, "compared", lambda *_: [tally])
    monkeypatch.setattr(sys, "argv", ["agreement"])
    with pytest.raises(SystemExit) as ended:
        agreement.main()
    assert ended.value.code == 1
    shutil.rmtree(capsys.readouterr().err.rpartition(": ")[2].strip())


@pytest.mark.parametrize(
    ("folders", "complaint"),
    [
        ([], "error: go is not installed"),
        (["there-is-none"], "error: there-is-none is no folder with recorded histories"),
    ],
)
def test_what_the_bench_can_t_do_without_is_one_line(
    folders: list[str], complaint: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(sys, "argv", ["agreement", *folders])
    with pytest.raises(SystemExit) as ended:
        agreement.main()
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith(complaint)
