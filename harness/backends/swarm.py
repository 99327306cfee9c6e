"""The Docker Swarm of engines that nodes are spread over: used as it is where there is one, else made for the run.

Only for its networks: containers are made by each engine's plain API. Swarm would start its own services anew, with
other addresses, wherever a fault has broken them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import docker
from docker.errors import APIError

from harness.backends import engines_journal
from harness.backends.engine import cause, complaining, remove_network
from harness.backends.engines_journal import Noted
from harness.backends.machines import Machine
from harness.backends.session import LABEL_SESSION, Session
from harness.errors import AwaitTimeoutError, BadInputError, EnvironmentUnfitError
from harness.progress import Say
from harness.waiting import until

#: Where a manager listens for those that join.
_PORT = 2377
#: By which nodes on networks of a swarm get out; an engine makes it when it joins, and keeps it when it leaves.
_BRIDGE = "docker_gwbridge"
#: How an engine says of the bridge that it is still about to leave the swarm's own network.
_BUSY = "has active endpoints"
_NONE = "inactive"
_IN = "active"
_READY_TIMEOUT_S = 30.0
_BRIDGE_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class Engine:
    """An engine that answers, and the machine that it is on."""

    client: docker.DockerClient
    machine: Machine


def join(engines: Sequence[Engine], session: Session, say: Say) -> Engine:
    """Sees that the engines are in one swarm, and gives one that manages it.

    Raises:
        BadInputError: two are the same engine.
        EnvironmentUnfitError: they are in several swarms, or can't be in one.
    """
    states = {engine.machine.name: state_of(engine.client) for engine in engines}
    for name, state in states.items():
        if state.get("LocalNodeState") not in (_NONE, _IN):
            why = state.get("Error") or f"it is {state.get('LocalNodeState') or 'of an engine that knows no swarm'}"
            raise EnvironmentUnfitError(f"{name} can be in no swarm: {why}; mend that, or leave it out of --engines")
    inside = [name for name, state in states.items() if state["LocalNodeState"] == _IN]
    outside = [name for name in states if name not in inside]
    if inside and outside:
        raise EnvironmentUnfitError(
            f"{inside[0]} is in a swarm that {outside[0]} is not in: have it join (docker swarm join-token worker says "
            f"how), or have {inside[0]} leave its own (docker swarm leave), and the run makes one"
        )
    if inside:
        return _existing(engines, states)
    say(f"making a swarm of {', '.join(states)} for this run")
    return _made(engines, session)


def leave(noted: Noted, clients: Mapping[str, docker.DockerClient]) -> int:
    """Has engines leave the swarm that a run has made of them; gives how many were still in it.

    Args:
        noted: what the run has noted.
        clients: of those engines that answer, by the names of their machines.

    Raises:
        EnvironmentUnfitError: one refuses.
    """
    if not noted.joining:
        return 0
    # The first one leaves last: it is who knows whose swarm it is.
    leaving = [
        (machine.name, client)
        for machine in reversed(noted.machines)
        if (client := clients.get(machine.name)) and _is_in(noted, machine, client)
    ]
    if (first := clients.get(noted.machines[0].name)) and _is_of_another(noted.session, first):
        return 0
    for name, client in leaving:
        _leave(name, client)
    for name, client in clients.items():
        if name not in noted.bridged and state_of(client)["LocalNodeState"] == _NONE:
            remove_network(client, _BRIDGE, busy=_BUSY)
    return len(leaving)


def _leave(name: str, client: docker.DockerClient) -> None:
    try:
        with complaining(f"have {name} leave its swarm"):
            client.swarm.leave(force=True)
    except EnvironmentUnfitError:
        # A watchdog and the next run may come at once.
        if state_of(client)["LocalNodeState"] != _NONE:
            raise


def state_of(client: docker.DockerClient) -> Mapping[str, Any]:
    """What an engine says of the swarm that it is in, or in none.

    Raises:
        EnvironmentUnfitError: it does not tell.
    """
    with complaining("tell its swarm"):
        return dict(client.info().get("Swarm") or {})


def _is_in(noted: Noted, machine: Machine, client: docker.DockerClient) -> bool:
    """Whether an engine is in a swarm that the first engine manages."""
    state, first = state_of(client), noted.machines[0]
    managers = {each["Addr"] for each in state.get("RemoteManagers") or ()}
    # One that was about to join knows no manager yet.
    return state["LocalNodeState"] != _NONE and (not managers or f"{first.address}:{_PORT}" in managers)


def _is_of_another(session: Session, manager: docker.DockerClient) -> bool:
    """Whether an engine is in a swarm that this session has not made: somebody was faster."""
    state = state_of(manager)
    if state["LocalNodeState"] != _IN:
        return False
    return not state.get("ControlAvailable") or _labels(manager).get(LABEL_SESSION) != session.id


def _existing(engines: Sequence[Engine], states: Mapping[str, Mapping[str, Any]]) -> Engine:
    _refuse_the_same(states)
    managing = [engine for engine in engines if states[engine.machine.name].get("ControlAvailable")]
    if not managing:
        raise EnvironmentUnfitError(
            f"none of {', '.join(states)} manages the swarm that they are in, and only a manager makes networks: name "
            "one of its managers among --engines, or promote one of these (docker node promote)"
        )
    manager = managing[0]
    if _labels(manager.client).get(LABEL_SESSION):
        raise _taken(manager.machine)
    with complaining("list the nodes of its swarm"):
        members = {node["ID"] for node in manager.client.api.nodes()}
    for name, state in states.items():
        if state["NodeID"] not in members:
            raise EnvironmentUnfitError(
                f"{name} and {manager.machine.name} are in two swarms: have one of them leave its own (docker swarm "
                "leave) and join the other's, or both leave, and the run makes one"
            )
    return manager


def _made(engines: Sequence[Engine], session: Session) -> Engine:
    first, *others = engines
    bridged = tuple(engine.machine.name for engine in engines if _has_bridge(engine.client))
    machines = tuple(engine.machine for engine in engines)
    engines_journal.note(Noted(session, machines, joining=True, bridged=bridged))
    at = first.machine.address
    with complaining(f"make a swarm at {at}, the address of {first.machine.name}"):
        labels = first.client.api.create_swarm_spec(labels=session.labels())
        try:
            first.client.api.init_swarm(advertise_addr=at, listen_addr=f"{at}:{_PORT}", swarm_spec=labels)
        except APIError as error:
            if _is_of_another(session, first.client):
                raise _taken(first.machine) from error
            raise
    _await_bridge(first)
    for other in others:
        _have_join(first, other)
        _await_bridge(other)
    _refuse_the_same({engine.machine.name: state_of(engine.client) for engine in engines})
    _await_all(first, len(engines))
    return first


def _have_join(first: Engine, other: Engine) -> None:
    if state_of(other.client).get("NodeID") == state_of(first.client)["NodeID"]:
        raise _same(first.machine.name, other.machine.name)
    name, at = other.machine.name, other.machine.address
    with complaining("give the token of its swarm"):
        token = first.client.api.inspect_swarm()["JoinTokens"]["Worker"]
    try:
        other.client.api.join_swarm(
            [f"{first.machine.address}:{_PORT}"], token, listen_addr=f"{at}:{_PORT}", advertise_addr=at
        )
    except APIError as error:
        raise EnvironmentUnfitError(
            f"{name} does not join the swarm of {first.machine.name} ({cause(error)}): both have to have the addresses "
            f"{at} and {first.machine.address}, and ports 2377/tcp, 7946/tcp, 7946/udp and 4789/udp open between them"
        ) from error


def _await_bridge(engine: Engine) -> None:
    """Waits for the bridge, so that it does not come after the engine has left the swarm, and stay."""
    # An engine that makes it for the first container only has no time in which it could come too late.
    with contextlib.suppress(AwaitTimeoutError):
        until(f"{_BRIDGE} of {engine.machine.name}", lambda: _has_bridge(engine.client), timeout_s=_BRIDGE_TIMEOUT_S)


def _await_all(manager: Engine, count: int) -> None:
    try:
        until(
            f"{count} engines to be ready in the swarm",
            lambda: [node["Status"]["State"] for node in manager.client.api.nodes()],
            lambda states: states == ["ready"] * count,
            timeout_s=_READY_TIMEOUT_S,
        )
    except AwaitTimeoutError as error:
        raise EnvironmentUnfitError(
            f"the engines have joined the swarm of {manager.machine.name}, but don't talk to it: {error}"
        ) from error


def _refuse_the_same(states: Mapping[str, Mapping[str, Any]]) -> None:
    seen: dict[str, str] = {}
    for name, state in states.items():
        if (former := seen.setdefault(state["NodeID"], name)) != name:
            raise _same(former, name)


def _taken(machine: Machine) -> EnvironmentUnfitError:
    return EnvironmentUnfitError(
        f"{machine.name} is in the swarm of another run of the harness, which ends with that: wait for it, or make a "
        "swarm that runs can share (docker swarm init, docker swarm join)"
    )


def _same(one: str, other: str) -> BadInputError:
    return BadInputError(f"--engines names one engine twice, as {one} and as {other}: leave one out")


def _labels(manager: docker.DockerClient) -> Mapping[str, str]:
    with complaining("tell the labels of its swarm"):
        return dict(manager.api.inspect_swarm()["Spec"].get("Labels") or {})


def _has_bridge(client: docker.DockerClient) -> bool:
    with complaining("list networks"):
        return any(network["Name"] == _BRIDGE for network in client.api.networks(names=[_BRIDGE]))
