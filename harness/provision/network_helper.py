"""The image of the containers that cut nodes' networks: it has iptables and Python, which no node's image needs."""

from __future__ import annotations

from dataclasses import dataclass

from harness.errors import EnvironmentUnfitError
from harness.progress import Say
from harness.topology.kinds import Build, NodeKind, Program


@dataclass(frozen=True)
class HelperKind(NodeKind):
    """A kind for the sake of its image, whose stage is in the top-level Dockerfile: no node is of it."""

    name: str = "network-helper"

    def prepare(self, say: Say) -> Program:
        """Refuses: local processes share the network of this machine.

        Raises:
            EnvironmentUnfitError: always.
        """
        raise EnvironmentUnfitError(f"the {self.name} is an image, which does not run as a local process")

    def image(self) -> Build:
        """The part of the image that the helper adds: nothing but its stage."""
        return Build()


HELPER = HelperKind()
