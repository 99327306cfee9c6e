"""Tiny nodes on each backend, for the faults that need a network: several roles, and nobody who asks a cluster."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias, cast

import pytest

from harness.backends.docker import DockerDeployment
from harness.backends.docker_node import DockerNode
from harness.backends.impairment import Others
from harness.backends.namespaces import why_not
from harness.backends.process import ProcessDeployment
from harness.backends.process_node import ProcessNode
from harness.pool import restore
from harness.topology.nodes import NodeSpec, Topology
from tests.backends.specs import tiny
from tests.faults.storing import backend_named

RealNode: TypeAlias = DockerNode | ProcessNode
RealDeployment: TypeAlias = DockerDeployment | ProcessDeployment


def spec(role: str, index: int) -> NodeSpec:
    """A node of a role, which reads no file."""
    environment = {"PORT": "8000", "HOST": "0.0.0.0"}
    made = replace(tiny(index), name=f"{role}-{index}", role=role, environment=environment)
    return replace(made, files={}, files_when_ready={})


@contextlib.contextmanager
def deployed(backend: str, *specs: NodeSpec) -> Iterator[RealDeployment]:
    """These nodes on the backend of that name; all of it is removed afterwards."""
    if backend == "process" and (why := why_not()):
        pytest.skip(f"nodes can't have networks of their own: {why}")
    with backend_named(backend) as chosen, chosen.deploy(Topology("tiny nodes", specs), print) as deployment:
        yield cast(RealDeployment, deployment)


def mend(deployment: RealDeployment) -> None:
    """Brings every node back, whatever was done to it."""
    for node in deployment.nodes.values():
        restore(node)


def of(*roles: str) -> Others:
    """All others of some roles."""
    return Others(roles=frozenset(roles))
