"""Services and servers that run already: what a file may say of them, and what they are; nothing of them is started."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.decoding.positions import Keys
from harness.decoding.problems import Problem
from harness.given.offer import GivenCluster, assert_listening, offers
from harness.given.parsing import address_of
from harness.given.tables import Running, given, problems
from harness.messages.description.image_kind import Own
from harness.messages.description.model import Description, Role
from harness.messages.description.names import PORT, instance_names
from harness.topology.timings import Timings

#: What says how services start: of all, and of one.
_OF_ALL = ("compose", "localhost", "runtime", "images")
_OF_ONE = ("command", "folder", "dockerfile", "context", "image", "compose", "port", "environment")
_LAST_PORT = 65535


def filled(description: Description, said: Mapping[str, Any]) -> tuple[Mapping[str, Any], Sequence[Problem]]:
    """A description as plain values, with what follows from where its services run, and all that can't be said of them.

    Args:
        description: of a system of which at least one service runs already, or the servers of one kind.
        said: the same as plain values.
    """
    wrong = list(_unfit(description, said))
    services = {
        role: {**said["services"][role], "count": len(running.at), "port": [_port(at) for at in running.at]}
        for role, running in _running(description)
    }
    return (said, wrong) if wrong else ({**said, "services": services}, wrong)


def own(description: Description, folder: Path) -> Mapping[Role, tuple[Own, ...]]:
    """The kinds of the instances, each of which is one node; commands run in that folder."""
    return {
        role: tuple(
            Own(
                given(
                    running,
                    place,
                    name,
                    address=address_of(at.rpartition(":")[0]),
                    endpoints={PORT: at},
                    folder=folder.resolve(),
                )
            )
            for place, (name, at) in enumerate(zip(_names(description, role), running.at, strict=True), start=1)
        )
        for role, running in _running(description)
    }


def clusters(description: Description, folder: Path, timings: Timings) -> tuple[GivenCluster, ...]:
    """The clusters of servers that run already, as they say themselves; commands run in that folder.

    Raises:
        BadInputError: one is not there, or is slower to notice a loss than those timings allow for.
    """
    running = description.servers.running
    return tuple(offers()[kind].find(table, folder.resolve(), timings) for kind, table in running.items())


def refuse_silent(description: Description) -> None:
    """Checks that all instances take connections, if they run already.

    Raises:
        BadInputError: one does not; it names each of that service that does not.
    """
    for role, running in _running(description):
        assert_listening(f"{role} instance", running.at)


def _running(description: Description) -> Iterator[tuple[Role, Running]]:
    return ((role, service.running) for role, service in description.services.items() if service.running)


def _names(description: Description, role: Role) -> Sequence[str]:
    service = description.services[role]
    return instance_names(role, service.count, service.names)


def _port(at: str) -> int:
    return int(at.rpartition(":")[2])


def _unfit(description: Description, said: Mapping[str, Any]) -> Iterator[Problem]:
    there, servers = dict(_running(description)), description.servers.running
    first = next(iter([*there, *servers]))
    for key in _OF_ALL:
        if key in said:
            yield Problem((key,), f"is about how services start, and {first} runs already: leave it out")
    if description.get.effect == "takes":
        words = "would take messages out of a system that runs already, which others may have posted; nothing is tried"
        yield Problem(("get", "effect"), words)
    for kind, of_kind in said.get("servers", {}).items():
        yield from _unfit_servers(kind, of_kind, servers.get(kind), first)
    for role in description.services.keys() - there.keys():
        words = f"would be started, and {first} runs already: say where it runs ([services.{role}.running])"
        yield Problem(("services", role), words)
    for role, running in there.items():
        yield from _unfit_service(role, said["services"][role], running)
    yield from _unfit_places(there, servers)


def _unfit_service(role: Role, said: Mapping[str, Any], running: Running) -> Iterator[Problem]:
    """What is wrong in what is said of a service that runs already."""
    keys = ("services", role)
    for key in _OF_ONE:
        if key in said:
            words = f"is about how it starts, and it runs already ([services.{role}.running]): leave out one of them"
            yield Problem((*keys, key), words)
    if "log" in said.get("ready", {}):
        yield Problem((*keys, "ready", "log"), "nobody sees the output of what runs already: give a path, or nothing")
    if said.get("count", len(running.at)) != len(running.at):
        words = f"expected {len(running.at)}, one for each place in running.at, found {said['count']}; or leave it out"
        yield Problem((*keys, "count"), words)
    yield from problems(running, (*keys, "running"))


def _unfit_servers(kind: str, said: Mapping[str, Any], running: Running | None, first: str) -> Iterator[Problem]:
    """What is wrong in what is said of servers of a kind in a system that runs already."""
    keys, where = ("servers", kind), f"[servers.{kind}.running]"
    if running is None:
        words = f"would be started, and {first} runs already, with servers of its own: say where these run ({where}), "
        yield Problem(keys, f"{words}or leave it out")
        return
    for key in said.keys() - {"running"}:
        other = f"say it in {where}" if hasattr(running, key) else "leave it out"
        yield Problem((*keys, key), f"is about servers that are started, and these run already ({where}): {other}")
    yield from problems(running, (*keys, "running"))


def _unfit_places(there: Mapping[Role, Running], servers: Mapping[str, Running]) -> Iterator[Problem]:
    """What is wrong with where nodes are."""
    tables: dict[Keys, Running] = {("services", role): running for role, running in there.items()}
    tables |= {("servers", kind): running for kind, running in servers.items()}
    places = Counter(at for running in tables.values() for at in running.at)
    for of, running in tables.items():
        for index, at in enumerate(running.at):
            keys = (*of, "running", "at", index)
            if places[at] > 1:
                yield Problem(keys, f"{at} is there {places[at]} times; each node is somewhere else")
            if not 0 < _port(at) <= _LAST_PORT:
                yield Problem(keys, f"{_port(at)} is no port: a number from 1 to {_LAST_PORT}")
