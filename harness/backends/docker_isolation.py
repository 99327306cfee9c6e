"""Cuts a node's network, and asks whether packets pass between it and its peers; by helpers in their namespaces."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, summarize_address_range

from harness.backends.docker_helper import Helper
from harness.backends.docker_network import first_address
from harness.backends.docker_site import DockerSite
from harness.backends.engine import complaining
from harness.errors import BadInputError, EnvironmentUnfitError
from harness.topology.nodes import NodeSpec

_TIMEOUT_S = 0.5
#: The exit status that says it, so that nothing else that goes wrong is taken for silence.
_SILENT = 77
_CONNECT = f"""
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout={_TIMEOUT_S})
except TimeoutError:
    sys.exit({_SILENT})
except ConnectionRefusedError:
    pass  # It was asked, and said no.
"""
#: For a node that has no port: one where nothing listens answers as well.
_ANY_PORT = 9
#: A chain's name has 28 characters at most.
_PREFIX = "harness-"
_FAULT = re.compile(r"[a-z0-9-]{1,20}")

_UNDO = """
rules=$(iptables -w 5 -S)
has() {{ printf '%s\\n' "$rules" | grep -qxe "$1"; }}
for rule in "INPUT -j {chain}" "OUTPUT -j {chain}"; do
  ! has "-A $rule" || iptables -w 5 -D $rule
done
! has "-N {chain}" || {{ iptables -w 5 -F {chain}; iptables -w 5 -X {chain}; }}
"""
_DROP = """
iptables -w 5 -A {chain} -s {others} -j DROP
iptables -w 5 -A {chain} -d {others} -j DROP
"""
# The jumps come last, so that the chain works as a whole.
_APPLY = f"""
iptables -w 5 -N {{chain}}{_DROP}
iptables -w 5 -I INPUT -j {{chain}}
iptables -w 5 -I OUTPUT -j {{chain}}
"""


class Network:
    """The network of one node's container, and the faults that cut it: each has a chain of filters of its own.

    Attributes:
        spec: the node's.
        container: the id of the node's container.
        faults: by name those in force, with the roles that it is cut off from (None: all other nodes); they outlast
            the namespace that they are applied in.
    """

    def __init__(self, site: DockerSite, spec: NodeSpec, container: str) -> None:
        self.spec = spec
        self.container = container
        self.faults: dict[str, frozenset[str] | None] = {}
        self._site = site
        self._helper = Helper(site, spec.name, container)

    def cut(self, fault: str, roles: Collection[str] | None) -> None:
        """Drops all packets from and to the addresses of other nodes, or of those of some roles.

        Of nodes that come later as well (`keep_out`).

        Raises:
            BadInputError: this can't be the name of a fault, or there never was a node of one of the roles.
        """
        if not _FAULT.fullmatch(fault):
            raise BadInputError(f"{fault!r} is no name for a fault of a network: {_FAULT.pattern} is one")
        self._refuse_unknown(roles)
        # Noted before it is applied, so that whatever comes of it is undone.
        self.faults[fault] = None if roles is None else frozenset(roles)
        self._apply(fault)

    def keep_out(self, comers: Iterable[NodeSpec]) -> None:
        """Drops the packets of nodes that are about to come as well, where it is cut off from their roles.

        Once it runs, that is: what is in force is applied to all when it starts.
        """
        for fault, roles in sorted(self.faults.items()):
            others = [self._site.addresses[spec.name] for spec in comers if roles and spec.role in roles]
            if others and self._exists():
                script = _DROP.format(chain=_PREFIX + fault, others=",".join(others))
                self._run(script, f"cut the network of {self.spec.name}")

    def mend(self, fault: str | None, *, gone: bool) -> None:
        """Removes the filters of a fault, or of all, as far as it is in force.

        Args:
            fault: its name; None for all.
            gone: whether the filters are, together with the namespace of a container that has ended.
        """
        for name in sorted(self.faults if fault is None else self.faults.keys() & {fault}):
            if not gone:
                self._run(_UNDO.format(chain=_PREFIX + name), f"let {self.spec.name} back into its network")
            del self.faults[name]

    def begin_again(self) -> None:
        """Applies all that is in force in the fresh namespace of a container that was just started."""
        self.end()
        for fault in sorted(self.faults):
            self._apply(fault)

    def end(self) -> None:
        """Removes the helper: the container has ended."""
        self._helper.end()

    def links(self, roles: Collection[str] | None) -> Mapping[str, bool]:
        """Whether a packet comes back, for each direction between the node and its peers, by words.

        Its peers are the nodes of these roles that run and are not cut off from the node's role themselves. If no roles
        are given, they are those of its own; where there are none, as for the only node of a role, all others.

        Raises:
            BadInputError: there never was a node of one of the roles.
            EnvironmentUnfitError: it can't be told of one.
        """
        self._refuse_unknown(roles)
        asked = [pair for peer in self._peers(roles) for pair in ((self, peer), (peer, self))]
        if not asked:
            return {}
        with ThreadPoolExecutor(len(asked)) as pool:
            passes = list(pool.map(lambda pair: pair[0]._reaches(pair[1]), asked))
        return {
            f"{one.spec.name} to {other.spec.name}": passed for (one, other), passed in zip(asked, passes, strict=True)
        }

    def _exists(self) -> bool:
        """Whether there is a network: that of a container that has ended is gone."""
        with complaining(f"tell the state of {self.spec.name}"):
            return bool(self._site.client.api.inspect_container(self.container)["State"]["Running"])

    def _refuse_unknown(self, roles: Collection[str] | None) -> None:
        known = set(self._site.roles.values())
        if unknown := sorted(set(roles or ()) - known):
            raise BadInputError(
                f"{self.spec.name} can't be cut off from {', '.join(unknown)}: no node has that role; "
                f"there are {', '.join(sorted(known))}"
            )

    def _peers(self, roles: Collection[str] | None) -> list[Network]:
        with complaining(f"list the peers of {self.spec.name}"):
            found = self._site.client.api.containers(filters={**self._site.filters(), "status": "running"})
        running = {one["Id"] for one in found}
        others = [
            other
            for _, other in sorted(self._site.networks.items())
            if other is not self and other.container in running and other._answers(self.spec.role)
        ]
        if roles is not None:
            return [other for other in others if other.spec.role in roles]
        return [other for other in others if other.spec.role == self.spec.role] or others

    def _answers(self, role: str) -> bool:
        """Whether none of its own faults cuts it off from the nodes of a role."""
        return all(cut_off is not None and role not in cut_off for cut_off in self.faults.values())

    def _reaches(self, other: Network) -> bool:
        port = next(iter(other.spec.ports.values()), _ANY_PORT)
        address = self._site.addresses[other.spec.name]
        status, output = self._helper.run(["python3", "-c", _CONNECT, address, str(port)])
        if status not in (0, _SILENT):
            raise EnvironmentUnfitError(
                f"whether {self.spec.name} reaches {other.spec.name} can't be told: python3 ended with status {status} "
                f"in the network of {self.spec.name} ({output.strip()[-300:]})"
            )
        return status == 0

    def _apply(self, fault: str) -> None:
        # Half of it may be there from a try that failed.
        others = ",".join(self._others(self.faults[fault]))
        script = (_UNDO + _APPLY).format(chain=_PREFIX + fault, others=others)
        self._run(script, f"cut the network of {self.spec.name}")

    def _others(self, roles: Collection[str] | None) -> Iterator[str]:
        """The addresses of the nodes of some roles; or all that nodes have or may get.

        The node's own is not among them: what it sends to itself stays inside.
        """
        if roles is not None:
            known = tuple(self._site.roles.items())
            yield from (self._site.addresses[name] for name, role in known if role in roles and name != self.spec.name)
            return
        subnet, own = self._site.subnet, IPv4Address(self._site.addresses[self.spec.name])
        for first, last in ((first_address(subnet), own - 1), (own + 1, subnet.broadcast_address)):
            if first <= last:
                yield from map(str, summarize_address_range(first, last))

    def _run(self, script: str, what: str) -> None:
        status, output = self._helper.run(["sh", "-ec", script])
        if status:
            raise EnvironmentUnfitError(f"iptables could not {what}: {output.strip()[-300:]}")
