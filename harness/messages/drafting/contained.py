"""Leaves the services of a compose file to their containers, where commands in a checkout could not start them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import get_args

from harness.messages.description.model import Role, Servers, Service
from harness.messages.drafting import dockerfile, node
from harness.messages.drafting.containers import Container, command_of, port_of
from harness.messages.drafting.parts import Parts
from harness.messages.drafting.roles import role_of, server_of

#: What a command of Python has: its packages are what the harness installs by itself.
_PYTHON = frozenset(("python", "python3", "gunicorn", "uvicorn", "flask", "hypercorn", "fastapi", "daphne"))


def better(parts: Parts, containers: Sequence[Container], root: Path) -> bool:
    """Whether containers are the better way: what a command needs is not known, or instances are of several kinds.

    Args:
        parts: what commands would be.
        containers: the services of the compose file.
        root: the folder of the code; absolute, without links.
    """
    if not all(_is_python(each) or node.manifests([each], root) for each in parts.services.values()):
        return True
    return any(len(names) > parts.services[role].count for role, names in _by_role(containers).items())


def contained(parts: Parts, containers: Sequence[Container], file: Path, root: Path) -> Parts | None:
    """The parts of a system whose services a compose file starts; None if it asks for what no node can have.

    Args:
        parts: what commands would be.
        containers: the services of the compose file.
        file: the compose file; absolute.
        root: the folder of the code; absolute, without links.
    """
    by_role = _by_role(containers)
    named = {each.name: each for each in containers}
    for name in (name for names in by_role.values() for name in names):
        each = named[name]
        paths = [path for path in (each.context, each.dockerfile, *each.binds.values()) if path]
        if each.refused or not all(path.is_relative_to(root) for path in (file, *paths)):
            return None
        if not (each.image or (each.dockerfile and each.dockerfile.is_file())):
            return None
    services = {
        role: Service(compose=names, port=() if all(_says_port(named[name]) for name in names) else _port(parts, role))
        for role, names in by_role.items()
    }
    return replace(parts, services=services, servers=Servers(), requirements=(), compose=str(file.relative_to(root)))


def _by_role(containers: Sequence[Container]) -> Mapping[Role, tuple[str, ...]]:
    """The names of the services by their roles; servers are none."""
    own = [each for each in containers if server_of(each.name, None if each.context else each.image) is None]
    roles = {role: tuple(each.name for each in own if role_of(each.name) == role) for role in get_args(Role)}
    return {role: names for role, names in roles.items() if names}


def _port(parts: Parts, role: Role) -> int:
    """The port that commands of a role would have, where they have several the first."""
    port = parts.services[role].port
    return port if isinstance(port, int) else port[0]


def _is_python(service: Service) -> bool:
    """Whether a command is one of Python's, or a line for a shell that has one."""
    return any(PurePosixPath(word).name in _PYTHON for text in service.command for word in text.split())


def _says_port(container: Container) -> bool:
    built = dockerfile.read(container.dockerfile) if container.dockerfile else None
    return port_of(container, built, container.environment, command_of(container, built)) is not None
