"""What stands in for images that can't be pulled: the harness' own, which it makes without a container registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.errors import EnvironmentUnfitError
from harness.progress import Say
from harness.topology.kinds import Build, NodeKind, Program


@dataclass(frozen=True)
class Base(NodeKind):
    """A kind for the sake of its image, whose stage is in the top-level Dockerfile: no node is of it.

    Attributes:
        name: of the stage.
    """

    name: str = "base"

    def prepare(self, say: Say) -> Program:
        """Refuses: others are built on it.

        Raises:
            EnvironmentUnfitError: always.
        """
        raise EnvironmentUnfitError(f"the {self.name} is an image, which does not run as a local process")

    def image(self) -> Build:
        """The part of the image that the base adds: nothing but its stage."""
        return Build()


#: By the names that a person gives: none is that of an image anywhere else.
BASES: Mapping[str, NodeKind] = {"harness:python": Base("python-base")}
