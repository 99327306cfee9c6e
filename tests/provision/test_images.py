"""Images: nobody's credentials stay on the engine, and an image that somebody made of ours is somebody else's."""

import contextlib
import io
import secrets
import tarfile
from collections.abc import Iterator
from typing import IO

import docker
import pytest
from docker.errors import ImageNotFound

from harness.backends.engine import why_unavailable
from harness.errors import EnvironmentUnfitError
from harness.messages.recipe import SERVICE
from harness.progress import Say
from harness.provision import base_image, images
from harness.provision.building import LABEL
from harness.provision.context import Recipe
from harness.provision.registries import carries_credentials

pytestmark = [
    pytest.mark.docker,
    pytest.mark.skipif(bool(why_unavailable()), reason="no Docker engine answers"),
]
#: As the project's: what is made with pip's settings, and an image that takes something of it.
_DOCKERFILE = """
FROM scratch AS pip
COPY pip.conf /build/pip.conf
FROM pip AS service-packages
COPY packages /packages
FROM scratch AS service
COPY --from=service-packages /packages /packages
"""


@pytest.fixture
def client() -> Iterator[docker.DockerClient]:
    with contextlib.closing(docker.from_env()) as client:
        yield client


@pytest.fixture
def name(client: docker.DockerClient) -> Iterator[str]:
    """A kind of image for this test alone, of which nothing stays."""
    name = f"test-{secrets.token_hex(4)}"
    yield name
    for image in client.images.list(filters={"label": f"{LABEL}={name}"}):
        client.images.remove(image.id, force=True)


def build(client: docker.DockerClient, tag: str, label: str, base: str = "scratch") -> None:
    text = f"FROM {base}\nLABEL {LABEL}={label} made-for={tag}\n"
    client.images.build(fileobj=io.BytesIO(text.encode()), tag=tag)


def test_of_old_images_only_our_names_go(client: docker.DockerClient, name: str) -> None:
    ours = [f"harness-{name}:{number:016x}" for number in range(6)]
    build(client, f"thesis-{name}:1", name)
    build(client, f"harness-{name}:mine", name)
    for tag in ours:
        build(client, tag, name)
    images.forget_old(client, name)
    left = {tag for image in client.images.list(filters={"label": f"{LABEL}={name}"}) for tag in image.tags}
    assert {f"thesis-{name}:1", f"harness-{name}:mine"} <= left
    assert len(left.intersection(ours)) == images._KEPT


def test_the_name_of_somebody_elses_image_is_not_taken(
    client: docker.DockerClient, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(client, f"harness-{name}:mine", name)
    monkeypatch.setattr(base_image, "MADE", f"harness-{name}:mine")
    with pytest.raises(EnvironmentUnfitError, match="that is not the harness', which was about to take that name"):
        base_image._make(client)


@pytest.mark.parametrize("settings", ["index-url", "extra-index-url", "proxy"])
def test_a_name_in_pips_settings_is_seen(settings: str, monkeypatch: pytest.MonkeyPatch) -> None:
    variable = f"PIP_{settings.replace('-', '_').upper()}"
    monkeypatch.setenv(variable, "https://registry.example/simple https://other.example/simple/@scope")
    assert not carries_credentials()
    monkeypatch.setenv(variable, "https://registry.example/simple https://me:canary@other.example/simple")
    assert carries_credentials()


def test_no_layer_keeps_the_credentials_of_pips_settings(
    client: docker.DockerClient, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = f"canary-{name}"
    monkeypatch.setenv("PIP_INDEX_URL", f"https://me:{canary}@registry.example/simple")

    def write_context(recipe: Recipe, archive: IO[bytes], say: Say) -> None:
        with tarfile.open(fileobj=archive, mode="w") as tar:
            files = {"Dockerfile": _DOCKERFILE, "pip.conf": canary, "packages": name}
            for path, text in files.items():
                entry = tarfile.TarInfo(path)
                entry.size = len(text)
                tar.addfile(entry, io.BytesIO(text.encode()))

    monkeypatch.setattr(Recipe, "write_context", write_context)
    before = ids(client)
    tag = f"harness-{name}:0"
    try:
        with images._without_credentials(client) as layers:
            images._build(client, SERVICE, tag, {}, print, layers)
            assert [layer for layer in layers if canary.encode() in saved(client, layer)]
        new = ids(client) - before
        assert client.images.get(tag).id in new
        assert not [id_ for id_ in new if canary.encode() in saved(client, id_)]
    finally:
        client.images.remove(tag)


def ids(client: docker.DockerClient) -> set[str]:
    """The ids of all images; the SDK's list asks for each once more, and another test may have removed one by then."""
    return {image["Id"] for image in client.api.images(all=True)}


def saved(client: docker.DockerClient, id_: str) -> bytes:
    """All that an image holds; nothing, if it is another test's that has removed it meanwhile."""
    try:
        return b"".join(client.images.get(id_).save())
    except ImageNotFound:
        return b""
