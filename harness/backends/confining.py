"""Keeps a node that nobody trusts to its own deployment: rules in its network, which its processes can't change.

A network of a Docker engine without a way out still has the engine's machine in it, with all that listens there. The
rules leave a node what it answers to this machine, and the other nodes. Whatever else it sends is refused at once, and
counted. The node's launcher begins once a connection of its own is refused in this way.

Pure: the text of the commands, for a helper in that network, and what is read from their output.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Network

#: For the launcher: the address to which no connection may be possible when it begins.
AWAITS_CLOSED = "HARNESS_AWAITS_CLOSED"
#: The port which it tries, so that this is not counted: the discard service's.
TRIED_PORT = 9
_CHAIN = "harness-confined"
_REFUSE = "REJECT --reject-with icmp-net-prohibited"
_RULES = """
iptables -w 5 -S {chain} >/dev/null 2>&1 || iptables -w 5 -N {chain}
iptables -w 5 -F {chain}
iptables -w 5 -A {chain} -o lo -j RETURN
iptables -w 5 -A {chain} -d {gateway} -p tcp ! --syn -j RETURN
iptables -w 5 -A {chain} -d {gateway} -p tcp --dport {port} -j {refuse}
iptables -w 5 -A {chain} -d {gateway} -j {refuse}
iptables -w 5 -A {chain} -d {subnet} -j RETURN
iptables -w 5 -A {chain} -j {refuse}
iptables -w 5 -C OUTPUT -j {chain} 2>/dev/null || iptables -w 5 -I OUTPUT -j {chain}
"""
#: What counts the packets, with how many bytes and what becomes of them.
COUNT = ("iptables", "-w", "5", "-nvxL", _CHAIN)
_COUNTED = re.compile(r"^\s*(\d+)\s+\d+\s+REJECT\s+(.*)$", re.MULTILINE)


def gateway(subnet: IPv4Network) -> str:
    """The address that the engine's machine has in a network."""
    return str(subnet[1])


def rules(subnet: IPv4Network) -> str:
    """The commands that put the rules in place; they may be there already."""
    there = gateway(subnet)
    return _RULES.format(chain=_CHAIN, gateway=there, subnet=subnet, port=TRIED_PORT, refuse=_REFUSE)


def refused(counted: str) -> int:
    """How many packets were refused that the launcher did not send, by the output of `COUNT`."""
    return sum(int(count) for count, rest in _COUNTED.findall(counted) if f"dpt:{TRIED_PORT}" not in rest)
