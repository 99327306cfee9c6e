"""Finds the folder of somebody's code in which a command of a container would start, and the command as it is there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

# What can't be a path, as it is too long, is not there; pathlib raises an OSError.
from os.path import isdir, isfile
from pathlib import Path, PurePosixPath

from harness.messages.drafting.containers import Container
from harness.messages.drafting.dockerfile import Dockerfile, in_shell

_SHELLS = re.compile(r"(/usr)?(/bin/)?(ba|da|a)?sh")
_INSTALL = re.compile(r"^\s*(?:python3? -m )?pip3? install [^&;]*(?:&&|;)\s*")
_PYTHON = re.compile(r"/usr(/local)?/bin/(python3?)")
_SCRIPT = re.compile(r"[\w./-]+\.(py|js|mjs|ts|sh|jar)")
_MODULE = re.compile(r"([A-Za-z_][\w.]*):[A-Za-z_]\w*(\(\))?")
_RUNNERS = (("poetry", "run"), ("pipenv", "run"), ("uv", "run"))


def simplified(command: Sequence[str]) -> tuple[str, ...]:
    """A command without a shell that does nothing but start it, without what installs packages, and by PATH."""
    words = tuple(command)
    if words[:2] in _RUNNERS:
        words = words[2:]
    if len(words) == 3 and _SHELLS.fullmatch(words[0]) and re.fullmatch(r"-l?c", words[1]):
        inner = _INSTALL.sub("", words[2])
        words = in_shell(inner) or words
    if words and (found := _PYTHON.fullmatch(words[0])):
        words = (found[2], *words[1:])
    return words


def placed(
    command: Sequence[str], container: Container, built: Dockerfile | None, root: Path
) -> tuple[Path | None, tuple[str, ...], str | None]:
    """Where a command starts, itself as it is there, and the file that it runs if that is nowhere.

    Args:
        command: as it is in the container.
        container: that runs it.
        built: how its image is made.
        root: the folder of all the code, outside of which nothing is looked for.
    """
    workdir = container.workdir or (built.workdir if built else "/")
    here = tuple(_relative(word, workdir) for word in command)
    folders = [folder for folder in _folders(container, built, workdir) if _within(folder, root)]
    file = _file(here)
    if file is None:
        return (folders[0] if folders else None), here, None
    for folder in folders:
        for name in (file, file.removesuffix(".py") + "/__init__.py"):
            if isfile(folder / name):
                return folder, here, None
    return (folders[0] if folders else None), here, file


def _relative(word: str, workdir: str) -> str:
    path = PurePosixPath(word)
    if workdir != "/" and path.is_absolute() and path.is_relative_to(workdir):
        return str(path.relative_to(workdir))
    return word


def _folders(container: Container, built: Dockerfile | None, workdir: str) -> Iterator[Path]:
    """The folders whose content may be where the program starts, the likeliest first."""
    for target, source in sorted(container.mounts.items(), key=lambda mount: -len(mount[0])):
        if PurePosixPath(workdir).is_relative_to(target) and isdir(source):
            yield source / PurePosixPath(workdir).relative_to(target)
    context = container.context
    if context is None or not isdir(context):
        return
    yield context
    for name in built.sources if built else []:
        copied = (context / name.lstrip("/")).resolve()
        yield copied if isdir(copied) else copied.parent
    parts = PurePosixPath(workdir).parts
    yield from (context.joinpath(*parts[index:]) for index in range(1, len(parts)))
    if container.dockerfile:
        yield container.dockerfile.parent


def _within(folder: Path, root: Path) -> bool:
    return isdir(folder) and folder.resolve().is_relative_to(root)


def _file(command: Sequence[str]) -> str | None:
    """The file of the code that a command runs, relative to where it starts; None if it names none."""
    for before, word in zip(["", *command], command, strict=False):
        if before == "-m" and word not in ("uvicorn", "gunicorn", "flask", "hypercorn"):
            return f"{word.replace('.', '/')}.py"
        if found := _MODULE.fullmatch(word):
            return f"{found[1].replace('.', '/')}.py"
        if _SCRIPT.fullmatch(word) and not word.startswith("/"):
            return word
    return None
