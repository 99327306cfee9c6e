"""Reaches the Docker engine, or says in one line why it can't be reached; lists what of it is ours, by label."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import docker
import requests
from docker.errors import APIError, DockerException, NotFound
from testcontainers.core.docker_client import get_docker_host

from harness.backends.session import LABEL_SESSION, Session
from harness.errors import AwaitTimeoutError, EnvironmentUnfitError
from harness.waiting import until

_ANSWER_TIMEOUT_S = 1
#: An engine under load takes its time to create or remove a dozen containers.
_CALL_TIMEOUT_S = 60
_PARALLEL = 16
_REMOVAL_S = 20
#: How long a manager may take to hear of the end of a container elsewhere, and an engine to leave its networks.
_FREE_S = 10.0
#: What an engine calls networks that are not its own alone.
_OF_A_SWARM = "swarm"
#: How a manager says that it has not heard yet of a container's end on another engine.
_IN_USE = "is in use by task"


def connect(url: str | None = None, *, timeout_s: int = _CALL_TIMEOUT_S) -> docker.DockerClient:
    """A client of an engine; by default of the one that `DOCKER_HOST` or the docker context names, else the local one.

    As testcontainers decides it, which makes the nodes; so its own setting (tc.host in ~/.testcontainers.properties)
    counts, too.

    Raises:
        EnvironmentUnfitError: none answers within a second.
    """
    host = url or get_docker_host()
    environment = environment_of(host)
    try:
        client = docker.from_env(timeout=_ANSWER_TIMEOUT_S, max_pool_size=2 * _PARALLEL, environment=environment)
        client.ping()
    except (DockerException, requests.RequestException, OSError) as error:
        otherwise = "start it, or leave it out" if url else "start Docker, or use --backend process"
        raise EnvironmentUnfitError(
            f"no Docker engine answers at {host or 'the local socket'} ({cause(error)}): {otherwise}"
        ) from error
    client.api.timeout = timeout_s
    return client


def environment_of(url: str | None) -> dict[str, str]:
    """The environment in which the SDK, and testcontainers by it, asks that engine; by default this process' own."""
    return {**os.environ, **({"DOCKER_HOST": url} if url else {})}


def why_unavailable() -> str | None:
    """Why no engine can be used, found out in about a second; None if one answers."""
    try:
        connect().close()
    except EnvironmentUnfitError as error:
        return str(error).partition(": start Docker")[0]
    return None


def freezes(client: docker.DockerClient) -> bool:
    """Whether containers can be paused: an engine without root has no control groups to do it with on some hosts.

    Raises:
        EnvironmentUnfitError: the engine does not tell.
    """
    with complaining("tell what it is"):
        return can_freeze(client.info())


def can_freeze(info: Mapping[str, Any]) -> bool:
    """Whether containers can be paused, by what an engine tells of itself; Podman only tells its version."""
    rootless = any("rootless" in option for option in info.get("SecurityOptions") or ())
    return not (rootless and (info.get("CgroupDriver") == "none" or info.get("CgroupVersion") == "1"))


def time_s(client: docker.DockerClient) -> float:
    """The time of the engine's machine, in seconds since 1970."""
    return datetime.fromisoformat(str(client.info()["SystemTime"])).timestamp()


def throttles(client: docker.DockerClient) -> bool:
    """Whether containers can be given a part of the processors' time: not every kernel and engine can.

    Raises:
        EnvironmentUnfitError: the engine does not tell.
    """
    with complaining("tell what it is"):
        return bool(client.info().get("CpuCfsQuota", False))


@dataclass(frozen=True)
class Owned:
    """Containers and networks by id, volumes by name, that belong to one session."""

    containers: tuple[str, ...]
    networks: tuple[str, ...]
    volumes: tuple[str, ...] = ()


def owned(client: docker.DockerClient, wanted: Callable[[Session], bool]) -> Owned:
    """All that carries the labels of a session that is wanted; stopped and half-made containers too.

    Raises:
        EnvironmentUnfitError: the engine does not tell.
    """
    listed = labelled(client)
    networks = listed.networks
    if any(network["Scope"] == _OF_A_SWARM for network in networks) and not manages(client):
        # Only a manager can remove these, and its swarm tells this engine only of those that it has containers in.
        networks = [network for network in networks if network["Scope"] != _OF_A_SWARM]
    return Owned(_of(listed.containers, "Id", wanted), _of(networks, "Id", wanted), _of(listed.volumes, "Name", wanted))


def manages(client: docker.DockerClient) -> bool:
    """Whether the engine manages a swarm.

    Raises:
        EnvironmentUnfitError: the engine does not tell.
    """
    with complaining("tell what it is"):
        return bool(client.info().get("Swarm", {}).get("ControlAvailable"))


@dataclass(frozen=True)
class Labelled:
    """All that carries any session's label, as the engine describes it."""

    containers: Sequence[dict[str, Any]]
    networks: Sequence[dict[str, Any]]
    volumes: Sequence[dict[str, Any]]


def labelled(client: docker.DockerClient) -> Labelled:
    """All that carries any session's label; stopped and half-made containers too.

    Raises:
        EnvironmentUnfitError: the engine does not tell.
    """
    by_label = {"label": [LABEL_SESSION]}
    with complaining("list what is labelled"):
        return Labelled(
            client.api.containers(all=True, filters=by_label),
            client.api.networks(filters=by_label),
            client.api.volumes(filters=by_label)["Volumes"] or (),
        )


def remove(client: docker.DockerClient, what: Owned) -> None:
    """Removes containers with their anonymous volumes, in parallel, then the rest; what is gone already is no error.

    Raises:
        EnvironmentUnfitError: the engine does not do it.
    """
    if what.containers:
        with complaining("remove containers"), ThreadPoolExecutor(_PARALLEL) as pool:
            list(pool.map(lambda container: remove_container(client, container), what.containers))
    for network in what.networks:
        remove_network(client, network, busy=_IN_USE)
    for volume in what.volumes:
        with complaining("remove a volume"), contextlib.suppress(NotFound):
            client.api.remove_volume(volume)


def remove_network(client: docker.DockerClient, network: str, *, busy: str) -> None:
    """Removes a network, or waits until it can be; one that is gone already is no error.

    Args:
        client: of the engine.
        network: its id, or its name.
        busy: what the engine says of one that it can remove in a moment.

    Raises:
        EnvironmentUnfitError: the engine does not do it.
    """

    def refusal() -> str:
        try:
            client.api.remove_network(network)
        except NotFound:
            pass
        except APIError as error:
            if busy not in cause(error):
                raise
            return cause(error)
        return ""

    try:
        with complaining("remove a network"):
            until(f"the network {network} to be free", refusal, lambda why: not why, timeout_s=_FREE_S, passing=())
    except AwaitTimeoutError as error:
        raise EnvironmentUnfitError(f"the Docker engine could not remove a network: {error}") from error


def remove_container(client: docker.DockerClient, container: str) -> None:
    """Ends and removes a container, whatever its state, with its anonymous volumes."""
    try:
        client.api.remove_container(container, force=True, v=True)
    except NotFound:
        pass
    except APIError as error:
        if "already in progress" not in str(error):
            raise
        # Somebody else is at it. Until that is done its network can't be removed either.
        with contextlib.suppress(NotFound):
            client.api.wait(container, timeout=_REMOVAL_S, condition="removed")


@contextlib.contextmanager
def complaining(of: str) -> Iterator[None]:
    """Turns an engine's refusal or silence into an error of ours; `of` is what the engine was asked to do."""
    handled = sys.exception()
    try:
        yield
    except (DockerException, requests.RequestException) as error:
        raise EnvironmentUnfitError(f"the Docker engine could not {of}: {cause(error, but=handled)}") from error


def _of(listed: Iterable[dict[str, Any]], key: str, wanted: Callable[[Session], bool]) -> tuple[str, ...]:
    sessions = ((item[key], Session.from_labels(item["Labels"] or {})) for item in listed)
    return tuple(id_ for id_, session in sessions if session is not None and wanted(session))


def cause(error: BaseException, *, but: BaseException | None = None) -> str:
    """The engine's own words, or the innermost reason: the SDK wraps it several times.

    Args:
        error: the outermost.
        but: what was being handled when the engine was asked, which is no reason for its answer.
    """
    if isinstance(error, APIError) and error.explanation:
        return str(error.explanation).strip()
    while (inner := error.__cause__ or error.__context__) and inner is not but:
        error = inner
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
