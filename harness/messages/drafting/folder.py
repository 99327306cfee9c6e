"""Guesses the services and servers of a system from the files of a folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import get_args

import msgspec

from harness.messages.description.model import HazelcastServers, KafkaServers, Role, Servers, Service
from harness.messages.drafting import one_machine, source
from harness.messages.drafting.findings import Findings
from harness.messages.drafting.imports import packages
from harness.messages.drafting.parts import USUAL_PORT, Parts
from harness.messages.drafting.places import LOCAL, places
from harness.messages.drafting.roles import role_of
from harness.messages.drafting.source import Program

#: How many instances a service is guessed to have; any other has one.
_COUNTS: dict[Role, int] = {"logging": 3, "messages": 2}
_REQUIREMENTS = "requirements.txt"


def guessed(programs: Sequence[Program], root: Path, findings: Findings, known: Servers) -> Parts:
    """What the names and the texts of programs say of a system.

    Args:
        programs: of the folder.
        root: the folder; absolute, without links.
        findings: is told what is missing.
        known: servers that something else says there are; without any, those that the programs are clients of.
    """
    by_role = {role: found for role in get_args(Role) if (found := _best(role, programs, root))}
    requirements = list(dict.fromkeys(_requirements(by_role.values(), root)))
    texts = [*(each.text for each in programs), *((root / name).read_text(errors="replace") for name in requirements)]
    servers = known if known.hazelcast or known.kafka else _servers(texts)
    if servers.hazelcast and (cluster := source.cluster([*texts, *source.settings(root)])):
        servers = msgspec.structs.replace(
            servers, hazelcast=msgspec.structs.replace(servers.hazelcast, cluster=cluster)
        )
    parts = Parts(
        services={role: _service(role, program, root, findings) for role, program in by_role.items()},
        servers=servers,
        queue=source.queue(texts),
        requirements=tuple(requirements),
        packages=() if requirements else packages(list(by_role.values()), programs, findings),
    )
    local = places([*texts, *source.settings(root)], LOCAL)
    alone = any(each.local_only for each in by_role.values())
    if alone or local.services or source.one_machine([each.text for each in programs]):
        return one_machine.at_ports(parts, local, findings)
    return parts


def _servers(texts: list[str]) -> Servers:
    clients = source.servers(texts)
    return Servers(
        hazelcast=HazelcastServers() if "hazelcast" in clients else None,
        kafka=KafkaServers() if "kafka" in clients else None,
    )


def _best(role: Role, programs: Sequence[Program], root: Path) -> Program | None:
    """The program that is likeliest that of a role: a server, and then the one that lies highest."""
    named = [each for each in programs if _role(each, root) == role]
    named.sort(key=lambda each: (not each.serves, len(each.path.parts), each.path))
    return named[0] if named and (named[0].serves or role != "config") else None


def _role(program: Program, root: Path) -> Role | None:
    """The role by the name of the file, or else by that of a folder that it is in."""
    path = program.path.relative_to(root)
    names = [path.stem, *reversed(path.parts[:-1])]
    return next((role for name in names if (role := role_of(name))), None)


def _service(role: Role, program: Program, root: Path, findings: Findings) -> Service:
    port = program.port()
    if port is None:
        findings.guess(f"[services.{role}] port: nothing says where it listens; {USUAL_PORT} is a guess")
    folder, command = program.start(root)
    return Service(
        command=command,
        port=port or USUAL_PORT,
        folder=str(folder.relative_to(root)),
        count=_COUNTS.get(role, 1),
    )


def _requirements(programs: Iterable[Program], root: Path) -> Iterator[str]:
    """The requirements files beside programs, or that of the whole folder."""
    beside = [each.path.parent.relative_to(root) / _REQUIREMENTS for each in programs]
    there = [str(path) for path in beside if (root / path).is_file()]
    yield from there or [name for name in [_REQUIREMENTS] if (root / name).is_file()]
