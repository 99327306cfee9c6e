"""The toolchain of services in Node: npm installs what their package.json and its lock name."""

from __future__ import annotations

import hashlib
import json
import posixpath
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.errors import BadInputError, EnvironmentUnfitError
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
    """

    files: tuple[str, ...]
    name: str = "node"

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
            words = [shlex.join(["cd", posixpath.join(_IN_IMAGE, folder)]), shlex.join(_command(folder, inputs))]
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
            BadInputError: a file is not there, or is no package.json.
        """
        found: dict[str, bytes] = {}
        for file, folder in zip(self.files, self._folders, strict=True):
            assert_file(self.name, code, file, "a package.json there")
            found[posixpath.join(folder, "package.json")] = _packages_alone(code / file)
            for name in (*_LOCKS, _SETTINGS):
                if (code / folder / name).is_file():
                    found[posixpath.join(folder, name)] = (code / folder / name).read_bytes()
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


def _packages_alone(file: Path) -> bytes:
    """A package.json without its own scripts, which npm would run where the code is not."""
    try:
        given = json.loads(file.read_bytes())
    except ValueError as error:
        raise BadInputError(f"runtime.node: {file} is no JSON: {error}") from error
    if not isinstance(given, dict):
        raise BadInputError(f"runtime.node: {file} is no package.json: expected an object")
    return json.dumps({name: value for name, value in given.items() if name != "scripts"}, indent=1).encode()


def _command(folder: str, inputs: Mapping[str, bytes]) -> tuple[str, ...]:
    locked = any(posixpath.join(folder, name) in inputs for name in _LOCKS)
    return ("npm", "ci" if locked else "install", *_QUIET)
