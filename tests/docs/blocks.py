"""The code of a document: named Python blocks are files, console blocks are commands with what they print."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(r"^```(\w+)(?: +(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """What stands between two fences; `name` is the file that it is, `place` where a person finds it."""

    language: str
    name: str | None
    text: str
    place: str


@dataclass(frozen=True)
class Command:
    """What a person types after the prompt, and what the document shows of the answer."""

    line: str
    shown: str

    def printed(self, output: str) -> bool:
        """Whether that is what the document shows, in which `...` is anything."""
        pattern = re.escape(self.shown.strip()).replace(r"\.\.\.", ".*")
        return bool(re.fullmatch(pattern, _without_trailing_blanks(output), re.DOTALL))


def blocks(document: Path) -> list[Block]:
    """Every fenced block of a document, in its order."""
    text = document.read_text()
    return [
        Block(found[1], found[2], found[3], f"{document.name}, line {text[: found.start()].count(chr(10)) + 1}")
        for found in _FENCE.finditer(text)
    ]


def commands(block: Block) -> Iterator[Command]:
    """The commands of a console block."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        line, _, shown = part.partition("\n")
        yield Command(line, shown)


def follow(document: Path, root: Path, run: Callable[[str], tuple[int, str]]) -> int:
    """Writes below `root`, and has run, everything that a document says, in its order; how many commands that were.

    A command has to end with exit status 0 and to print what the document shows.
    """
    count = 0
    for block in blocks(document):
        if block.name:
            (root / block.name).parent.mkdir(parents=True, exist_ok=True)
            (root / block.name).write_text(block.text)
        for command in commands(block) if block.language == "console" else ():
            status, output = run(command.line)
            said = f"{block.place}: $ {command.line}\nended with exit status {status} and printed\n{output}"
            assert status == 0, said
            assert command.printed(output), f"{said}\nwhere the document shows\n{command.shown}"
            count += 1
    return count


def _without_trailing_blanks(output: str) -> str:
    return "\n".join(line.rstrip() for line in output.strip().splitlines())
