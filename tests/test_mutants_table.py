"""docs/mutants.md names for every scenario what turns it red, and every test that does."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROW = re.compile(r"\| `(test_\w+)\.py::(test_\w+)(?:\[[^]]+\])?` \|.*\| `(test_\w+)` \|")


def functions_in(folder: str) -> Iterator[tuple[str, str]]:
    """File and name of every test function."""
    for path in sorted((ROOT / folder).glob("test_*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield path.stem, node.name


def rows() -> list[tuple[str, str, str]]:
    lines = (ROOT / "docs" / "mutants.md").read_text().splitlines()
    return [match.groups() for line in lines if (match := ROW.fullmatch(line))]  # type: ignore[misc]


def test_every_scenario_has_a_row() -> None:
    assert set(functions_in("scenarios")) == {(file, scenario) for file, scenario, _ in rows()}


def test_every_mutant_has_a_row() -> None:
    assert {name for _, name in functions_in("tests/mutants")} == {mutant for _, _, mutant in rows()}
