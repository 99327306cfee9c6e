"""Answers the command that checks files which describe systems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.answer import Answer
from harness.errors import EXIT_BAD_INPUT, BadInputError
from harness.messages.description.decoding import decode
from harness.messages.description.model import Description
from harness.messages.description.summary import summary


def check(files: Sequence[Path]) -> Answer:
    """Says what each file describes, or what is wrong in it; status 2 if anything is."""
    lines: list[str] = []
    data: dict[str, object] = {}
    status = 0
    for file in files:
        problems: list[str] = []
        words = None
        try:
            described = decode(file)
            words = summary(described, *_of_compose(described, file.parent))
            lines.append(f"{file}: {words}")
        except BadInputError as error:
            problems = str(error).splitlines()
            lines += problems
            status = EXIT_BAD_INPUT
        data[str(file)] = {"describes": words, "problems": problems}
    return Answer("\n".join(lines), data, status)


def _of_compose(described: Description, folder: Path) -> Iterator[str]:
    """What becomes of the rest of a compose file, in words."""
    if described.compose is None:
        return
    # Here, as this imports the servers' clients.
    from harness.messages.description import composing

    yield from composing.told(described, folder)
