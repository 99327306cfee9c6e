"""A tiny server that stores how often it started, on each backend, for the tests of faults of a node's storage."""

import contextlib
import secrets
from collections.abc import Iterator

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
def backend_named(name: str) -> Iterator[Backend]:
    """A backend on which the tiny server can run."""
    if name == "process":
        yield ProcessBackend(Session.of_this_process())
        return
    tag = f"harness-test-{secrets.token_hex(4)}"
    with contextlib.closing(engine.connect()) as client:
        tiny_image.build(client, tag)
        try:
            yield DockerBackend(Session.of_this_process(), images={TINY.name: tag})
        finally:
            client.images.remove(tag, force=True)
