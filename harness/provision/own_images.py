"""Images by Dockerfiles of somebody else's: built where one of that content is not there yet.

By the engine's own builder, which every engine has. Their steps get what `docker build` gives them: this machine's
proxies, and no network of this machine's.
"""

from __future__ import annotations

import hashlib
import re
import tarfile
from collections import deque
from collections.abc import Mapping
from functools import partial
from typing import IO

import docker
import requests
from docker.errors import DockerException

from harness.errors import EnvironmentUnfitError
from harness.progress import Say
from harness.provision.building import build, failed
from harness.provision.cache import exclusively
from harness.provision.context import add, anonymous
from harness.provision.images import assert_disks, forget_old, lacks
from harness.topology.kinds import NodeKind, OwnDockerfile

#: In the context, where nobody else has a file of that name.
_DOCKERFILE = ".harness.Dockerfile"
#: For how long a step may say nothing, in seconds: it may install what a system needs.
_SILENCE_S = 600
_BEGINS = re.compile(r"^Step \S+ : FROM (\S+)", re.MULTILINE)
#: What the engine says of an image that is neither there nor can be pulled.
_NO_IMAGE = re.compile(
    r"pull access denied|manifest (?:for \S+ )?(?:unknown|not found)|repository .* not found|no such image"
    r"|(?:Get|Head) \"?https?://[^ ]*/v2/|error pulling image|toomanyrequests|failed to resolve reference",
    re.IGNORECASE,
)
_OTHER_BUILDER = re.compile(r"requires BuildKit|unknown flag: |unknown instruction|Unknown flag", re.IGNORECASE)


def ensure_own_images(
    client: docker.DockerClient,
    wanted: Mapping[NodeKind, OwnDockerfile],
    images: Mapping[NodeKind, str],
    say: Say,
) -> Mapping[NodeKind, str]:
    """The tags of images by Dockerfiles of somebody else's, built if they are not there.

    Args:
        client: of the engine.
        wanted: the Dockerfiles by the kinds whose image they make.
        images: those of the kinds that these use.
        say: tells a person what takes its time.

    Raises:
        EnvironmentUnfitError: a build failed, with its last lines.
    """
    tags = {kind: f"harness-{kind.name}:{_content_hash(own, images)}" for kind, own in wanted.items()}
    try:
        if not any(lacks(client, tag) for tag in tags.values()):
            return tags
        with exclusively("images", say):
            if missing := [kind for kind in wanted if lacks(client, tags[kind])]:
                assert_disks(client)
            for kind in missing:
                _build(client, kind, wanted[kind], tags[kind], images, say)
                forget_old(client, kind.name, but=tags[kind])
    except (DockerException, requests.RequestException) as error:
        raise EnvironmentUnfitError(f"the Docker engine could not build an image: {error}") from error
    return tags


def _content_hash(own: OwnDockerfile, images: Mapping[NodeKind, str]) -> str:
    """A hash of everything that the image is made of, but for what its steps fetch."""
    facts = [own.text, own.target, sorted(_arguments(own, images).items())]
    seen = hashlib.sha256(repr(facts).encode())
    locks = {name: folder.lock for name, folder in own.folders.items()}
    for name, data in sorted({**own.files, **locks}.items()):
        seen.update(name.encode() + b"\0" + hashlib.sha256(data).digest())
    return seen.hexdigest()[:16]


def _arguments(own: OwnDockerfile, images: Mapping[NodeKind, str]) -> Mapping[str, str]:
    return {**own.arguments, **{name: images[kind] for name, kind in own.bases.items()}}


def _build(
    client: docker.DockerClient,
    kind: NodeKind,
    own: OwnDockerfile,
    tag: str,
    images: Mapping[NodeKind, str],
    say: Say,
) -> None:
    told = build(
        client,
        kind.name,
        tag,
        lambda context: _write_context(own, context, say),
        say,
        partial(_explain, kind.name, own.advice),
        arguments=_arguments(own, images),
        dockerfile=_DOCKERFILE,
        target=own.target,
        timeout=_SILENCE_S,
    )
    # Failures and real steps are all that matters here.
    deque(told, maxlen=0)


def _write_context(own: OwnDockerfile, archive: IO[bytes], say: Say) -> None:
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, folder in own.folders.items():
            inside = "" if name == "." else f"{name}/"
            for path in folder.fetch(say):
                tar.add(path, arcname=f"{inside}{path.name}", filter=anonymous)
        for name, data in {**own.files, _DOCKERFILE: own.text.encode()}.items():
            add(tar, name, data)


def _explain(kind: str, advice: str, error: str, seen: str) -> str:
    if _NO_IMAGE.search(error):
        begins = _BEGINS.findall(seen)
        what = begins[-1] if begins else "an image"
        return f"the image of {kind} begins with {what}, which is not here and can't be pulled ({error}): {advice}"
    if _OTHER_BUILDER.search(error):
        return (
            f"the image of {kind} needs BuildKit, which the engine's own builder is not ({error}): build it with "
            "docker build, and give its name as the image in place of the Dockerfile"
        )
    return failed(kind, error, seen)
