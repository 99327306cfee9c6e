"""What npm may go by where nobody trusts a checkout: packages of the registry by name, each as a lock has it.

npm then runs nothing of anybody's: it gets files whose hashes are known, and puts them where the lock says. Whatever
else a package.json and a lock may say is left out or refused: addresses, links, folders of the checkout, settings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.errors import BadInputError

_KINDS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
#: What of a package.json decides which packages there are.
_OF_PACKAGE = ("name", "version", *_KINDS)
#: Where a lock has a package from: a registry, whichever it was. npm asks its own for what has that name and that hash.
_ADDRESS = re.compile(r"https://[^/\s]+/\S+\.tgz")
#: A range of versions or a tag, maybe of a package with another name: no address, no folder and no file.
_RANGE = re.compile(
    r"(npm:(@[A-Za-z0-9._~-]+/)?[A-Za-z0-9._~-]+@)?(?!\.)(?!.*\.(tgz|tar|tar\.gz)$)[A-Za-z0-9.*^~<>=|+ -]*"
)
_VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+([-+][A-Za-z0-9.+-]+)?")
_HASH = re.compile(r"sha512-[A-Za-z0-9+/=]+")
_NAME = r"(?!\.)[A-Za-z0-9._~-]+"
_PLACE = re.compile(rf"node_modules/(@{_NAME}/)?{_NAME}(/node_modules/(@{_NAME}/)?{_NAME})*")


def package(file: Path, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part of a package.json that npm needs to install what a lock has.

    Raises:
        BadInputError: it names a package by something else than versions.
    """
    if said := next(_named_otherwise(given), ""):
        raise _refused(file, said)
    return {name: given[name] for name in _OF_PACKAGE if name in given}


def lock(file: Path) -> bytes:
    """A lock with nothing but packages of the registry.

    Raises:
        BadInputError: it is no lock of npm 7 or newer, or has something else.
    """
    try:
        given = json.loads(file.read_bytes())
    except ValueError as error:
        raise BadInputError(f"runtime.node: {file} is no JSON: {error}") from error
    packages = given.get("packages") if isinstance(given, dict) else None
    if not isinstance(packages, dict):
        raise BadInputError(f"runtime.node: {file} is no lock of npm 7 or newer (lockfileVersion 2 or 3): make it anew")
    if said := next(_not_of_the_registry(packages), ""):
        raise _refused(file, said)
    kept = {place: _kept(entry) if place else package(file, entry) for place, entry in packages.items()}
    return json.dumps({"lockfileVersion": 3, "requires": True, "packages": kept}, indent=1).encode()


def _kept(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is kept of a package in a lock: all but its address."""
    return {key: value for key, value in entry.items() if key != "resolved"}


def _named_otherwise(given: Mapping[str, Any]) -> Iterator[str]:
    """What is named by something else than versions."""
    for kind in _KINDS:
        named = given.get(kind, {})
        for name, wanted in named.items() if isinstance(named, dict) else [("what there is", named)]:
            if not (isinstance(wanted, str) and _RANGE.fullmatch(wanted)):
                yield f"{kind}: {name} is {json.dumps(wanted)}"


def _not_of_the_registry(packages: Mapping[str, Any]) -> Iterator[str]:
    """What is no package of the registry, or needs one that is none."""
    for place, entry in packages.items():
        if not isinstance(entry, dict) or (place and not _PLACE.fullmatch(place)):
            yield f"{json.dumps(place)} is no place in node_modules"
            continue
        yield from (f"{place}: {said}" for said in _named_otherwise(entry))
        if not place:
            continue
        if entry.get("link") or not _VERSION.fullmatch(str(entry.get("version"))):
            yield f"{place} has no version of the registry"
        if "resolved" in entry and not _ADDRESS.fullmatch(str(entry["resolved"])):
            yield f"{place} is got from {json.dumps(entry['resolved'])}"
        if not (entry.get("inBundle") or _HASH.fullmatch(str(entry.get("integrity")))):
            yield f"{place} has no hash (integrity)"


def _refused(file: Path, said: str) -> BadInputError:
    return BadInputError(
        f"runtime.node: {file}: {said}; of code that is not trusted only packages are installed that npm's registry "
        "has, by names and versions, as a lock has them"
    )
