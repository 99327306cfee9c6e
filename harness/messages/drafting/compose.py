"""Reads a compose file: each of its services in plain words, and what of it nobody here can make use of."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from os.path import expanduser, isdir, isfile
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from harness.decoding.positions import Keys, line_of
from harness.errors import BadInputError
from harness.messages.drafting import forms
from harness.messages.drafting.containers import Container
from harness.messages.drafting.dockerfile import in_shell
from harness.messages.drafting.findings import Findings
from harness.messages.drafting.interpolation import interpolate
from harness.messages.drafting.marked_yaml import Document, load
from harness.messages.drafting.refusals import refusals

#: As Compose looks for them.
NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_CONFIG_TIMEOUT_S = 60
_TAKEN = frozenset(
    (
        *("image", "build", "command", "entrypoint", "environment", "env_file", "ports", "expose", "deploy", "scale"),
        *("working_dir", "container_name", "hostname", "healthcheck", "stop_grace_period", "volumes"),
    )
)
_REASONS = {
    "depends_on": "the harness starts servers before services, and waits until each is ready",
    "restart": "say restart = true for an instance that is to start again when it ends by itself",
    "networks": "all nodes are in one network, with host names",
    "network_mode": "each instance has an address of its own; none shares the machine's",
    "privileged": "services get no more rights than any process",
    "cap_add": "services get no more rights than any process",
    "secrets": "nothing is mounted; put it into the environment or into the code",
    "configs": "nothing is mounted; put it into the environment or into the code",
    "logging": "the harness keeps the output itself",
    "links": "each instance has its host name anyway",
    "extends": "it takes docker compose, which is not here or refuses the file",
    "include": "it takes docker compose, which is not here or refuses the file",
}
_NOTHING_FOR_IT = "system.toml has nothing for it"


def find(folder: Path) -> Path | None:
    """The compose file of a folder; None if there is none."""
    return next((folder / name for name in NAMES if (folder / name).is_file()), None)


def read(path: Path, findings: Findings) -> Sequence[Container]:
    """The services of a compose file, in its order.

    Args:
        path: of the file.
        findings: is told what was not taken.

    Raises:
        BadInputError: the file can't be read, or is no compose file.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadInputError(f"{path}: can't be read: {error.strerror}; give a compose file") from error
    except UnicodeDecodeError as error:
        raise BadInputError(f"{path}: not UTF-8; save it as that") from error
    document = load(text, path)
    services = _services(document, path)
    lines = document.lines
    spread = "include" in document.top or any("extends" in each for each in services.values())
    if spread and (merged := _by_compose(path, findings)):
        document, lines = load(merged, path), {}
        services = _services(document, path)
    reader = _Reader(path, lines, _dotenv(path), findings)
    for name in document.top:
        if name in ("secrets", "configs", "include"):
            findings.leave(reader.place((name,)), name, _REASONS[name])
    return [_Reader(path, lines, reader.values, Findings()).container(name, services[name]) for name in services]


def _services(document: Document, path: Path) -> Mapping[str, Mapping[str, Any]]:
    services = document.top.get("services") if isinstance(document.top, dict) else None
    if not isinstance(services, dict) or not services:
        raise BadInputError(f"{path}: has no services; give a compose file, whose services stand below 'services:'")
    for name, each in services.items():
        if not isinstance(each, dict):
            line = line_of(("services", name), document.lines)
            raise BadInputError(f"{path}:{line}: services.{name}: expected what there is of it (image, build, ...)")
    return services


def _by_compose(path: Path, findings: Findings) -> str | None:
    """What `docker compose config` makes of a file that names other files; None where it is not there."""
    if shutil.which("docker") is None:
        return None
    command = ["docker", "compose", "-f", str(path), "config"]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=_CONFIG_TIMEOUT_S, check=True)
    except subprocess.SubprocessError:
        return None
    findings.leave(path.name, "lines", "it names other files, so docker compose config put it together, without lines")
    return ended.stdout


def _dotenv(path: Path) -> Mapping[str, str]:
    found = dotenv_values(path.with_name(".env"), interpolate=False)
    return {name: value or "" for name, value in found.items()}


@dataclass
class _Reader:
    path: Path
    lines: Mapping[Keys, int]
    values: Mapping[str, str]
    findings: Findings

    def place(self, keys: Keys) -> str:
        return f"{self.path.name}:{line_of(keys, self.lines)}" if self.lines else self.path.name

    def container(self, name: str, given: Mapping[str, Any]) -> Container:
        keys: Keys = ("services", name)
        service: Mapping[str, Any] = self._filled(given, keys)
        for key in service:
            if key not in _TAKEN and not key.startswith("x-"):
                self.findings.leave(self.place((*keys, key)), f"{name}: {key}", _REASONS.get(key, _NOTHING_FOR_IT))
        context, dockerfile = self._build(name, service.get("build"))
        build = service["build"] if isinstance(service.get("build"), dict) else {}
        return Container(
            name=name,
            place=self.place(keys),
            image=forms.text(service.get("image")),
            context=context,
            dockerfile=dockerfile,
            entrypoint=self._words(name, "entrypoint", service.get("entrypoint")),
            command=self._words(name, "command", service.get("command")),
            environment=self._environment(name, service),
            ports=[*forms.ports(service.get("ports")), *forms.ports(service.get("expose"))],
            count=self._count(name, service),
            workdir=forms.text(service.get("working_dir")),
            aliases=[*forms.named(service), *forms.of_networks(service, "aliases")],
            mounts=dict(self._mounts(name, service.get("volumes"))),
            health=forms.health(service.get("healthcheck")),
            stop_s=forms.seconds(forms.text(service.get("stop_grace_period"))),
            left=self.findings.left,
            target=forms.text(build.get("target")),
            arguments={name: value or "" for name, value in forms.pairs(build.get("args"))},
            user=forms.text(service.get("user")),
            binds=dict(self._binds(service.get("volumes"))),
            fixed=[*forms.of_networks(service, "ipv4_address")],
            refused=list(refusals(name, service, self.place)),
        )

    def _filled(self, value: Any, keys: Keys) -> Any:
        """A value with its variables filled in."""
        if isinstance(value, dict):
            return {name: self._filled(each, (*keys, name)) for name, each in value.items()}
        if isinstance(value, list):
            return [self._filled(each, (*keys, index)) for index, each in enumerate(value)]
        if not isinstance(value, str):
            return value
        why = "is set neither in .env nor by a default; nothing stands there"
        return interpolate(value, self.values, lambda name: self.findings.leave(self.place(keys), f"${name}", why))

    def _build(self, name: str, build: Any) -> tuple[Path | None, Path | None]:
        if build is None:
            return None, None
        given = build if isinstance(build, dict) else {"context": build}
        keys: Keys = ("services", name, "build")
        for key in given:
            if key not in ("context", "dockerfile"):
                self.findings.leave(
                    self.place((*keys, key)), f"{name}: build.{key}", "the harness builds no image by it"
                )
        context = forms.text(given.get("context")) or "."
        if "://" in context or context.startswith("git@"):
            self.findings.leave(
                self.place(keys), f"{name}: build", "the code is not here; give the folder with a checkout"
            )
            return None, None
        folder = (self.path.parent / context).resolve()
        return folder, folder / (forms.text(given.get("dockerfile")) or "Dockerfile")

    def _words(self, name: str, key: str, given: Any) -> tuple[str, ...] | None:
        """A command: a list of words, or a line that is split into words without a shell."""
        if isinstance(given, list):
            return tuple(str(word) for word in given if word is not None)
        if not isinstance(given, str):
            return None
        try:
            return tuple(shlex.split(given))
        except ValueError as error:
            self.findings.leave(self.place(("services", name, key)), f"{name}: {key}", f"can't be split: {error}")
            return in_shell(given)

    def _environment(self, name: str, service: Mapping[str, Any]) -> Mapping[str, str]:
        found: dict[str, str] = {}
        files = service.get("env_file")
        for index, each in enumerate(files if isinstance(files, list) else [files] if files is not None else []):
            file = forms.text(each.get("path") if isinstance(each, dict) else each)
            if file and isfile(self.path.parent / file):
                values = dotenv_values(self.path.parent / file, interpolate=False)
                found.update({variable: value or "" for variable, value in values.items()})
            else:
                place = self.place(("services", name, "env_file", index))
                self.findings.leave(place, f"{name}: env_file", f"there is no file {file}")
        for variable, value in forms.pairs(service.get("environment")):
            if value is None and variable not in self.values:
                place = self.place(("services", name, "environment", variable))
                self.findings.leave(place, f"{name}: environment.{variable}", "it has no value in the file or in .env")
            else:
                found[variable] = self.values[variable] if value is None else value
        return found

    def _count(self, name: str, service: Mapping[str, Any]) -> int:
        deploy = service.get("deploy")
        deploy = deploy if isinstance(deploy, dict) else {}
        for key in deploy:
            if key not in ("replicas", "mode"):
                place = self.place(("services", name, "deploy", key))
                self.findings.leave(place, f"{name}: deploy.{key}", _NOTHING_FOR_IT)
        given = forms.text(deploy.get("replicas")) or forms.text(service.get("scale")) or "1"
        return int(given) if given.isdecimal() and int(given) else 1

    def _binds(self, volumes: Any) -> Iterator[tuple[str, Path]]:
        """The files and folders of the machine that are mounted."""
        for each in volumes if isinstance(volumes, list) else []:
            source, target = forms.mount(each)
            if target and source.startswith((".", "/", "~")):
                yield target.rstrip("/") or "/", (self.path.parent / expanduser(source)).resolve()

    def _mounts(self, name: str, volumes: Any) -> Iterator[tuple[str, Path]]:
        """The folders of the machine that are mounted; what else there is of volumes is left."""
        for index, each in enumerate(volumes if isinstance(volumes, list) else []):
            source, target = forms.mount(each)
            place, what = self.place(("services", name, "volumes", index)), f"{name}: volumes: {source}"
            folder = (self.path.parent / source).resolve()
            if not target or not source.startswith((".", "/", "~")):
                self.findings.leave(place, what, "an instance keeps its files in its own folder")
            elif not folder.is_relative_to(self.path.parent.resolve()) or not isdir(folder):
                self.findings.leave(place, what, "an instance has the files of the code alone, as they are there")
            else:
                yield target.rstrip("/") or "/", folder
