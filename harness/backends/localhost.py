"""Has a node whose code says where the others are reach them: rules in the network of the node.

For services that were written for one machine. What such a node sends to a port of 127.0.0.1 goes to the node that has
this port, and what comes for the node's own address arrives at 127.0.0.1. And for services whose code has other ports
for others than these have. Addresses are changed on the way alone, so that the filters of faults see
those of nodes. The rules are in chains of their own, which no fault has.

Pure: the text of the commands, for a helper in that network.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from harness.topology.nodes import NodeSpec

LOCALHOST = "127.0.0.1"
#: Without it the kernel drops packets from and to 127.0.0.1 that come from another machine or go there.
SYSCTL = "net.ipv4.conf.all.route_localnet"
#: By where the kernel looks them up.
_CHAINS = {
    "OUTPUT": "harness-localhost-out",
    "PREROUTING": "harness-localhost-in",
    "POSTROUTING": "harness-localhost-from",
}
_ROUTE = f"""
route=/proc/sys/{SYSCTL.replace(".", "/")}
[ "$(cat $route)" = 1 ] || echo 1 >$route
"""
_SCRIPT = """
rules=$(iptables -w 5 -t nat -S)
there() {{ printf '%s\\n' "$rules" | grep -qxe "$1"; }}
iptables-restore -w 5 --noflush <<END
*nat
{lines}
COMMIT
END
"""


def rules(spec: NodeSpec, addresses: Mapping[str, str]) -> str:
    """The commands that put the rules in place, all at once; some may be there already.

    Args:
        spec: of a node that is led.
        addresses: of all nodes, by their names.
    """
    chains = [f":{chain} - [0:0]" for chain in _CHAINS.values()]
    # The kernel takes the jump last: until then the chain befalls nothing.
    jumps = [f'$(there "-A {jump}" || echo "-A {jump}")' for jump in _jumps()]
    script = _script([*chains, *_rules(spec, addresses), *jumps])
    return script if spec.localhost is None else _ROUTE + script


def undo() -> str:
    """The commands that remove the rules, as far as they are there."""
    jumps = [f'$(! there "-A {jump}" || echo "-D {jump}")' for jump in _jumps()]
    chains = [f'$(! there "-N {chain}" || printf "%s\\n" "-F {chain}" "-X {chain}")' for chain in _CHAINS.values()]
    return _script([*jumps, *chains])


def _rules(spec: NodeSpec, addresses: Mapping[str, str]) -> Iterator[str]:
    own = addresses[spec.name]
    sent, come, leave = _CHAINS["OUTPUT"], _CHAINS["PREROUTING"], _CHAINS["POSTROUTING"]
    for port, (node, there) in sorted((spec.localhost or {}).items()):
        yield f"-A {sent} -p tcp -d {LOCALHOST} --dport {port} -j DNAT --to-destination {addresses[node]}:{there}"
    for (node, port), there in sorted(spec.other_ports.items()):
        at = addresses[node]
        yield f"-A {sent} -p tcp -d {at} --dport {port} -j DNAT --to-destination {at}:{there}"
    if spec.localhost is None:
        return
    for port in sorted(spec.ports.values()):
        to_itself = f"-p tcp -d {own} --dport {port} -j DNAT --to-destination {LOCALHOST}:{port}"
        yield f"-A {come} {to_itself}"
        # A proxy in the node's network asks it at its address.
        yield f"-A {sent} {to_itself}"
    yield f"-A {leave} -p tcp -s {LOCALHOST} ! -o lo -j SNAT --to-source {own}"


def _jumps() -> Iterable[str]:
    return (f"{hook} -p tcp -j {chain}" for hook, chain in _CHAINS.items())


def _script(lines: Iterable[str]) -> str:
    return _SCRIPT.format(lines="\n".join(lines))
