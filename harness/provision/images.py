"""The project's images: built from Dockerfile stages when something they are made of changed, left alone when not."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import docker
import requests
from docker.errors import APIError, DockerException, ImageNotFound

from harness.errors import EnvironmentUnfitError
from harness.progress import Say
from harness.provision.base_image import RECIPE, ensure_base
from harness.provision.building import LABEL, build, failed
from harness.provision.cache import assert_room, cache_folder, exclusively
from harness.provision.context import Recipe
from harness.provision.kinds import in_order
from harness.provision.registries import carries_credentials
from harness.topology.kinds import NodeKind

_STAGE = re.compile(r" : FROM (\S+) AS (\S+)$")
#: Stages that have this machine's settings of a registry.
_REGISTRY = re.compile(r"pip|\S+-registry")
_LAYER = re.compile(r"---> ([0-9a-f]{12})")
_ROOM_GB = 3.0
_ROOM_GB_CONTEXT = 0.5
_SILENCE_S = 300
_KEPT = 3
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
    """Builds an image, and adds the layers that reach a registry."""
    told = build(
        client,
        kind.name,
        tag,
        lambda context: Recipe(kind).write_context(context, say),
        say,
        partial(_explain, kind.name),
        arguments=arguments,
        target=kind.name,
        timeout=_SILENCE_S,
        network_mode="host",
    )
    reaching = False
    for step, text in told:
        begins = _STAGE.search(step)
        if begins:
            reaching = any(_REGISTRY.fullmatch(stage) for stage in begins.groups())
        elif reaching and (layer := _LAYER.fullmatch(text)):
            layers.append(layer[1])


def _explain(kind: str, error: str, seen: str) -> str:
    if why := _SILENT.search(f"{seen}\n{error}"):
        return (
            f"the package registry for Python did not answer while the image of {kind} was built ({why[0]}): check the "
            "network and run again, or name a mirror in pip's configuration (pip config set global.index-url ...)"
        )
    return failed(kind, error, seen)


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
