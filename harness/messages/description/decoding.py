"""Reads the file that describes a system, or says all that is wrong in it, each with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.errors import BadInputError
from harness.messages.description.checking import problems
from harness.messages.description.model import Description
from harness.messages.description.positions import line_of, lines_of
from harness.messages.description.problems import Problem
from harness.messages.description.walking import walk

_PLACE = re.compile(r"(?P<words>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)")
#: What a person does about what the parser says, by its beginning.
_ADVICE = {
    "Invalid value": "a text stands in quotes; true and false are written small",
    "Cannot overwrite a value": "the key is there twice, or is a table and a value",
    "Cannot declare": "the table is there twice",
}


def decode(path: Path, folder: Path | None = None) -> Description:
    """The system that a file describes.

    Args:
        path: of the file.
        folder: in which the checkout is, if not in that of the file.

    Raises:
        BadInputError: there is no such file, or something is wrong in it: one line for each problem.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise BadInputError(f"{path}: there is no such file") from error
    except IsADirectoryError as error:
        raise BadInputError(f"{path}: is a folder; name the file in it, such as {path / 'system.toml'}") from error
    except OSError as error:
        raise BadInputError(f"{path}: can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadInputError(f"{path}:{line}: not UTF-8, which TOML has to be; save it as that") from error
    return decode_text(text, path, folder)


def decode_text(text: str, path: Path, folder: Path | None = None) -> Description:
    """The system that a text describes, which is that of the file at this path; see `decode` for the folder.

    Raises:
        BadInputError: something is wrong in it: one line for each problem.
    """
    given = _parsed(text, path)
    walked = walk(Description, given)
    unfit: Sequence[Problem] = ()
    description: Description | None = walked.at()
    if description is not None and _composed(description):
        # Here, as this imports the servers' clients.
        from harness.messages.description import composing

        more, unfit = composing.filled(description, given, folder or path.parent)
        walked = walk(Description, more)
    wrong = unfit or [*walked.problems, *problems(walked, folder or path.parent)]
    if wrong:
        lines = lines_of(text)
        found = sorted({(line_of(problem.keys, lines), str(problem)) for problem in wrong})
        raise BadInputError("\n".join(f"{path}:{line}: {words}" for line, words in found))
    made: Description = walked.at()
    return made


def _composed(description: Description) -> bool:
    """Whether a description takes anything from a compose file."""
    return description.compose is not None or any(service.compose for service in description.services.values())


def _parsed(text: str, path: Path) -> dict[str, Any]:
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
