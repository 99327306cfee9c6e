"""What is said of a mutant in a scenario follows from how that ended."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from harness.errors import BadInputError
from tests.zoo.matrix import Fate, fate, page, rows, sentence, terminal
from tests.zoo.mutant import Mutant
from tests.zoo.results import ERROR, GREEN, RED, SKIPPED, Result

MUTANT = Mutant(
    name="it", wrong="It is wrong.", promise="", seen={"a": "lost", "b": "vanished|lost", "d": "assertion: lost"}
)
KNOWN = Mutant(name="it", wrong="It is wrong.", promise="", seen={"a": ""}, survives="Nobody looks.")


PLAN = [("it", "a"), ("it", "b")]


def ended(scenario: str, colour: str, words: str = "", *told: str) -> Result:
    return Result("it", scenario, colour, words, 1.0, told)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (None, Fate.OPEN),
        (ended("a", ERROR, "the system did not come up"), Fate.OPEN),
        (ended("a", GREEN), Fate.SURVIVED),
        (ended("a", SKIPPED), Fate.UNABLE),
        (ended("a", RED, "lost, doubled"), Fate.CAUGHT),
        (ended("a", RED, "doubled"), Fate.MISTAKEN),
        (ended("b", RED, "vanished"), Fate.CAUGHT),
        (ended("c", RED, "lost"), Fate.MISTAKEN),
        # Names of anomalies are whole, and no word of a sentence that has them in it is one.
        (ended("a", RED, "lost update"), Fate.MISTAKEN),
        (ended("a", RED, "other settings, lost"), Fate.CAUGHT),
        (ended("a", RED, "lost with a living copy, not lost"), Fate.MISTAKEN),
        (ended("a", RED, "assertion: lost: 3 messages"), Fate.MISTAKEN),
        (ended("d", RED, "assertion: lost: 3 messages"), Fate.CAUGHT),
        (ended("d", RED, "assertion: not lost: 3 messages"), Fate.MISTAKEN),
        (ended("d", RED, "timeout: after assertion: lost: 3"), Fate.MISTAKEN),
        (ended("d", RED, "assertion: "), Fate.MISTAKEN),
    ],
)
def test_what_a_scenario_says_has_to_fit(result: Result | None, expected: Fate) -> None:
    assert fate(MUTANT, result.scenario if result else "a", result) is expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (("lost: Never queued: it was killed.",), Fate.CAUGHT),
        (("lost: Never queued.", "doubled: In the queue twice."), Fate.CAUGHT),
        # Each kind has to fit, also what nobody knows, and there has to be one.
        (("lost: Never queued.", "lost: Nothing here shows where."), Fate.MISTOLD),
        (("lost: Kept by messages-1, and never queued.",), Fate.MISTOLD),
        (("lost update: Never queued.",), Fate.MISTOLD),
        (("lost: Not lost: Never queued.",), Fate.MISTOLD),
        ((), Fate.MISTOLD),
    ],
)
def test_where_its_messages_went_has_to_fit(told: tuple[str, ...], expected: Fate) -> None:
    mutant = replace(MUTANT, told={"a": "lost: Never queued"})
    assert fate(mutant, "a", ended("a", RED, "lost", *told)) is expected
    assert fate(mutant, "b", ended("b", RED, "lost", *told)) is Fate.CAUGHT
    assert fate(mutant, "a", ended("a", RED, "doubled", *told)) is Fate.MISTAKEN


def test_words_are_of_a_scenario_that_has_to_see_the_mutant() -> None:
    with pytest.raises(BadInputError, match=r"^it has words for c, which is none of its scenarios$"):
        replace(MUTANT, told={"c": "lost: Never queued"})


def test_one_that_is_said_to_survive_must() -> None:
    assert fate(KNOWN, "a", ended("a", GREEN)) is Fate.KNOWN
    assert fate(KNOWN, "a", ended("a", RED, "lost")) is Fate.NEWS


def test_a_mutant_that_one_scenario_catches_survives_another() -> None:
    found = rows(PLAN, {"it": MUTANT}, [ended("a", GREEN), ended("b", RED, "vanished")])
    assert [row.fate for row in found] == [Fate.SURVIVED, Fate.CAUGHT]


def test_a_scenario_that_saw_what_it_need_not_is_shown() -> None:
    found = rows(PLAN[:1], {"it": MUTANT}, [ended("a", GREEN), ended("c", RED, "lost"), ended("d", GREEN)])
    assert [(row.scenario, row.fate) for row in found] == [("a", Fate.SURVIVED), ("c", Fate.MISTAKEN)]


def test_the_page_and_the_table_show_each_scenario_with_what_it_says() -> None:
    found = rows(
        PLAN, {"it": MUTANT}, [ended("a", GREEN), ended("b", RED, "vanished, a | more", "vanished: Forgotten.")]
    )
    assert sentence(found) == "1 mutants, 2 times in a scenario: 1 caught, 1 survived."
    shown = page(found, {"commit": "abc"})
    assert "| `it` | It is wrong. | `b` | vanished, a / more | vanished: Forgotten. | caught |" in shown
    assert "| `it` | It is wrong. | `a` | green |  | survived |" in shown
    terminal(found, Console(file=(screen := io.StringIO()), width=120))
    assert "vanished" in screen.getvalue()


def test_the_page_lists_what_nothing_catches() -> None:
    found = rows(PLAN[:1], {"it": KNOWN}, [ended("a", GREEN)])
    assert "- `it`: It is wrong. Nobody looks." in page(found, {})
