"""Which scenario a person means by what was typed."""

import pytest

from harness.plugin.meant import meant, parts
from tests.running import ROOT

IDS = [
    "scenarios/test_a.py::test_loses[1 backup]",
    "scenarios/test_a.py::test_loses[2-owning the queue]",
    "scenarios/test_a.py::test_loses_more",
    "scenarios/test_b.py::test_holds",
]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (IDS[0], IDS[:1]),
        ("test_loses[1 backup]", IDS[:1]),
        ("[2-owning the queue]", IDS[1:2]),
        ("test_a.py::test_loses", IDS[:2]),
        ("test_loses", IDS[:2]),
        ("TEST_LOSES_M", IDS[2:3]),
        ("loses", IDS[:3]),
        ("", IDS),
        ("test_nothing", []),
    ],
)
def test_an_end_of_an_id_is_meant_before_a_part_of_it(said: str, expected: list[str]) -> None:
    assert meant(said, IDS) == expected


def test_what_begins_with_a_path_is_looked_for_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert parts("scenarios/test_texts.py::test_x[a::b]") == ("scenarios/test_texts.py", "test_x[a::b]")
    assert parts("scenarios") == ("scenarios", "")
    assert parts("test_texts.py::test_x") == ("", "test_texts.py::test_x")
