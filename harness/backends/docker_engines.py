"""The engines that the nodes of a deployment run on: this machine's alone, or those of several machines in a swarm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

from harness.backends import engine, engines_journal, swarm
from harness.backends.docker_network import create_network, create_overlay
from harness.backends.docker_ports import HOST
from harness.backends.engines_journal import Noted
from harness.backends.machines import Machine
from harness.backends.session import Session
from harness.backends.swarm import Engine
from harness.errors import EnvironmentUnfitError
from harness.progress import Say

#: This machine, as long as no other is named.
HERE = Machine("", "", HOST)
#: What engines have to have alike: the words for it, and how they call it.
_ALIKE = (("operating system", "OSType"), ("processor", "Architecture"), ("release", "ServerVersion"))


@dataclass(frozen=True)
class Engines:
    """The engines of a backend.

    Attributes:
        all: each of them; the first is who gets images before the others do.
        manager: the one that makes networks for all of them; None if there is one only.
    """

    all: tuple[Engine, ...]
    manager: Engine | None = None

    @property
    def first(self) -> Engine:
        """The first of them."""
        return self.all[0]

    def create_network(self, name: str, labels: Mapping[str, str], *, internal: bool) -> tuple[str, IPv4Network]:
        """Creates a network that nodes on each of them can be in, and gives its id and subnet.

        Raises:
            EnvironmentUnfitError: no free subnet, or the engine refuses.
        """
        if self.manager is None:
            return create_network(self.first.client, name, labels, internal=internal)
        clients = [each.client for each in self.all]
        return create_overlay(self.manager.client, clients, name, labels)

    def remove_network(self, network: str) -> None:
        """Removes it; no container may be in it any more.

        Raises:
            EnvironmentUnfitError: the engine does not do it.
        """
        engine.remove((self.manager or self.first).client, engine.Owned((), (network,)))


def here() -> Engines:
    """This machine's engine.

    Raises:
        EnvironmentUnfitError: none answers.
    """
    return Engines((Engine(engine.connect(), HERE),))


def several(machines: Sequence[Machine], session: Session, say: Say) -> Engines:
    """The engines of these machines, in one swarm from now on.

    Raises:
        BadInputError: two are the same engine.
        EnvironmentUnfitError: one does not answer, they are not alike, or can't be in one swarm.
    """
    connected = tuple(_connected(machine) for machine in machines)
    with engine.complaining("tell what it is"):
        assert_alike({each.machine.name: each.client.info() for each in connected})
    engines_journal.note(Noted(session, tuple(machines)))
    return Engines(connected, manager=swarm.join(connected, session, say))


def assert_alike(told: Mapping[str, Mapping[str, Any]]) -> None:
    """Checks that one image runs on all engines, and that these do the same to it.

    Args:
        told: by the names of machines, what their engines tell of themselves; of a release the first number counts.

    Raises:
        EnvironmentUnfitError: they differ.
    """
    for words, key in _ALIKE:
        has = {name: str(info.get(key)) for name, info in told.items()}
        if len({value.partition(".")[0] for value in has.values()}) > 1:
            which = ", ".join(f"{value} on {name}" for name, value in has.items())
            raise EnvironmentUnfitError(f"the engines are not of one {words} ({which}): leave those out that differ")


def _connected(machine: Machine) -> Engine:
    try:
        return Engine(engine.connect(machine.url), machine)
    except EnvironmentUnfitError as error:
        raise EnvironmentUnfitError(f"{machine.name}: {error}") from error
