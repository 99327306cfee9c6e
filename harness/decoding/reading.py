"""Reads a TOML file whose tables are msgspec structs, or says all that is wrong in it, each with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from harness.decoding.positions import line_of, lines_of
from harness.decoding.problems import Problem
from harness.decoding.walking import Walked, walk
from harness.errors import BadInputError

_Table = TypeVar("_Table", bound=msgspec.Struct)
_PLACE = re.compile(r"(?P<words>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)")
#: What a person does about what the parser says, by its beginning.
_ADVICE = {
    "Invalid value": "a text stands in quotes; true and false are written small",
    "Cannot overwrite a value": "the key is there twice, or is a table and a value",
    "Cannot declare": "the table is there twice",
}


def text_of(path: Path, usual: str) -> str:
    """The text of a file; `usual` is what such a file is called where a folder was named.

    Raises:
        BadInputError: there is no such file, or it can't be read as text.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise BadInputError(f"{path}: there is no such file") from error
    except IsADirectoryError as error:
        raise BadInputError(f"{path}: is a folder; name the file in it, such as {path / usual}") from error
    except OSError as error:
        raise BadInputError(f"{path}: can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadInputError(f"{path}:{line}: not UTF-8, which TOML has to be; save it as that") from error


def table_of(
    text: str, path: Path, kind: type[_Table], problems: Callable[[Walked], Iterable[Problem]] = lambda _: ()
) -> _Table:
    """The table that a text is, which is that of the file at this path.

    Args:
        text: of the file.
        path: of the file.
        kind: of table that the file itself is.
        problems: finds what is wrong in what the types have let pass.

    Raises:
        BadInputError: something is wrong in it: one line for each problem.
    """
    walked = walk(kind, parsed(text, path))
    refuse([*walked.problems, *problems(walked)], text, path)
    table: _Table = walked.at()
    return table


def refuse(problems: Sequence[Problem], text: str, path: Path) -> None:
    """Says what is wrong in a text, if anything is.

    Raises:
        BadInputError: one line for each problem.
    """
    if problems:
        lines = lines_of(text)
        found = sorted({(line_of(problem.keys, lines), str(problem)) for problem in problems})
        raise BadInputError("\n".join(f"{path}:{line}: {words}" for line, words in found))


def parsed(text: str, path: Path) -> dict[str, Any]:
    """A text as TOML has it.

    Raises:
        BadInputError: it is not TOML.
    """
    try:
        return tomllib.loads(text)
    except ValueError as error:
        found = _PLACE.fullmatch(str(error))
        line = int(found["line"] or 0) if found else 1
        words = found["words"] if found else str(error)
        advice = next((f"; {advice}" for begin, advice in _ADVICE.items() if words.startswith(begin)), "")
        column = f" (column {found['column']})" if line and found else ""
        line = line or text.count("\n") + 1
        raise BadInputError(f"{path}:{line}: not TOML: {words}{column}{advice}") from error
    except RecursionError as error:
        raise BadInputError(f"{path}: lists or tables are within each other too often") from error
