"""Network namespaces for nodes that are local processes, and what connects them; only root can make them.

Each node has a namespace, and the bridge that connects them is in one more: no filter of this host sees what the nodes
send each other, and that of a Docker engine, which drops what is forwarded, does not drop it. This host has a cable
to the bridge, so that it reaches each node directly. Nothing leads further: a node reaches this host and the others.

No namespace has a name. The process that makes it holds it open, and the kernel removes it, with the interfaces that
lead into it, once that process and all that ran in it have ended. So whoever ends a session's processes has removed its
networks.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from ipaddress import IPv4Network
from pathlib import Path

from harness.errors import EnvironmentUnfitError

_PROGRAMS = ("ip", "iptables", "nsenter", "unshare")
_TIMEOUT_S = 20.0
_MADE = "made"
#: As with an engine, nodes have IPv4 alone. It goes on until it is told to end.
_MAKE = f"""
ip link set lo up
ipv6=/proc/sys/net/ipv6/conf/default/disable_ipv6
[ ! -w $ipv6 ] || echo 1 >$ipv6
echo {_MADE}
exec cat
"""
#: All that a network needs of the kernel, in a namespace that is thrown away.
_TRY = """
ip link add bridge type bridge
ip link add one type veth peer name other
iptables -w 5 -A INPUT -m statistic --mode random --probability 0.5 -j DROP
iptables -w 5 -A INPUT -m hashlimit --hashlimit-name try --hashlimit-above 1000b/s --hashlimit-burst 1125b -j DROP
iptables -w 5 -A OUTPUT -p tcp -m length --length 53:65535 -j DROP
iptables -w 5 -t nat -A PREROUTING -p tcp -j REDIRECT --to-ports 9
"""


#: What gives a process host names, in namespaces of its own for mounts and for the name of the machine.
_UNDER_NAME = """
mount --bind "$1" /etc/hosts
echo "$2" >/proc/sys/kernel/hostname
shift 2
exec "$@"
"""


@cache
def why_not() -> str | None:
    """Why this process can't give nodes networks of their own, in words; None if it can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "that takes root, on Linux"
    if missing := [program for program in _PROGRAMS if not shutil.which(program)]:
        return f"there is no {', no '.join(missing)} on the PATH"
    try:
        with contextlib.closing(Namespace()) as tried:
            _run(*tried.enter, "sh", "-ec", _TRY)
    except EnvironmentUnfitError as error:
        return str(error)
    return None


def under_its_name(node: str, hosts: Path) -> Sequence[str]:
    """What runs, under a host name of its own, the command that is put behind this; as a process of this one's number.

    Args:
        node: the name.
        hosts: the file that the command has in place of /etc/hosts. What is added to it later is seen as well.
    """
    return ["unshare", "--mount", "--uts", "sh", "-ec", _UNDER_NAME, "sh", str(hosts), node]


@cache
def can_name() -> bool:
    """Whether this process can give host names to nodes that have networks of their own."""
    if why_not():
        return False
    try:
        _run(*under_its_name("try", Path("/etc/hosts")), "true")
    except EnvironmentUnfitError:
        return False
    return True


class Namespace:
    """A network namespace that this process holds open."""

    def __init__(self) -> None:
        """Makes one in which only the loopback is.

        Raises:
            EnvironmentUnfitError: the kernel refuses.
        """
        pipe = subprocess.PIPE
        with subprocess.Popen(
            ["unshare", "--net", "sh", "-ec", _MAKE], stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True
        ) as making:
            assert making.stdin
            assert making.stdout
            if (said := making.stdout.readline().strip()) != _MADE:
                raise EnvironmentUnfitError(f"no network namespace can be made: {said}")
            self._file: int | None = os.open(f"/proc/{making.pid}/ns/net", os.O_RDONLY)
            making.stdin.close()

    @property
    def path(self) -> str:
        """The file by which others find it, as long as this process holds it open."""
        return f"/proc/{os.getpid()}/fd/{self._file}"

    @property
    def enter(self) -> Sequence[str]:
        """What runs, in it, the command that is put behind this; as a process of this one's number."""
        return ["nsenter", f"--net={self.path}", "--"]

    def close(self) -> None:
        """Holds it open no longer; may be called twice."""
        if self._file is not None:
            os.close(self._file)
        self._file = None


class Switch:
    """What connects the namespaces of a deployment's nodes to each other and to this host."""

    def __init__(self, name: str, subnet: IPv4Network) -> None:
        """One that connects this host alone so far.

        Args:
            name: of this host's interface that leads to it, at most 15 characters.
            subnet: that no other network of this host has.

        Raises:
            EnvironmentUnfitError: the kernel refuses.
        """
        self._name = name
        self._subnet = subnet
        self._namespaces: dict[str, Namespace] = {}
        self._bridge = Namespace()
        try:
            _ip(self._bridge, "link add bridge type bridge", "link set bridge up")
            _run("ip", "link", "add", name, "type", "veth", "peer", "name", "host", "netns", self._bridge.path)
            _run("ip", "address", "add", f"{subnet[1]}/{subnet.prefixlen}", "dev", name)
            _run("ip", "link", "set", name, "up")
            _ip(self._bridge, "link set host master bridge up")
        except BaseException:
            self.close()
            raise

    def namespace(self, node: str, address: str) -> Namespace:
        """The namespace of a node: the one that a node of its name had before, or a new one.

        Raises:
            EnvironmentUnfitError: the kernel refuses.
        """
        if node not in self._namespaces:
            made, plug = Namespace(), f"node{len(self._namespaces)}"
            try:
                _ip(
                    made,
                    f"link add eth0 type veth peer name {plug} netns {self._bridge.path}",
                    f"address add {address}/{self._subnet.prefixlen} dev eth0",
                    "link set eth0 up",
                )
                _ip(self._bridge, f"link set {plug} master bridge up")
            except BaseException:
                made.close()
                raise
            self._namespaces[node] = made
        return self._namespaces[node]

    def close(self) -> None:
        """Removes the namespaces, once what runs in them has ended; may be called twice."""
        with contextlib.suppress(EnvironmentUnfitError):
            # Else it would be there until the kernel gets round to it.
            _run("ip", "link", "delete", self._name)
        for namespace in (*self._namespaces.values(), self._bridge):
            namespace.close()


def _ip(namespace: Namespace, *commands: str) -> None:
    _run(*namespace.enter, "ip", "-batch", "-", text="\n".join(commands))


def _run(*command: str, text: str = "") -> None:
    shown = " ".join(word for word in command if "\n" not in word)
    try:
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=_TIMEOUT_S)
    except subprocess.TimeoutExpired as error:
        raise EnvironmentUnfitError(f"{shown} did not end within {_TIMEOUT_S:g} s") from error
    if done.returncode:
        raise EnvironmentUnfitError(f"{shown} failed: {done.stderr.strip()[-300:]}")
