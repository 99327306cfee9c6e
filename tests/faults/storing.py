"""A tiny server that stores how often it started, on each backend, for the tests of faults of a node's storage."""

import contextlib
import io
import secrets
from collections.abc import Iterator, Mapping

import pytest

from harness.backends import engine
from harness.backends.docker import DockerBackend
from harness.backends.docker_site import DATA
from harness.backends.process import ProcessBackend
from harness.backends.protocol import Backend
from harness.backends.session import Session
from harness.topology.nodes import NodeSpec
from tests.backends import image as tiny_image
from tests.backends.specs import TINY, tiny

#: The backends, each with the marker that has its tests left out where there is none.
BACKENDS = [
    pytest.param(
        "docker",
        marks=[
            pytest.mark.docker,
            pytest.mark.skipif(bool(engine.why_unavailable()), reason="no Docker engine answers"),
        ],
    ),
    pytest.param("process", marks=pytest.mark.process),
]


def storing(index: int) -> NodeSpec:
    """`tiny-<index>`, which stores in the folder of its data how often it started, and answers with that."""
    return tiny(index, HARNESS_DATA=DATA)


@contextlib.contextmanager
def backend_named(name: str, more: Mapping[str, str] | None = None) -> Iterator[Backend]:
    """A backend on which the tiny server can run.

    Args:
        name: of the backend.
        more: kinds whose images are made of its image: by their names, the line of a Dockerfile that they add.
    """
    if name == "process":
        yield ProcessBackend(Session.of_this_process())
        return
    tag = f"harness-test-{secrets.token_hex(4)}"
    images = {TINY.name: tag} | {kind: f"{tag}-{kind}" for kind in more or {}}
    with contextlib.closing(engine.connect()) as client:
        tiny_image.build(client, tag)
        for kind, line in (more or {}).items():
            client.images.build(fileobj=io.BytesIO(f"FROM {tag}\n{line}\n".encode()), tag=images[kind])
        try:
            yield DockerBackend(Session.of_this_process(), images=images)
        finally:
            for image in reversed(images.values()):
                client.images.remove(image, force=True)
