"""The compose file of a description: which of its services are servers, and how its texts stand in a description."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os.path import isfile
from pathlib import Path

from harness.decoding.problems import shown
from harness.errors import BadInputError
from harness.messages.description.model import Description
from harness.messages.drafting import compose
from harness.messages.drafting.addresses import with_ports, without_braces
from harness.messages.drafting.containers import Container
from harness.messages.drafting.findings import Findings
from harness.messages.drafting.roles import Kind, number_of, server_of

HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?")
KINDS: Sequence[Kind] = ("hazelcast", "kafka")
#: So many instances of a service, or servers of a kind, there can be.
MOST = 9


@dataclass(frozen=True)
class Composed:
    """A compose file.

    Attributes:
        root: the checkout.
        containers: its services, by their names.
    """

    root: Path
    containers: Mapping[str, Container]

    def servers(self, kind: Kind) -> Sequence[Container]:
        """The servers of a kind, in the order of the numbers in their names."""
        found = [each for each in self.containers.values() if server(each) == kind]
        return sorted(found, key=lambda each: number_of(each.name) or 0)

    @property
    def hosts(self) -> Mapping[str, Kind]:
        """The kinds of servers by their host names."""
        return {name: kind for kind in KINDS for each in self.servers(kind) for name in (each.name, *each.aliases)}

    @property
    def names(self) -> Mapping[str, Sequence[str]]:
        """The host names of servers, by the names of their kinds."""
        found = {kind: [name for each in self.servers(kind) for name in host_names(each)] for kind in KINDS}
        return {kind: tuple(dict.fromkeys(names)) for kind, names in found.items() if names}

    def text(self, text: str, name: str, container: Container) -> str | None:
        """A text of a service as its instance gets it; None if it can't be written so.

        Args:
            text: an argument, or the value of a variable.
            name: of the variable, or of the option before the argument.
            container: whose it is.
        """
        plain = without_braces(text, container.environment)
        if plain is None:
            return None
        for other in self.containers.values():
            for address in other.fixed:
                plain = re.sub(rf"(?<![\d.]){re.escape(address)}(?![\d.])", other.name, plain)
        return with_ports(plain, name, self.hosts)


def read(description: Description, folder: Path) -> Composed:
    """The compose file of a description.

    Args:
        description: that names one.
        folder: that its file is in.

    Raises:
        BadInputError: it can't be read, or is none.
    """
    root = (folder / description.checkout).resolve()
    path = root / (description.compose or "")
    if not isfile(path):
        raise BadInputError(f"there is no file {shown(description.compose)} in the checkout {root}")
    return Composed(root, {each.name: each for each in compose.read(path, Findings())})


def server(container: Container) -> Kind | None:
    """The kind of server that a service is; None for any other."""
    kind = server_of(container.name, None if container.context else container.image)
    return None if kind == "beside" else kind


def instance_names(container: Container) -> Sequence[str]:
    """The names of the nodes that a service is."""
    if container.count == 1:
        return [container.name]
    return [f"{container.name}-{index}" for index in range(1, min(container.count, MOST) + 1)]


def host_names(container: Container) -> Sequence[str]:
    """The names of a service by which others can find it."""
    return [name for name in (container.name, *container.aliases) if HOST_NAME.fullmatch(name)]
