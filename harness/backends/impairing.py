"""Drops packets of a node, and asks which pass between it and its peers; by helpers in their network namespaces.

For both backends: a container has a namespace, and so may a local process.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Network
from typing import TypeVar

from harness.backends import confining, localhost, published
from harness.backends.impairment import EVERYBODY, Direction, Impairment, Others
from harness.backends.network_probes import answers, arriving
from harness.backends.network_site import NetworkHelper, NetworkSite
from harness.errors import BadInputError, EnvironmentUnfitError
from harness.topology.nodes import NodeSpec

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
{drops}
iptables -w 5 -I INPUT -j {chain}
iptables -w 5 -I OUTPUT -j {chain}
"""


_Answer = TypeVar("_Answer")


class Network:
    """The network of one node, and the faults that impair it: each has a chain of filters of its own.

    Attributes:
        spec: the node's.
        faults: by name those in force; they outlast the namespace that they are applied in.
    """

    def __init__(
        self,
        site: NetworkSite,
        spec: NodeSpec,
        helper: NetworkHelper,
        *,
        confined: IPv4Network | None = None,
        bridged: bool = False,
    ) -> None:
        """The network in which that helper runs commands.

        Args:
            site: of the deployment.
            spec: of the node.
            helper: runs the commands.
            confined: the subnet at which the network of a confined node ends.
            bridged: whether what is published arrives at another address than the node's own.
        """
        self.spec = spec
        self._confined = confined
        self._bridged = bridged
        self.faults: dict[str, Impairment] = {}
        self._site = site
        self._helper = helper

    @property
    def others(self) -> Mapping[str, str]:
        """The roles of all other nodes that there ever were, by the nodes' names."""
        return {name: role for name, role in tuple(self._site.roles.items()) if name != self.spec.name}

    def impair(self, fault: str, impairment: Impairment) -> None:
        """Drops those packets from and to other nodes' addresses, of nodes that come later as well (`reckon_with`).

        Raises:
            BadInputError: this can't be the name of a fault, or there never was such a node.
        """
        if not _FAULT.fullmatch(fault):
            raise BadInputError(f"{fault!r} is no name for a fault of a network: {_FAULT.pattern} is one")
        self._refuse_unknown(impairment.others)
        # Noted before it is applied, so that whatever comes of it is undone.
        self.faults[fault] = impairment
        self._apply(fault)

    def reckon_with(self, comers: Iterable[NodeSpec]) -> None:
        """Has what is in force befall the packets of nodes as well that are about to come for the first time.

        Once it runs, that is: what is in force is applied to all when it starts.
        """
        for fault, impairment in sorted(self.faults.items()):
            others = [spec.name for spec in comers if impairment.others.include(spec.name, spec.role)]
            if others and self._helper.exists():
                self._run(self._drops(fault, others), f"impair the network of {self.spec.name}")

    def mend(self, fault: str | None) -> None:
        """Removes the filters of a fault, or of all, as far as it is in force; some have gone with their namespace.

        Args:
            fault: its name; None for all.
        """
        there = self._helper.exists()
        for name in sorted(self.faults if fault is None else self.faults.keys() & {fault}):
            if there:
                self._run(_UNDO.format(chain=_PREFIX + name), f"let {self.spec.name} back into its network")
            del self.faults[name]

    def prepare(self) -> None:
        """Does all that has to be done before the node starts, if anything has to be."""
        self._confine()
        self._lead()
        if self._bridged:
            self._run(published.rules(self.spec, self._address), f"have the ports of {self.spec.name} lead to it")

    def _confine(self) -> None:
        """Closes the network of a node that nobody trusts, if it is such a one."""
        if self._confined:
            self._run(confining.rules(self._confined), f"keep {self.spec.name} to its own system")

    def refused(self) -> int:
        """How many packets of such a node were refused that were for nobody in its system."""
        status, counted = self._helper.run(confining.COUNT)
        return confining.refused(counted) if not status else 0

    def _lead(self) -> None:
        """Has a node whose code says where the others are reach them, if it is such a one."""
        if self.spec.is_led:
            self._run(localhost.rules(self.spec, self._site.addresses), f"lead {self.spec.name} to the others")

    def lead_nowhere(self) -> None:
        """Removes what does that, in a network that the next node of this name gets."""
        if self.spec.is_led:
            self._run(localhost.undo(), f"lead {self.spec.name} to nobody")

    def begin_again(self) -> None:
        """Applies all that is in force in the fresh namespace of a node that was just started."""
        self.end()
        self.prepare()
        for fault in sorted(self.faults):
            self._apply(fault)

    def end(self) -> None:
        """Ends the helper: the node has ended."""
        self._helper.end()

    def links(self, others: Others | None) -> Mapping[str, bool]:
        """Whether an answer comes to a connection to each of its peers, and to one from each, by words (`_peers`).

        Raises:
            BadInputError: there never was such a node.
            EnvironmentUnfitError: it can't be told of one.
        """
        return self._asked(others, Direction.BOTH, Network._connects)

    def arriving(self, count: int, direction: Direction, others: Others | None) -> Mapping[str, int]:
        """How many of so many datagrams arrive that are sent to each of its peers, or by each, by words (`_peers`).

        Raises:
            BadInputError: there never was such a node.
            EnvironmentUnfitError: it can't be told of one.
        """

        def arrive(sending: Network, receiving: Network) -> int:
            return arriving(sending._helper, receiving._helper, receiving._address, count)

        return self._asked(others, direction, arrive)

    def _asked(
        self, others: Others | None, direction: Direction, ask: Callable[[Network, Network], _Answer]
    ) -> Mapping[str, _Answer]:
        self._refuse_unknown(others or EVERYBODY)
        pairs = [
            (self, peer) if way is Direction.OUT else (peer, self)
            for peer in self._peers(others)
            for way in (Direction.OUT, Direction.IN)
            if direction.covers(way)
        ]
        with ThreadPoolExecutor(max(1, len(pairs))) as pool:
            answered = list(pool.map(lambda pair: _answer(pair[0], pair[1], ask), pairs))
        return {
            f"{sender.spec.name} to {other.spec.name}": answer
            for (sender, other), answer in zip(pairs, answered, strict=True)
        }

    def _refuse_unknown(self, others: Others) -> None:
        known = self._site.roles
        for kind, asked, present in (
            ("has that role", others.roles, set(known.values())),
            ("has that name", others.names, set(known)),
        ):
            if unknown := sorted((asked or frozenset()) - present):
                raise BadInputError(
                    f"{self.spec.name} can't be cut off from {', '.join(unknown)}: no node {kind}; "
                    f"there are {', '.join(sorted(present))}"
                )

    def _peers(self, others: Others | None) -> list[Network]:
        """Those of the others that run, and for whom no fault of theirs impairs what passes between the two.

        If none are given, they are those of its own role; where there are none, as for the only node of a role, all.
        """
        running = self._site.running()
        peers = [
            other
            for name, other in sorted(self._site.networks.items())
            if other is not self and name in running and not other._impairs(self)
        ]
        if others is not None:
            return [other for other in peers if others.include(other.spec.name, other.spec.role)]
        return [other for other in peers if other.spec.role == self.spec.role] or peers

    def _impairs(self, other: Network) -> bool:
        return any(each.others.include(other.spec.name, other.spec.role) for each in self.faults.values())

    @property
    def _address(self) -> str:
        return self._site.addresses[self.spec.name]

    def _connects(self, other: Network) -> bool:
        return answers(self._helper, other._address, next(iter(other.spec.ports.values()), _ANY_PORT))

    def _apply(self, fault: str) -> None:
        include = self.faults[fault].others.include
        others = [name for name, role in self.others.items() if include(name, role)]
        # Half of it may be there from a try that failed.
        script = (_UNDO + _APPLY).format(chain=_PREFIX + fault, drops=self._drops(fault, others))
        self._run(script, f"impair the network of {self.spec.name}")

    def _drops(self, fault: str, others: Sequence[str]) -> str:
        """The commands that add what is dropped of the packets of these other nodes to a fault's chain."""
        chain, impairment = _PREFIX + fault, self.faults[fault]
        addresses = ",".join(self._site.addresses[name] for name in others)
        ways = {Direction.IN: "-s", Direction.OUT: "-d"} if others else {}
        return "\n".join(
            f"iptables -w 5 -A {chain} {end} {addresses} {_chosen(impairment, f'{chain}-{way}')} -j DROP"
            for way, end in ways.items()
            if impairment.direction.covers(way)
        )

    def _run(self, script: str, what: str) -> None:
        status, output = self._helper.run(["sh", "-ec", script])
        if status:
            raise EnvironmentUnfitError(f"iptables could not {what}: {output.strip()[-300:]}")


def _chosen(impairment: Impairment, name: str) -> str:
    """Which packets of a way a rule drops, as iptables-extensions(8) has it; all if nothing is said."""
    said = []
    if impairment.above is not None:
        # All rules with this name count together. The burst may not be smaller than a second's bytes, both numbers are
        # rounded, and what comes of it is two seconds' bytes beside the first second's (net/netfilter/xt_hashlimit.c).
        most, burst = f"{impairment.above}b/s", f"{impairment.above + impairment.above // 8}b"
        said.append(f"-m hashlimit --hashlimit-name {name}-{impairment.above}")
        said.append(f"--hashlimit-above {most} --hashlimit-burst {burst}")
    if impairment.share < 1:
        said.append(f"-m statistic --mode random --probability {impairment.share}")
    return " ".join(said)


def _answer(sender: Network, other: Network, ask: Callable[[Network, Network], _Answer]) -> _Answer:
    try:
        return ask(sender, other)
    except EnvironmentUnfitError as error:
        raise EnvironmentUnfitError(
            f"whether {sender.spec.name} reaches {other.spec.name} can't be told: {error}"
        ) from error
