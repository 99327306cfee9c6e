"""Finds what services in Node are installed and built by: the package.json files of their folders."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.messages.description.model import Service

_MANIFEST = "package.json"
_RUNNERS = {"node", "npm", "npx", "yarn", "pnpm", "tsx", "ts-node", "nodemon"}
_STARTS = {("npm", "start"), ("npm", "run", "start"), ("yarn", "start")}


def manifests(services: Iterable[Service], root: Path) -> tuple[str, ...]:
    """The package.json files that services in Node use, relative to the folder of all the code."""
    folders = (root / each.folder for each in services if each.command[:1] and each.command[0] in _RUNNERS)
    found = (_above(folder, root) for folder in folders)
    return tuple(dict.fromkeys(str(path.relative_to(root)) for path in found if path))


def builds(names: Iterable[str], root: Path) -> Iterator[tuple[str, ...]]:
    """The steps that build the code of package.json files, where these have such a script."""
    for name in names:
        if "build" in _scripts(root / name):
            yield ("npm", "--prefix", str(Path(name).parent), "run", "build")


def started(service: Service, root: Path) -> Sequence[str]:
    """The command of a service; where that starts a script of its package.json, the words of the script."""
    manifest = _above(root / service.folder, root) if service.command in _STARTS else None
    script = _scripts(manifest).get("start") if manifest else None
    try:
        return shlex.split(script) if isinstance(script, str) else service.command
    except ValueError:
        return service.command


def _above(folder: Path, root: Path) -> Path | None:
    """The package.json of a folder, or of the nearest one around it."""
    around = [folder, *folder.parents]
    return next((each / _MANIFEST for each in around if _within(each, root) and (each / _MANIFEST).is_file()), None)


def _within(folder: Path, root: Path) -> bool:
    return folder.is_relative_to(root)


def _scripts(manifest: Path) -> Mapping[str, Any]:
    try:
        given = json.loads(manifest.read_bytes())
    except ValueError:
        return {}
    scripts = given.get("scripts") if isinstance(given, dict) else None
    return scripts if isinstance(scripts, dict) else {}
