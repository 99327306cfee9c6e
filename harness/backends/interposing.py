"""Comes between a node and its clients: a proxy in its network, filters on its answers, and resets of connections.

All is done by a helper. A proxy takes what comes to the node's ports from whoever is no node of its role: peers that
lost a connection might take the node for dead.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from types import ModuleType
from typing import Any

from harness.backends.network_site import NetworkHelper, NetworkSite
from harness.backends.passing import Passed, Passing, Unanswered
from harness.backends.programs import connections, proxy
from harness.errors import BadInputError, EnvironmentUnfitError
from harness.topology.nodes import NodeSpec
from harness.waiting import until

#: A chain's name has 28 characters at most.
_PREFIX = "harness-"
_FAULT = re.compile(r"[a-z0-9-]{1,20}")
#: A chain, and the socket of the proxy.
_PROXY = f"{_PREFIX}proxy"

_REMOVE = """
rules=$(iptables -w 5 -t {table} -S)
has() {{ printf '%s\\n' "$rules" | grep -qxe "$1"; }}
! has "-A {hook} -p tcp -j {chain}" || iptables -w 5 -t {table} -D {hook} -p tcp -j {chain}
! has "-N {chain}" || {{ iptables -w 5 -t {table} -F {chain}; iptables -w 5 -t {table} -X {chain}; }}
"""
# The jump comes last, so that the chain works as a whole.
_APPLY = (
    _REMOVE
    + """
iptables -w 5 -t {table} -N {chain}
{rules}
iptables -w 5 -t {table} -I {hook} -p tcp -j {chain}
"""
)
_REDIRECT = "--dport {port} -j REDIRECT --to-ports {to}"
#: Acknowledgements get through, so that requests are no lost ones: they have 52 bytes, more only after a loss.
_LOSE = (
    "--sport {port} --tcp-flags SYN NONE -m length --length 53:65535 -j DROP",
    *(f"--sport {{port}} --tcp-flags {flag} {flag} -j DROP" for flag in ("PSH", "FIN", "RST")),
)
_LET_RESETS_THROUGH = "iptables -w 5 -I {chain} -p tcp --tcp-flags RST RST -j RETURN"
_ORDER = f"""
import socket, sys
with socket.socket(socket.AF_UNIX) as proxy:
    proxy.settimeout(5)
    proxy.connect("\\0{_PROXY}")
    proxy.sendall(sys.argv[1].encode() + b"\\n")
    sys.stdout.write(proxy.makefile().read())
"""
_ANSWERED_S = 10.0


class Interposing:
    """What comes between one node and its clients.

    Attributes:
        faults: by name what is in force; that outlasts the namespace in which it is applied.
    """

    def __init__(self, site: NetworkSite, spec: NodeSpec, helper: NetworkHelper) -> None:
        """What comes between in the network in which that helper runs commands, and no other one of this node's."""
        self.faults: dict[str, Passing] = {}
        self._site = site
        self._spec = spec
        self._helper = helper
        #: Whether anything was applied that may still be there.
        self._applied = False
        #: The port at which the proxy listens, if there is one.
        self._listens: int | None = None

    def interpose(self, fault: str, passing: Passing) -> None:
        """Puts a fault in force.

        Raises:
            BadInputError: this can't be the name of a fault, or the node has no port.
        """
        if not _FAULT.fullmatch(fault) or _PREFIX + fault == _PROXY:
            raise BadInputError(f"{fault!r} is no name for what comes between: {_FAULT.pattern} is one, but for proxy")
        if not self._spec.ports:
            raise BadInputError(f"{self._spec.name} has no port, so nothing can come between it and its clients")
        # Noted before it is applied, so that whatever comes of it is undone.
        self.faults[fault] = passing
        self._apply(fault)

    def withdraw(self, fault: str | None) -> None:
        """Takes a fault away, or all, as far as it is in force. Its clients' connections are reset.

        Args:
            fault: its name; None for all.
        """
        there = self._applied and self._helper.exists()
        for name in sorted(self.faults if fault is None else self.faults.keys() & {fault}):
            passing = self.faults.pop(name)
            if not there:
                continue
            if isinstance(passing, Unanswered):
                chain = _PREFIX + name
                # What was lost must not be sent again once it could get through.
                self._run(_LET_RESETS_THROUGH.format(chain=chain), "let resets through")
                self._reset_clients(self._ports())
                self._remove("filter", "OUTPUT", chain)
            else:
                self._lead_through_proxy()

    def begin_again(self) -> None:
        """Applies all that is in force in the namespace of a node that was just started."""
        self.end()
        for fault in sorted(self.faults):
            self._apply(fault)

    def end(self) -> None:
        """Ends the helper, and the proxy with it: the node has ended, and what is in force waits for its next start."""
        if self._applied and self._helper.exists():
            # Where the namespace outlasts the node, clients that come next would be led to nobody.
            for name in self.faults:
                self._remove("filter", "OUTPUT", _PREFIX + name)
            self._remove("nat", "PREROUTING", _PROXY)
        self._helper.end()
        self._applied = False
        self._listens = None

    def passed(self, fault: str) -> Passed:
        """What has become of what passed.

        Raises:
            KeyError: no such fault is in force.
        """
        if isinstance(self.faults[fault], Unanswered):
            counted = self._answered(["iptables", "-w", "5", "-vnxL", _PREFIX + fault], "count what is lost")
            return Passed(lost=sum(int(size) for size in re.findall(r"^ *\d+ +(\d+) DROP ", counted, re.MULTILINE)))
        return Passed(**self._order(self._proxied())["holds"].get(fault, {}))

    def connections(self) -> frozenset[str]:
        """The connections that the node has with others, each in words that no other one has."""
        return frozenset(json.loads(self._answered(self._with_connections("list", None, ()), "list connections")))

    def disconnect(self) -> frozenset[str]:
        """Resets them, and gives those that there were before."""
        before = self.connections()
        self._execute(self._with_connections("reset", None, ()), "reset connections")
        return before

    def _apply(self, fault: str) -> None:
        self._applied = True
        if not isinstance(self.faults[fault], Unanswered):
            self._lead_through_proxy()
            return
        rules = [rule.format(port=port) for port in self._ports() for rule in _LOSE]
        self._put("filter", "OUTPUT", _PREFIX + fault, "-d", rules)

    def _lead_through_proxy(self) -> None:
        """Has what comes pass through the proxy, as long as anything that is in force asks for it."""
        proxied = self._proxied()
        if not proxied:
            self._end_proxy()
            return
        begins = self._listens is None
        if begins:
            self._execute(self._python(proxy, _PROXY), "start a proxy")
        self._listens = int(self._order(proxied)["port"])
        if begins:
            # What the proxy passes on to clients is lost to them as well.
            for fault in self.faults.keys() - proxied.keys():
                self._apply(fault)
            ports = list(self._spec.ports.values())
            rules = [_REDIRECT.format(port=port, to=self._listens) for port in ports]
            self._put("nat", "PREROUTING", _PROXY, "-s", rules)
            self._reset_clients(ports)

    def _end_proxy(self) -> None:
        if self._listens is not None:
            self._remove("nat", "PREROUTING", _PROXY)
            self._execute(self._told(""), "end the proxy")
            self._listens = None

    def _proxied(self) -> dict[str, dict[str, object]]:
        """What the proxy has to do, as it is told."""
        return {name: asdict(fault) for name, fault in self.faults.items() if not isinstance(fault, Unanswered)}

    def _ports(self) -> list[int]:
        """The ports at which clients come in."""
        return [*self._spec.ports.values(), *([] if self._listens is None else [self._listens])]

    def _peers(self) -> list[str]:
        """The addresses of all nodes of its role, its own among them."""
        return [self._site.addresses[name] for name, role in tuple(self._site.roles.items()) if role == self._spec.role]

    def _reset_clients(self, ports: Collection[int]) -> None:
        self._execute(self._with_connections("reset", ports, self._peers()), "reset connections")

    def _with_connections(self, verb: str, ports: Collection[int] | None, spared: Collection[str]) -> Sequence[str]:
        which = json.dumps({"ports": ports, "spared": spared, "elsewhere": list(self._spec.localhost or {})})
        return self._python(connections, verb, self._site.addresses[self._spec.name], which)

    def _put(self, table: str, hook: str, chain: str, other_end: str, rules: Iterable[str]) -> None:
        """Puts a chain of rules in place for all packets whose `other_end` is no peer."""
        lines = [f"iptables -w 5 -t {table} -A {chain} {other_end} {','.join(self._peers())} -j RETURN"]
        lines += [f"iptables -w 5 -t {table} -A {chain} -p tcp {rule}" for rule in rules]
        script = _APPLY.format(table=table, hook=hook, chain=chain, rules="\n".join(lines))
        self._run(script, "come between")

    def _remove(self, table: str, hook: str, chain: str) -> None:
        self._run(_REMOVE.format(table=table, hook=hook, chain=chain), "come from between")

    def _run(self, script: str, what: str) -> None:
        self._execute(["sh", "-ec", script], what)

    def _order(self, faults: Mapping[str, Mapping[str, object]]) -> Any:
        """Tells the proxy what is in force, and gives its answer."""
        return json.loads(self._answered(self._told(json.dumps(faults)), "tell the proxy"))

    def _answered(self, command: Sequence[str], what: str) -> str:
        """The output of a command that has some, and may be given again.

        An engine that is busy loses that of one now and then (20.10), and says that all went well.
        """
        return until(f"an answer of the command to {what}", lambda: self._execute(command, what), timeout_s=_ANSWERED_S)

    def _execute(self, command: Sequence[str], what: str) -> str:
        status, output = self._helper.run(command)
        if status:
            raise EnvironmentUnfitError(
                f"the helper of {self._spec.name} could not {what} in its network: {output.strip()[-300:]}"
            )
        return output

    def _told(self, order: str) -> Sequence[str]:
        """The command that tells the proxy something."""
        return [self._helper.python, "-c", _ORDER, order]

    def _python(self, program: ModuleType, *arguments: str) -> Sequence[str]:
        """The command that runs a program."""
        return [self._helper.python, "-c", inspect.getsource(program), *arguments]
