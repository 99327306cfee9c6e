"""The base of the images: pulled where a container registry answers, made from Debian packages where none does."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import docker
from docker.errors import APIError, ImageNotFound

from harness.errors import EnvironmentUnfitError
from harness.narration import Say

#: The same as in the Dockerfile; HARNESS_BASE names another.
BASE = "python:3.12-slim-bookworm"
MADE = "harness-base:bookworm"
_PACKAGES = "python3,python3-venv,ca-certificates,iptables"


def ensure_base(client: docker.DockerClient, say: Say) -> str:
    """The name of an image that the engine has and that others can be built on.

    Raises:
        EnvironmentUnfitError: HARNESS_BASE names one that can't be had, or none can be pulled nor made.
    """
    wanted = os.environ.get("HARNESS_BASE")
    for name in [wanted] if wanted else [BASE, MADE]:
        if _has(client, name):
            return name
    try:
        say(f"pulling {wanted or BASE}")
        client.images.pull(wanted or BASE)
        return wanted or BASE
    except APIError as error:
        reason = str(error.explanation or error)[:160]
        if wanted:
            raise EnvironmentUnfitError(f"HARNESS_BASE={wanted} can't be pulled: {reason}") from error
    say(f"no container registry answers ({reason}): making {MADE} from Debian packages (about 30 s)")
    _make(client)
    return MADE


def _has(client: docker.DockerClient, name: str) -> bool:
    try:
        client.images.get(name)
        return True
    except ImageNotFound:
        return False


def _make(client: docker.DockerClient) -> None:
    if not shutil.which("mmdebstrap"):
        raise EnvironmentUnfitError(
            f"{BASE} can't be pulled and mmdebstrap, which could make a base, is not installed: "
            "install it (apt-get install mmdebstrap), or load an image and name it in HARNESS_BASE"
        )
    with tempfile.TemporaryDirectory(prefix="harness-base-") as folder:
        tarball = Path(folder) / "base.tar"
        done = subprocess.run(
            ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={_PACKAGES}", "bookworm", str(tarball)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise EnvironmentUnfitError(f"mmdebstrap could not make a base image: {done.stderr.strip()[-500:]}")
        with tarball.open("rb") as data:
            repository, _, tag = MADE.partition(":")
            client.api.import_image_from_data(data.read(), repository=repository, tag=tag)
