"""The base of the images: pulled where a container registry answers, made from Debian packages where none does."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import docker
import requests
from docker.errors import DockerException, ImageNotFound

from harness.errors import EnvironmentUnfitError
from harness.progress import Say

#: The same as in the Dockerfile; HARNESS_BASE names another.
BASE = "python:3.12-slim-bookworm"
_SUITE = "bookworm"
_COMMAND = (
    "mmdebstrap",
    "--quiet",
    "--variant=minbase",
    "--include=python3,python3-venv,ca-certificates,iptables",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    "--dpkgopt=path-include=/usr/share/locale/locale.alias",
)
#: Changes with what a base is made of.
RECIPE = hashlib.sha256(" ".join([_SUITE, *_COMMAND]).encode()).hexdigest()[:12]
MADE = f"harness-base:{_SUITE}"
_LABEL = "harness.base"
_SOURCES = Path("/etc/apt")
_MAKING_TIMEOUT_S = 600


class NoBaseError(EnvironmentUnfitError):
    """This machine has no base image, and can neither pull nor make one: what needs images can't be had here."""


def ensure_base(client: docker.DockerClient, say: Say) -> str:
    """The name of an image that the engine has and that others can be built on.

    Raises:
        EnvironmentUnfitError: HARNESS_BASE names one that can't be had.
        NoBaseError: none can be pulled nor made.
    """
    named = os.environ.get("HARNESS_BASE")
    wanted = named or BASE
    if _has(client, wanted):
        return wanted
    if not named and _has(client, MADE, recipe=RECIPE):
        return MADE
    say(f"pulling {wanted}")
    try:
        client.images.pull(wanted)
        return wanted
    except (DockerException, requests.RequestException) as error:
        reason = str(getattr(error, "explanation", None) or error).strip()[:160]
        if named:
            raise EnvironmentUnfitError(
                f"HARNESS_BASE={named} is not on this machine and can't be pulled: {reason}"
            ) from error
    say(f"no container registry answers ({reason}): making {MADE} from Debian packages instead (about 30 s)")
    _make(client)
    return MADE


def _has(client: docker.DockerClient, name: str, *, recipe: str | None = None) -> bool:
    labels = _labels(client, name)
    return labels is not None and (recipe is None or labels.get(_LABEL) == recipe)


def _labels(client: docker.DockerClient, name: str) -> Mapping[str, str] | None:
    """The labels of an image; None if the engine has none of that name."""
    try:
        labels: Mapping[str, str] = client.images.get(name).labels
    except ImageNotFound:
        return None
    return labels


def _make(client: docker.DockerClient) -> None:
    labels = _labels(client, MADE)
    if labels is not None and _LABEL not in labels:
        raise EnvironmentUnfitError(
            f"the engine has an image {MADE} that is not the harness', which was about to take that name: give it "
            "another (docker tag, docker image rm), or name it in HARNESS_BASE to build on it"
        )
    if not shutil.which(_COMMAND[0]):
        raise NoBaseError(
            f"{BASE} can't be pulled, and mmdebstrap, which makes a base without a container registry, is not "
            "installed: apt-get install mmdebstrap, or load an image and name it in HARNESS_BASE"
        )
    with tempfile.TemporaryDirectory(prefix="harness-base-") as folder:
        tarball = Path(folder) / "base.tar"
        try:
            done = subprocess.run(
                [*_COMMAND, _SUITE, str(tarball), *_mirrors(_SOURCES)],
                capture_output=True,
                text=True,
                check=False,
                timeout=_MAKING_TIMEOUT_S,
            )
        except subprocess.TimeoutExpired as error:
            raise NoBaseError(
                f"mmdebstrap did not finish within {_MAKING_TIMEOUT_S} s: does the Debian mirror answer?"
            ) from error
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
            raise NoBaseError(
                f"mmdebstrap could not make a base image ({last}): check that the Debian mirror of this machine's apt "
                "sources answers, or name an image in HARNESS_BASE"
            )
        repository, _, tag = MADE.partition(":")
        client.api.import_image_from_file(
            str(tarball), repository=repository, tag=tag, changes=[f"LABEL {_LABEL}={RECIPE}"]
        )
    if not _has(client, MADE, recipe=RECIPE):
        raise EnvironmentUnfitError(f"the Docker engine did not take {MADE}: is its disk full?")


def _mirrors(folder: Path) -> list[str]:
    """Debian's mirrors for this suite, as apt on this machine knows them; none leaves mmdebstrap to its default."""
    lines: list[str] = []
    for file in [folder / "sources.list", *sorted((folder / "sources.list.d").glob("*"))]:
        if file.suffix == ".sources":
            for stanza in re.split(r"\n\s*\n", file.read_text()):
                lines += _one_line_style(stanza)
        elif file.is_file():
            lines += file.read_text().splitlines()
    wanted = re.compile(rf"deb\s+(\[.*\]\s+)?\S+\s+{_SUITE}(-updates|-security|/updates)?\s+main\b")
    return [line for line in lines if wanted.match(line)]


def _one_line_style(stanza: str) -> list[str]:
    fields = {name.lower(): value.split() for name, value in re.findall(r"^([\w-]+):[ \t]*(.+)$", stanza, re.MULTILINE)}
    if "deb" not in fields.get("types", []):
        return []
    components = " ".join(fields.get("components", []))
    return [f"deb {uri} {suite} {components}" for uri in fields.get("uris", []) for suite in fields.get("suites", [])]
