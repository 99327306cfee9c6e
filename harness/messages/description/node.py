"""The toolchain of services in Node: npm installs what their package.json and its lock name."""

from __future__ import annotations

import hashlib
import json
import posixpath
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import BadInputError, EnvironmentUnfitError
from harness.messages.description import npm_names
from harness.messages.description.kept import made_once
from harness.messages.description.toolchain import Layers, Tools, assert_file, assert_installed
from harness.progress import Say
from harness.provision import preparing
from harness.provision.registries import passed_on

#: By which npm installs neither more nor less than was locked.
_LOCKS = ("npm-shrinkwrap.json", "package-lock.json")
#: Beside these what else npm goes by: a checkout's own settings.
_SETTINGS = ".npmrc"
_MODULES = "node_modules"
_IN_IMAGE = "/opt/node"
_QUIET = ("--no-audit", "--no-fund", "--loglevel=error")


@dataclass(frozen=True)
class Node:
    """Node, and the packages of one package.json or several.

    Attributes:
        files: the package.json files, relative to the checkout.
        name: see `Toolchain`.
        trusted: whether what packages run while they are installed may run; else npm runs nothing, and gets what locks
            have from its registry alone.
    """

    files: tuple[str, ...]
    name: str = "node"
    trusted: bool = True

    def assert_there(self, folder: Path) -> None:
        """See `Toolchain`."""
        self._inputs(folder)

    def prepare(self, code: Path, say: Say) -> Tools:
        """See `Toolchain`."""
        assert_installed(self.name, ("node", "npm"), "Node.js (apt-get install nodejs npm)")
        inputs = self._inputs(code)
        version = preparing.run("node --version", ["node", "--version"], passed_on())
        key = hashlib.sha256(repr([version, sorted(inputs.items())]).encode()).hexdigest()[:16]

        def make(place: Path) -> None:
            say(f"installing the packages of {', '.join(self.files)}, once")
            for path, content in inputs.items():
                (place / path).parent.mkdir(parents=True, exist_ok=True)
                (place / path).write_bytes(content)
            for folder in self._folders:
                self._install(place / folder, _command(folder, inputs))

        place = made_once("node", key, make, say)
        links = {posixpath.join(folder, _MODULES): place / folder / _MODULES for folder in self._folders}
        return Tools(links=links, made_of=(key,))

    def layers(self, code: Path, kind: str) -> Layers:
        """See `Toolchain`."""
        inputs = self._inputs(code)
        lines = [f"COPY {kind}/node {_IN_IMAGE}"]
        for folder in self._folders:
            command = (*_command(folder, inputs), *([] if self.trusted else ["--ignore-scripts"]))
            words = [shlex.join(["cd", posixpath.join(_IN_IMAGE, folder)]), shlex.join(command)]
            lines.append(f"RUN {' && '.join([*words, f'mkdir -p {_MODULES}'])}")
        return Layers(
            name=self.name,
            debian=("nodejs", "npm"),
            registry="npm",
            settings={"NPM_CONFIG_USERCONFIG": "npmrc", "NODE_EXTRA_CA_CERTS": "ca.pem"},
            stage="\n".join(lines),
            fetched=_IN_IMAGE,
            files={f"{kind}/node/{path}": content for path, content in inputs.items()},
            links={
                posixpath.join(folder, _MODULES): posixpath.join(_IN_IMAGE, folder, _MODULES)
                for folder in self._folders
            },
        )

    @property
    def _folders(self) -> tuple[str, ...]:
        return tuple(posixpath.dirname(posixpath.normpath(file)) for file in self.files)

    def _inputs(self, code: Path) -> Mapping[str, bytes]:
        """What npm installs by, by its path in the checkout.

        Raises:
            BadInputError: a file is not there, or is no package.json; or it is not trusted, and has something else than
                packages of the registry, as a lock has them.
        """
        found: dict[str, bytes] = {}
        for file, folder in zip(self.files, self._folders, strict=True):
            assert_file(self.name, code, file, "a package.json there")
            there = [name for name in (*_LOCKS, _SETTINGS) if (code / folder / name).is_file()]
            if not self.trusted:
                found |= _of_registry(code, file, folder, there)
                continue
            found[posixpath.join(folder, "package.json")] = _packages_alone(code / file)
            found |= {posixpath.join(folder, name): (code / folder / name).read_bytes() for name in there}
        return found

    def _install(self, place: Path, command: tuple[str, ...]) -> None:
        try:
            preparing.run("npm install", command, passed_on(), place)
        except EnvironmentUnfitError as error:
            raise EnvironmentUnfitError(
                f"the packages of {', '.join(self.files)} can't be installed: correct the file or its lock, or see "
                f"whether npm's package registry answers. npm says:\n{preparing.last_lines(error)}"
            ) from error
        (place / _MODULES).mkdir(exist_ok=True)


def _of_registry(code: Path, file: str, folder: str, there: Sequence[str]) -> Mapping[str, bytes]:
    """The packages that a package.json and its lock have of the registry; nothing else of a checkout nobody trusts."""
    locks = [name for name in there if name in _LOCKS]
    if not locks:
        raise BadInputError(
            f"runtime.node: {file} has no lock beside it; of code that is not trusted only packages are installed that "
            "a lock has: make one (npm install)"
        )
    for each in (file, posixpath.join(folder, locks[0])):
        # A link may lead anywhere.
        if not (code / each).resolve().is_relative_to(code.resolve()):
            raise BadInputError(f"runtime.node: {each} leads out of {code}; give a file in it")
    wanted = npm_names.package(code / file, _read(code / file))
    return {
        posixpath.join(folder, "package.json"): json.dumps(wanted, indent=1).encode(),
        posixpath.join(folder, locks[0]): npm_names.lock(code / folder / locks[0]),
    }


def _read(file: Path) -> Mapping[str, Any]:
    """What a package.json says."""
    try:
        given = json.loads(file.read_bytes())
    except ValueError as error:
        raise BadInputError(f"runtime.node: {file} is no JSON: {error}") from error
    if not isinstance(given, dict):
        raise BadInputError(f"runtime.node: {file} is no package.json: expected an object")
    return given


def _packages_alone(file: Path) -> bytes:
    """A package.json without its own scripts, which npm would run where the code is not."""
    given = _read(file)
    return json.dumps({name: value for name, value in given.items() if name != "scripts"}, indent=1).encode()


def _command(folder: str, inputs: Mapping[str, bytes]) -> tuple[str, ...]:
    locked = any(posixpath.join(folder, name) in inputs for name in _LOCKS)
    return ("npm", "ci" if locked else "install", *_QUIET)
