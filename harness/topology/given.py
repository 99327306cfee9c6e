"""A node that is given: it runs already, and the harness has not started it. It has an address, and what may be done.

Beside the kinds of nodes that are made: this one is provisioned by nobody, and a spec of this kind is found, not
started (`harness.backends.given`).
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.errors import EnvironmentUnfitError
from harness.progress import Say
from harness.topology.kinds import NodeKind, Program

#: What may be done to such a node; a container can be done all of it.
DEEDS = ("kill", "stop", "start", "pause", "resume")
#: What undoes a deed.
UNDOING = {"kill": "start", "stop": "start", "pause": "resume"}
#: How a person does it to a container.
_BY_ENGINE = {"resume": "unpause"}


@dataclass(frozen=True)
class Given(NodeKind):
    """A kind of node that is one node which runs already.

    Attributes:
        address: as the other nodes see it.
        endpoints: for each port of its spec, its name and the host:port at which the harness reaches it.
        known_as: what its cluster calls it.
        container: its container, if it is one, by name or id.
        commands: for each deed that there is one for, its name and the command.
        folder: in which commands run.
        name: of the kind; no image and no lock has it.
    """

    address: str
    endpoints: tuple[tuple[str, str], ...]
    known_as: str = ""
    container: str = ""
    commands: tuple[tuple[str, tuple[str, ...]], ...] = ()
    folder: str = "."
    name: str = "given"

    def prepare(self, say: Say) -> Program:
        """Refuses: it runs already.

        Raises:
            EnvironmentUnfitError: always.
        """
        raise EnvironmentUnfitError(f"{self.where} is a node that runs already, and can't be started anew")

    def image(self) -> str:
        """Refuses: it runs already.

        Raises:
            EnvironmentUnfitError: always.
        """
        raise EnvironmentUnfitError(f"{self.where} is a node that runs already, and is made of no image")

    @property
    def where(self) -> str:
        """The first of its endpoints."""
        return self.endpoints[0][1]

    @property
    def deeds(self) -> tuple[str, ...]:
        """What may be done to it."""
        return DEEDS if self.container else tuple(deed for deed in DEEDS if deed in dict(self.commands))

    @property
    def killable(self) -> bool:
        """Whether it can be ended and started again; how it is asked to end may be missing."""
        return {"kill", "start"} <= set(self.deeds)

    @property
    def pausable(self) -> bool:
        """Whether it can be frozen, and go on."""
        return {"pause", "resume"} <= set(self.deeds)

    def how(self, deed: str) -> str:
        """How a deed is done, as a person would type it; empty if it can't be."""
        if self.container:
            return f"docker {_BY_ENGINE.get(deed, deed)} {self.container}"
        return shlex.join(dict(self.commands).get(deed, ()))


def given_kinds(kinds: Iterable[NodeKind]) -> tuple[Given, ...]:
    """The nodes that run already, among these kinds."""
    return tuple(kind for kind in kinds if isinstance(kind, Given))


def hows(given: Given) -> Mapping[str, str]:
    """How each deed is done to a node, as a person would type it; only those that can be."""
    return {deed: given.how(deed) for deed in given.deeds}
