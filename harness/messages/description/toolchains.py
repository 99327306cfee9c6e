"""The toolchains that a description asks for, each by its key of [runtime]."""

from __future__ import annotations

from harness.messages.description.golang import Go
from harness.messages.description.java import Java
from harness.messages.description.model import Runtime
from harness.messages.description.node import Node
from harness.messages.description.toolchain import Toolchain


def of(runtime: Runtime, *, trusted: bool = True) -> tuple[Toolchain, ...]:
    """The toolchains that services need beside Python; where they are not trusted, it is Node's alone that may be."""
    found: list[Toolchain] = []
    if runtime.node:
        found.append(Node(runtime.node, trusted=trusted))
    if runtime.java:
        found.append(Java(runtime.java))
    if runtime.go:
        found.append(Go(runtime.go))
    return tuple(found)
