"""What `docs/extending.md` adds really works: its files are written, checked and run on a real system."""

import ast
from pathlib import Path

import pytest

from tests.docs.blocks import blocks
from tests.docs.checkout import checkout
from tests.running import ROOT

_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)
EXTENDING = ROOT / "docs" / "extending.md"


@pytest.mark.process
def test_what_is_added_works(tmp_path: Path) -> None:
    with checkout(tmp_path) as copy:
        assert copy.follow(EXTENDING) >= 6


def test_no_code_is_left_out() -> None:
    left_out = [block.place for block in blocks(EXTENDING) if block.language == "python" and not block.name]
    assert not left_out


def test_a_kind_of_server_is_a_hundred_lines() -> None:
    folder = [block for block in blocks(EXTENDING) if block.name and block.name.startswith("harness/servers/valkey/")]
    assert len(folder) == 5
    assert sum(len(code_of(block.text)) for block in folder) <= 100


def code_of(text: str) -> list[str]:
    """The lines of a module, without docstrings and blank lines."""
    documented = [
        node for node in ast.walk(ast.parse(text)) if isinstance(node, _DOCUMENTED) and ast.get_docstring(node)
    ]
    words = {number for node in documented for number in range(node.body[0].lineno, node.body[0].end_lineno + 1)}
    return [line for number, line in enumerate(text.splitlines(), 1) if line.strip() and number not in words]


def test_docstrings_and_blank_lines_are_no_code() -> None:
    assert code_of('"""A\nmodule."""\n\n\ndef f():\n    """F."""\n\n    return """\nx"""\n') == [
        "def f():",
        '    return """',
        'x"""',
    ]
