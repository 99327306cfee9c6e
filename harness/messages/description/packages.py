"""The Python packages of somebody's services: what a requirements file names, and an environment that has it."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from harness.errors import BadInputError, EnvironmentUnfitError
from harness.messages.description.kept import made_once
from harness.progress import Say
from harness.provision import preparing, registries

_OTHER = re.compile(r"^(?:-r|-c|--requirement|--constraint)[ =]*(\S+)", re.MULTILINE)
#: What would be installed from the checkout, whose place no instance knows.
_LOCAL = re.compile(r"^(?:-e|--editable)\b.*|^\.{0,2}/.*|^\.\.?\s*$", re.MULTILINE)
_COMMENT = re.compile(r"(^|\s)#.*$")
#: A name, versions and markers, and hashes: no address and no option.
_BY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:(?!--)[^@/:$])*(\s--hash[ =][a-z0-9]+:[0-9a-f]+)*")
_HASH = re.compile(r"--hash[ =][a-z0-9]+:[0-9a-f]+")
#: What a requirements file is called that has what a description says itself.
_SAID = "runtime.packages"


def all_of(folder: Path, name: str | None, more: Sequence[str]) -> tuple[str, Mapping[str, bytes]]:
    """The path of a requirements file that has all packages, and by their paths that and those that it names.

    None is there if nothing is needed.

    Args:
        folder: of the checkout.
        name: of its requirements file, if it has one.
        more: what is needed beside that.

    Raises:
        BadInputError: see `requirements`.
    """
    found = {} if name is None else requirements(folder, name)
    if not more:
        return name or "", found
    lines = [*([] if name is None else [f"-r {os.path.normpath(name)}"]), *more]
    return _SAID, {**found, _SAID: "".join(f"{line}\n" for line in lines).encode()}


def requirements(folder: Path, name: str) -> Mapping[str, bytes]:
    """A requirements file of a checkout and those that it names, by their paths in the checkout.

    Raises:
        BadInputError: one is not there, or outside of the checkout, or names a package that is in the checkout.
    """
    found: dict[str, bytes] = {}
    left = [name]
    while left:
        path = os.path.normpath(left.pop())
        if path in found:
            continue
        # A link may lead anywhere.
        if not (folder / path).is_file() or not (folder / path).resolve().is_relative_to(folder.resolve()):
            raise BadInputError(f"runtime.python: there is no file {path} in {folder}; give a requirements file there")
        text = (folder / path).read_text(errors="replace")
        if local := _LOCAL.search(text):
            raise BadInputError(
                f"runtime.python: {path} has {local[0].strip()!r}, which is installed from the checkout itself: name "
                "the packages that it needs, and have PYTHONPATH in the environment say where its modules are"
            )
        found[path] = text.encode()
        left += [str(PurePosixPath(path).parent / other) for other in _OTHER.findall(text)]
    return found


def by_name(files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Requirements files that name packages of the registry alone, and say nothing of how these are installed.

    Else the code of whoever wrote them might run while they are installed. What is given back has no comments: pip goes
    by one that names an encoding, and would then read something else than was looked at here.

    Raises:
        BadInputError: a line says something else.
    """
    return {path: "".join(f"{line}\n" for line in _checked(path, content)).encode() for path, content in files.items()}


def _checked(path: str, content: bytes) -> Iterator[str]:
    for line in content.decode(errors="replace").splitlines():
        # Each by itself, whether or not it goes on in the next one.
        said = _COMMENT.sub("", line).strip()
        bare = said.removesuffix("\\").rstrip()
        if bare and not any(allowed.fullmatch(bare) for allowed in (_OTHER, _BY_NAME, _HASH)):
            raise BadInputError(
                f"runtime.python: {path} has {said!r}; of code that is not trusted only packages are installed that "
                "are named, such as flask==3.1.2, from wheels of the registry"
            )
        yield said


def environment(files: Mapping[str, bytes], name: str, say: Say) -> Path:
    """The folder of a virtual environment in the harness' cache that has these packages; made if it is not there.

    Args:
        files: requirements files by their paths.
        name: the path of the first.
        say: tells a person what takes its time.

    Raises:
        EnvironmentUnfitError: a package can't be had, with pip's last lines.
    """

    def make(place: Path) -> None:
        say(f"installing the packages of {name}, once")
        for path, content in files.items():
            (place / "requirements" / path).parent.mkdir(parents=True, exist_ok=True)
            (place / "requirements" / path).write_bytes(content)
        try:
            _install(place, place / "requirements" / name)
        except EnvironmentUnfitError as error:
            raise EnvironmentUnfitError(
                f"the packages of {name} can't be installed for Python {sys.version.split()[0]}: correct the file, or "
                f"see whether pip's package registry answers. pip says:\n{preparing.last_lines(error)}"
            ) from error

    return made_once("packages", _key(files, name), make, say)


def _install(place: Path, requirements: Path) -> None:
    """Makes a virtual environment, and installs the packages of a file into it.

    With this environment's pip, where it has one: to get the other its own takes longer than most packages.
    """
    ours = find_spec("pip") is not None
    python = str(place / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", python] if ours else [python, "-m", "pip"]
    where = registries.passed_on()
    venv = [sys.executable, "-m", "venv", *(["--without-pip"] if ours else []), str(place)]
    preparing.run("python -m venv", venv, where)
    preparing.run("pip install", [*pip, "install", "--quiet", "-r", str(requirements)], where)


def _key(files: Mapping[str, bytes], name: str) -> str:
    """A hash of what the environment is made of: the files, and the Python, whose place it names."""
    seen = hashlib.sha256(repr([sys.version, sys.base_prefix, name, sorted(files.items())]).encode())
    return seen.hexdigest()[:16]
