"""Reads the file that describes a system, or says all that is wrong in it, each with its line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.decoding.problems import Problem
from harness.decoding.reading import parsed, refuse, text_of
from harness.decoding.walking import walk
from harness.messages.description import running
from harness.messages.description.checking import problems
from harness.messages.description.model import Description


def decode(path: Path, folder: Path | None = None) -> Description:
    """The system that a file describes.

    Args:
        path: of the file.
        folder: in which the checkout is, if not in that of the file.

    Raises:
        BadInputError: there is no such file, or something is wrong in it: one line for each problem.
    """
    return decode_text(text_of(path, "system.toml"), path, folder)


def decode_text(text: str, path: Path, folder: Path | None = None) -> Description:
    """The system that a text describes, which is that of the file at this path; see `decode` for the folder.

    Raises:
        BadInputError: something is wrong in it: one line for each problem.
    """
    given = parsed(text, path)
    walked = walk(Description, given)
    unfit: Sequence[Problem] = ()
    description: Description | None = walked.at()
    if description is not None and description.runs_already:
        more, unfit = running.filled(description, given)
        walked = walk(Description, more)
    elif description is not None and _composed(description):
        # Here, as this imports the servers' clients.
        from harness.messages.description import composing

        more, unfit = composing.filled(description, given, folder or path.parent)
        walked = walk(Description, more)
    refuse(unfit or [*walked.problems, *problems(walked, folder or path.parent)], text, path)
    made: Description = walked.at()
    return made


def _composed(description: Description) -> bool:
    """Whether a description takes anything from a compose file."""
    return description.compose is not None or any(service.compose for service in description.services.values())
