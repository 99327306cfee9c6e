"""Has what comes to a node's published ports arrive at its address: rules in the network of the node.

A container on a network of a swarm has two interfaces. What an engine publishes arrives at that of the bridge by which
the container gets out, while servers listen at the address that the other nodes know, which is the other interface's.
Filters of faults see the peers' addresses as before. The rules are in a chain of their own, which no fault has.

Pure: the text of the commands, for a helper in that network.
"""

from __future__ import annotations

from harness.backends.localhost import LOCALHOST
from harness.topology.nodes import NodeSpec

_CHAIN = "harness-published"
# A proxy in the node's network passes on what comes to where that was going: it sends it, so it does not come again.
_SCRIPT = """
iptables -w 5 -t nat -S {chain} >/dev/null 2>&1 || iptables -w 5 -t nat -N {chain}
iptables -w 5 -t nat -F {chain}
{rules}
for hook in PREROUTING OUTPUT; do
  iptables -w 5 -t nat -C $hook -p tcp -j {chain} 2>/dev/null || iptables -w 5 -t nat -A $hook -p tcp -j {chain}
done
"""


def rules(spec: NodeSpec, address: str) -> str:
    """The commands that put the rules in place; they may be there already.

    Args:
        spec: of the node.
        address: its own.
    """
    # One that was written for one machine listens there alone.
    to = address if spec.localhost is None else LOCALHOST
    lines = [f"-d {own} -j RETURN" for own in (address, "127.0.0.0/8")]
    lines += [
        f"-p tcp -m addrtype --dst-type LOCAL --dport {port} -j DNAT --to-destination {to}:{port}"
        for port in sorted(spec.ports.values())
    ]
    added = "\n".join(f"iptables -w 5 -t nat -A {_CHAIN} {line}" for line in lines)
    return _SCRIPT.format(chain=_CHAIN, rules=added)
