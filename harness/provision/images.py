"""The project's images: built from Dockerfile stages when something they are made of changed, left alone when not."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import docker
import requests
from docker.errors import APIError, DockerException, ImageNotFound

from harness.errors import EnvironmentUnfitError
from harness.progress import Say
from harness.provision.base_image import RECIPE, ensure_base
from harness.provision.cache import assert_room, cache_folder, exclusively
from harness.provision.context import Recipe
from harness.provision.kinds import in_order
from harness.provision.registries import carries_credentials
from harness.topology.kinds import NodeKind

LABEL = "harness.image"
_STAGE = re.compile(r" : FROM (\S+) AS (\S+)$")
#: Stages that have this machine's settings of a registry.
_REGISTRY = re.compile(r"pip|\S+-registry")
_LAYER = re.compile(r"---> ([0-9a-f]{12})")
_ROOM_GB = 3.0
_ROOM_GB_CONTEXT = 0.5
_SILENCE_S = 300
_LAST_LINES = 15
_KEPT = 3
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
_FULL = re.compile(r"no space left on device|\[Errno 28\]", re.IGNORECASE)
_SILENT = re.compile(
    r"NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError|name resolution|No matching distribution"
)


def image_tags(kinds: Iterable[NodeKind]) -> Mapping[NodeKind, str]:
    """The tags of the images, whether they are there or not: each changes with what its image is made of.

    HARNESS_BASE names another base image; with HARNESS_TUNED=0 the JVM runs as its vendor ships it.
    """
    settings = {"BASE": os.environ.get("HARNESS_BASE", ""), "RECIPE": RECIPE, "TUNED": _tuned()}
    return {kind: f"harness-{kind.name}:{Recipe(kind).content_hash(settings)}" for kind in kinds}


def _tuned() -> str:
    return os.environ.get("HARNESS_TUNED", "1")


def ensure_images(client: docker.DockerClient, kinds: Collection[NodeKind], say: Say) -> Mapping[NodeKind, str]:
    """The tags of the images of kinds that have one of the project's own, built if they are not there.

    Raises:
        EnvironmentUnfitError: no room, no registry, or a build failed (with its last lines).
    """
    tags = image_tags(kinds)
    try:
        if not any(lacks(client, tag) for tag in tags.values()):
            return tags
        with exclusively("images", say):
            if missing := [kind for kind in in_order(tags) if kind in tags and lacks(client, tags[kind])]:
                assert_disks(client)
                base = ensure_base(client, say)
                with _without_credentials(client) as layers:
                    for kind in missing:
                        _build(client, kind, tags[kind], {"BASE": base, "TUNED": _tuned()}, say, layers)
                        forget_old(client, kind.name, but=tags[kind])
    except (DockerException, requests.RequestException) as error:
        raise EnvironmentUnfitError(f"the Docker engine could not provide the images: {error}") from error
    return tags


def lacks(client: docker.DockerClient, tag: str) -> bool:
    """Whether the engine has no image of that name."""
    try:
        client.images.get(tag)
    except ImageNotFound:
        return True
    return False


def assert_disks(client: docker.DockerClient) -> None:
    """Checks the disks of the context and, where it is on this machine, of the engine.

    Raises:
        EnvironmentUnfitError: one has too little room.
    """
    assert_room("build the images", _ROOM_GB_CONTEXT, cache_folder())
    root = Path(client.info().get("DockerRootDir", ""))
    if root.is_dir():
        assert_room("build the images (docker image prune frees some)", _ROOM_GB, root)


@contextmanager
def _without_credentials(client: docker.DockerClient) -> Iterator[list[str]]:
    """Collects the layers that hold this machine's settings of registries; at the end they go, if these name somebody.

    Else they stay, as the builder's cache of what came from the package registry. The classic builder has no secrets.
    """
    layers: list[str] = []
    try:
        yield layers
    finally:
        if carries_credentials():
            for layer in reversed(layers):
                _remove(client, layer)


def _build(
    client: docker.DockerClient, kind: NodeKind, tag: str, arguments: dict[str, str], say: Say, layers: list[str]
) -> None:
    say(f"{kind.name} image: building {tag}")
    with tempfile.TemporaryFile(dir=cache_folder()) as context:
        Recipe(kind).write_context(context, say)
        context.seek(0)
        parts = client.api.build(
            fileobj=context,
            custom_context=True,
            tag=tag,
            target=kind.name,
            rm=True,
            forcerm=True,
            decode=True,
            timeout=_SILENCE_S,
            network_mode="host",
            labels={LABEL: kind.name},
            buildargs={**arguments, **proxies()},
        )
        _follow(kind.name, parts, say, layers)


def proxies() -> Mapping[str, str]:
    """The proxies of this machine, as build arguments that every Dockerfile has."""
    return {name: os.environ[name] for name in _PROXIES if name in os.environ}


def _follow(kind: str, parts: Iterator[dict[str, Any]], say: Say, layers: list[str]) -> None:
    """Tells of every step that is really run, adds the layers that reach a registry, and raises what went wrong."""
    lines: list[str] = []
    step, reaching = "", False
    for part in parts:
        text = str(part.get("stream", "")).strip()
        lines += text.splitlines()
        if text.startswith("Step "):
            step = " ".join(text.split())
            if begins := _STAGE.search(step):
                reaching = any(_REGISTRY.fullmatch(stage) for stage in begins.groups())
        elif reaching and not _STAGE.search(step) and (layer := _LAYER.fullmatch(text)):
            layers.append(layer[1])
        elif text.startswith("---> Running in") and " : RUN " in step:
            say(f"{kind} image: {step[:110]}")
        if failed := part.get("error"):
            raise EnvironmentUnfitError(_explain(kind, str(failed), lines))


def _explain(kind: str, error: str, lines: list[str]) -> str:
    seen = "\n".join([*lines, error])
    if (why := _SILENT.search(seen)) and not _FULL.search(seen):
        return (
            f"the package registry for Python did not answer while the image of {kind} was built ({why[0]}): check the "
            "network and run again, or name a mirror in pip's configuration (pip config set global.index-url ...)"
        )
    return failed(kind, error, lines)


def failed(kind: str, error: str, lines: Sequence[str]) -> str:
    """A failed build in words, with its last lines; that the disk is full is said instead."""
    if _FULL.search("\n".join([*lines, error])):
        return f"no disk space left while building the image of {kind}: free some (docker image prune) and run again"
    tail = "\n".join(f"  {line}" for line in lines[-_LAST_LINES:])
    return f"the image of {kind} could not be built: {error.strip()}\n{tail}"


def forget(client: docker.DockerClient, kind: str) -> None:
    """Removes the images of a kind that won't run again soon; not those in use."""
    forget_old(client, kind, kept=0)


def forget_old(client: docker.DockerClient, kind: str, *, kept: int = _KEPT, but: str = "") -> None:
    """Removes all but the newest few images of a kind, so that two checkouts don't take turns; not those in use.

    Only a name of ours goes: an image that somebody made of one of ours has its label, too.

    Args:
        client: of the engine.
        kind: its name.
        kept: how many stay.
        but: the name of one that stays: one of layers that were there is as old as these.
    """
    repository = f"harness-{kind}"
    ours = re.compile(rf"{re.escape(repository)}:[0-9a-f]{{16}}")
    labelled = client.api.images(name=repository, filters={"label": f"{LABEL}={kind}", "dangling": False})
    created = [
        (int(image["Created"]), tag)
        for image in labelled
        for tag in filter(ours.fullmatch, image["RepoTags"])
        if tag != but
    ]
    for _, tag in sorted(created, reverse=True)[kept:]:
        _remove(client, tag)


def _remove(client: docker.DockerClient, image: str) -> None:
    """Removes an image, unless it is in use or gone already."""
    try:
        client.api.remove_image(image)
    except APIError as error:
        if error.status_code not in (404, 409):
            raise
