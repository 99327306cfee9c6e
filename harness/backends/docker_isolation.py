"""Cuts a node's network, and asks whether packets pass between it and its peers; by helpers in their namespaces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, summarize_address_range

from harness.backends.docker_helper import Helper
from harness.backends.docker_network import first_address
from harness.backends.docker_site import Site
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
# The jumps come last, so that the chain works as a whole.
_APPLY = """
iptables -w 5 -N {chain}
iptables -w 5 -A {chain} -s {others} -j DROP
iptables -w 5 -A {chain} -d {others} -j DROP
iptables -w 5 -I INPUT -j {chain}
iptables -w 5 -I OUTPUT -j {chain}
"""


class Network:
    """The network of one node's container, and the faults that cut it: each has a chain of filters of its own.

    Attributes:
        spec: the node's.
        container: the id of the node's container.
        faults: the names of those in force; they outlast the namespace that they are applied in.
    """

    def __init__(self, site: Site, spec: NodeSpec, container: str) -> None:
        self.spec = spec
        self.container = container
        self.faults: set[str] = set()
        self._site = site
        self._helper = Helper(site, spec.name, container)

    def cut(self, fault: str) -> None:
        """Drops all packets from and to the addresses of other nodes, also of those that come later.

        Raises:
            BadInputError: this can't be the name of a fault.
        """
        if not _FAULT.fullmatch(fault):
            raise BadInputError(f"{fault!r} is no name for a fault of a network: {_FAULT.pattern} is one")
        # Noted before it is applied, so that whatever comes of it is undone.
        self.faults.add(fault)
        self._apply(fault)

    def mend(self, fault: str | None, *, gone: bool) -> None:
        """Removes the filters of a fault, or of all, as far as it is in force.

        Args:
            fault: its name; None for all.
            gone: whether the filters are, together with the namespace of a container that has ended.
        """
        for name in sorted(self.faults if fault is None else self.faults & {fault}):
            if not gone:
                self._run(_UNDO.format(chain=_PREFIX + name), f"let {self.spec.name} back into its network")
            self.faults.discard(name)

    def begin_again(self) -> None:
        """Applies all that is in force in the fresh namespace of a container that was just started."""
        self.end()
        for fault in sorted(self.faults):
            self._apply(fault)

    def end(self) -> None:
        """Removes the helper: the container has ended."""
        self._helper.end()

    def links(self) -> Mapping[str, bool]:
        """Whether a packet comes back, for each direction between the node and its peers, by words.

        Its peers are the nodes of its role that run and are not cut off themselves. Where there are none, as for the
        only node of a role, they are all other nodes that run and are not cut off.

        Raises:
            EnvironmentUnfitError: it can't be told of one.
        """
        asked = [pair for peer in self._peers() for pair in ((self, peer), (peer, self))]
        if not asked:
            return {}
        with ThreadPoolExecutor(len(asked)) as pool:
            passes = list(pool.map(lambda pair: pair[0]._reaches(pair[1]), asked))
        return {
            f"{one.spec.name} to {other.spec.name}": passed for (one, other), passed in zip(asked, passes, strict=True)
        }

    def _peers(self) -> list[Network]:
        with complaining(f"list the peers of {self.spec.name}"):
            found = self._site.client.api.containers(filters={**self._site.filters(), "status": "running"})
        running = {one["Id"] for one in found}
        others = [
            other
            for _, other in sorted(self._site.networks.items())
            if other is not self and other.container in running and not other.faults
        ]
        return [other for other in others if other.spec.role == self.spec.role] or others

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
        script = (_UNDO + _APPLY).format(chain=_PREFIX + fault, others=",".join(self._others()))
        self._run(script, f"cut the network of {self.spec.name}")

    def _others(self) -> Iterator[str]:
        """All addresses that nodes have or may get, but for the node's own: what it sends to itself stays inside."""
        subnet, own = self._site.subnet, IPv4Address(self._site.addresses[self.spec.name])
        for first, last in ((first_address(subnet), own - 1), (own + 1, subnet.broadcast_address)):
            if first <= last:
                yield from map(str, summarize_address_range(first, last))

    def _run(self, script: str, what: str) -> None:
        status, output = self._helper.run(["sh", "-ec", script])
        if status:
            raise EnvironmentUnfitError(f"iptables could not {what}: {output.strip()[-300:]}")
