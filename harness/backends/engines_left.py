"""Removes what a run has on the engines of several machines: containers, then networks, then the swarm itself."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from itertools import chain

import docker

from harness.backends import engine, swarm
from harness.backends.engine import Owned
from harness.backends.engines_journal import Noted
from harness.errors import EnvironmentUnfitError


def remove_from(noted: Noted) -> tuple[Owned, int]:
    """Removes all of it in one pass; gives what was there, and how many engines have left the run's own swarm.

    Raises:
        EnvironmentUnfitError: an engine does not answer, and the others are rid of it; or one failed to remove
            something.
    """
    with contextlib.ExitStack() as connected:
        clients: dict[str, docker.DockerClient] = {}
        silent = ""
        for machine in noted.machines:
            try:
                clients[machine.name] = connected.enter_context(contextlib.closing(engine.connect(machine.url)))
            except EnvironmentUnfitError as error:
                silent = f"{machine.name}: {error}"
        left = _remove(noted, clients)
        members = swarm.leave(noted, clients)
    if silent:
        raise EnvironmentUnfitError(
            f"{silent}; what a run has left there is removed by the next run once it answers, or by you, and then "
            f"remove {noted.path}"
        )
    return left, members


def _remove(noted: Noted, clients: Mapping[str, docker.DockerClient]) -> Owned:
    there = [(client, engine.owned(client, noted.session.__eq__)) for client in clients.values()]
    # A network is removed by a manager, and only once no engine has a container in it.
    for client, owned in there:
        engine.remove(client, Owned(owned.containers, (), owned.volumes))
    for client, owned in there:
        engine.remove(client, Owned((), owned.networks))
    every = [owned for _, owned in there]
    return Owned(
        tuple(chain.from_iterable(owned.containers for owned in every)),
        tuple(chain.from_iterable(owned.networks for owned in every)),
        tuple(chain.from_iterable(owned.volumes for owned in every)),
    )
