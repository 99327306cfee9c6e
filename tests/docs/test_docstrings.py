"""A docstring's first line says what it is about: nobody has to know the name of the function to understand it."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.running import ROOT

FOLDERS = ("bench", "harness", "scenarios", "services")
MODULES = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
#: Beginnings that point to something which is said nowhere before.
POINTING = re.compile(r"(Its?|They|Them|Those|That|The same|The other|Of|Does (it|so|this)|Takes it|Puts it)\b")


def first_lines(source: str) -> Iterator[tuple[int, str]]:
    """The line on which each docstring of something public begins, and what it says there."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if getattr(node, "name", "").startswith("_"):
                continue
            docstring = ast.get_docstring(node)
            if docstring is not None:
                yield node.body[0].lineno, docstring.partition("\n")[0]


def pointing(source: str) -> list[str]:
    return [f"line {number}: {line}" for number, line in first_lines(source) if POINTING.match(line)]


def test_no_first_line_points_to_what_was_not_said() -> None:
    found = {str(path.relative_to(ROOT)): pointing(path.read_text()) for path in MODULES}
    assert not {path: lines for path, lines in found.items() if lines}


@pytest.mark.parametrize("line", ["Its nodes.", "Of one command.", "The same for asyncio.", "It is prepared."])
def test_a_line_that_points_is_found(line: str) -> None:
    assert pointing(f'"""{line}"""')


@pytest.mark.parametrize("line", ["The answer of one command.", "Itself a server.", "Official images."])
def test_a_line_that_does_not_is_not(line: str) -> None:
    assert not pointing(f'"""{line}"""')
