"""Tiny nodes as containers, for the faults that need a network: several roles, and nobody who asks a cluster."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import replace

import pytest

from harness.backends import engine
from harness.backends.docker import DockerBackend, DockerDeployment
from harness.backends.docker_node import DockerNode
from harness.backends.impairment import Others
from harness.backends.session import Session
from harness.pool import restore
from harness.targets import Picked, Target
from harness.topology.nodes import NodeSpec, Topology
from tests.backends import image as tiny_image
from tests.backends.specs import TINY, tiny

NEEDED = [
    pytest.mark.docker,
    pytest.mark.skipif(bool(engine.why_unavailable()), reason="no Docker engine answers"),
]


def spec(role: str, index: int) -> NodeSpec:
    """A node of a role, which reads no file."""
    environment = {"PORT": "8000", "HOST": "0.0.0.0"}
    made = replace(tiny(index), name=f"{role}-{index}", role=role, environment=environment)
    return replace(made, files={}, files_when_ready={})


@contextlib.contextmanager
def deployed(*specs: NodeSpec) -> Iterator[DockerDeployment]:
    """These nodes, of an image of their own; all of it is removed afterwards."""
    tag = f"harness-test-{secrets.token_hex(4)}"
    with contextlib.closing(engine.connect()) as client:
        tiny_image.build(client, tag)
        try:
            backend = DockerBackend(Session.of_this_process(), images={TINY.name: tag})
            with backend.deploy(Topology("tiny nodes", specs), print) as deployment:
                yield deployment
        finally:
            client.images.remove(tag, force=True)


def mend(deployment: DockerDeployment) -> None:
    """Brings every node back, whatever was done to it."""
    for node in deployment.nodes.values():
        restore(node)


def only(*nodes: DockerNode) -> Target:
    """A target that picks these nodes."""
    return lambda clusters: Picked(nodes, "of the test")


def of(*roles: str) -> Others:
    """All others of some roles."""
    return Others(roles=frozenset(roles))
