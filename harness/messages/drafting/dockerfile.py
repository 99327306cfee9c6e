"""Reads of a Dockerfile how the program of its image starts."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

_INSTRUCTION = re.compile(r"\s*([A-Za-z]+)\s+(.*)", re.DOTALL)
_COMMENT = re.compile(r"^\s*#.*\n?", re.MULTILINE)
#: What a shell does more with than to separate words.
_SHELL = re.compile(r"[|&;<>()$`*?\[\]#~={}\n]")


@dataclass
class Dockerfile:
    """What the last stage of a Dockerfile says.

    Attributes:
        entrypoint: the words of ENTRYPOINT; None without one.
        command: the words of CMD; None without one.
        by_shell: whether ENTRYPOINT is one line for a shell, to which CMD adds nothing.
        workdir: where the program starts, as a path in the image.
        environment: what ENV sets.
        ports: what EXPOSE names.
        sources: what is copied from the build context, relative to it.
    """

    entrypoint: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    by_shell: bool = False
    workdir: str = "/"
    environment: dict[str, str] = field(default_factory=dict)
    ports: list[int] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)


def read(path: Path) -> Dockerfile | None:
    """What a Dockerfile says; None if there is none that can be read."""
    try:
        return parse(path.read_text(errors="replace"))
    except OSError:
        return None


def parse(text: str) -> Dockerfile:
    """What the text of a Dockerfile says; what it can't mean is left out."""
    found = Dockerfile()
    for name, rest in _instructions(text):
        if name == "FROM":
            found = Dockerfile()
        elif name == "WORKDIR":
            found.workdir = str(PurePosixPath(found.workdir, rest.strip("\"'")))
        elif name == "ENTRYPOINT":
            found.entrypoint, found.by_shell = words_of(rest), _exec_form(rest) is None
        elif name == "CMD":
            found.command = words_of(rest)
        elif name == "ENV":
            found.environment.update(_variables(rest))
        elif name == "EXPOSE":
            found.ports += [int(port) for port in re.findall(r"\b\d{2,5}\b", rest)]
        elif name in ("COPY", "ADD"):
            found.sources += _copied(rest)
    return found


def words_of(text: str) -> tuple[str, ...] | None:
    """The words of a command in either form of CMD: a JSON list, or a line for a shell."""
    return _exec_form(text) or in_shell(text)


def in_shell(line: str) -> tuple[str, ...] | None:
    """A line for a shell: as words, where a shell makes no more of them; None if it has none."""
    line = re.sub(r"^exec\s+", "", line.strip())
    if not line:
        return None
    try:
        return ("sh", "-c", line) if _SHELL.search(line) else tuple(shlex.split(line))
    except ValueError:
        return ("sh", "-c", line)


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    joined = re.sub(r"\\[ \t]*\r?\n", " ", _COMMENT.sub("", text))
    for line in joined.splitlines():
        if found := _INSTRUCTION.fullmatch(line.rstrip()):
            yield found[1].upper(), found[2].strip()


def _exec_form(text: str) -> tuple[str, ...] | None:
    try:
        words = json.loads(text)
    except ValueError:
        return None
    return tuple(map(str, words)) if isinstance(words, list) else None


def _variables(rest: str) -> Iterator[tuple[str, str]]:
    if "=" not in rest.split(maxsplit=1)[0]:
        name, _, value = rest.partition(" ")
        yield name, value.strip()
        return
    try:
        words = shlex.split(rest)
    except ValueError:
        return
    for word in words:
        name, equals, value = word.partition("=")
        if equals and name:
            yield name, value


def _copied(rest: str) -> list[str]:
    words = _exec_form(rest) or tuple(rest.split())
    if any(word.startswith("--from") for word in words):
        return []
    return [word for word in words if not word.startswith("--")][:-1]
