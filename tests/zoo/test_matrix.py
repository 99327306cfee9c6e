"""What is said of each mutant follows from the first of its scenarios that was red."""

import io
from collections.abc import Sequence

import pytest
from rich.console import Console

from tests.zoo.matrix import Fate, fate, page, rows, sentence, terminal
from tests.zoo.mutant import Mutant
from tests.zoo.results import ERROR, GREEN, RED, SKIPPED, Result

MUTANT = Mutant(name="it", wrong="It is wrong.", promise="", seen={"a": "lost", "b": "vanished|lost"})
KNOWN = Mutant(name="it", wrong="It is wrong.", promise="", seen={"a": ""}, survives="Nobody looks.")


def ended(scenario: str, colour: str, words: str = "") -> Result:
    return Result("it", scenario, colour, words, 1.0)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([], Fate.OPEN),
        ([ended("a", GREEN)], Fate.OPEN),
        ([ended("a", GREEN), ended("b", GREEN)], Fate.SURVIVED),
        ([ended("a", GREEN), ended("b", SKIPPED)], Fate.UNABLE),
        ([ended("a", GREEN), ended("b", ERROR, "the system did not come up")], Fate.OPEN),
        ([ended("a", RED, "lost, doubled")], Fate.CAUGHT),
        ([ended("a", RED, "doubled")], Fate.MISTAKEN),
        ([ended("a", GREEN), ended("b", RED, "vanished")], Fate.CAUGHT),
        ([ended("a", GREEN), ended("b", GREEN), ended("c", RED, "lost")], Fate.MISTAKEN),
    ],
)
def test_the_first_red_decides(results: Sequence[Result], expected: Fate) -> None:
    assert fate(MUTANT, results) is expected


def test_one_that_is_said_to_survive_must() -> None:
    assert fate(KNOWN, [ended("a", GREEN)]) is Fate.KNOWN
    assert fate(KNOWN, [ended("a", RED, "lost")]) is Fate.NEWS


def test_the_page_and_the_table_show_each_scenario_with_what_it_says() -> None:
    found = rows([MUTANT], [ended("a", GREEN), ended("b", RED, "vanished | more")])
    assert sentence(found) == "1 mutants: 1 caught."
    shown = page(found, {"commit": "abc"})
    assert "| `it` | It is wrong. | `b` | vanished / more | caught |" in shown
    assert "| `it` | It is wrong. | `a` | green | caught |" in shown
    terminal(found, Console(file=(screen := io.StringIO()), width=120))
    assert "vanished" in screen.getvalue()


def test_the_page_lists_what_nothing_catches() -> None:
    assert "- `it`: It is wrong. Nobody looks." in page(rows([KNOWN], [ended("a", GREEN)]), {})
