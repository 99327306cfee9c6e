"""Docker engines of this machine, each in a network namespace of its own, as if each were on a machine of its own.

They have nothing in common with the engine that runs already but the kernel: each has its own data, its own containerd
and its own filters of packets. A bridge is the network that they are all on.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import docker
import psutil
import pytest

from harness.backends import engine
from harness.backends.machines import Machine
from harness.backends.session import Session
from harness.backends.subnets import candidates
from harness.backends.swarm import state_of
from harness.errors import EnvironmentUnfitError
from harness.waiting import until

_PROGRAMS = ("dockerd", "setpriv", "nsenter", "ip", "iptables")
_UP_S = 60.0
_DOWN_S = 60.0


@cache
def why_not() -> str:
    """Why there can be none here; empty if there can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "only root can start engines in network namespaces"
    if lacking := [program for program in _PROGRAMS if not shutil.which(program)]:
        return f"there is no {lacking[0]} here"
    name = f"hx{secrets.token_hex(3)}"
    tried = subprocess.run(
        ["ip", "link", "add", name, "type", "vxlan", "id", "77", "dstport", "0"], capture_output=True, check=False
    )
    subprocess.run(["ip", "link", "delete", name], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "this kernel has no VXLAN, which networks of a swarm are made of"


needs_engines = pytest.mark.skipif(bool(why_not()), reason=why_not() or "there can be")


@contextmanager
def engines(folder: Path, count: int = 2) -> Iterator[tuple[Machine, ...]]:
    """So many engines with their sockets and data beneath an empty folder; all of it is removed afterwards."""
    token = secrets.token_hex(3)
    subnet, bridge = next(candidates()), f"hb{token}"
    with ExitStack() as made:
        _ip("link", "add", bridge, "type", "bridge")
        made.callback(_ip, "link", "delete", bridge)
        _ip("address", "add", f"{subnet[1]}/24", "dev", bridge)
        _ip("link", "set", bridge, "up")
        # Docker has this machine forward nothing that it has not said itself, not even within a bridge.
        forward = ["FORWARD", "-i", bridge, "-o", bridge, "-j", "ACCEPT"]
        _run("iptables", "-w", "5", "-I", *forward)
        made.callback(_run, "iptables", "-w", "5", "-D", *forward)
        machines = []
        for number in range(1, count + 1):
            namespace, address = f"harness-{token}-{number}", str(subnet[10 + number])
            _network(namespace, f"hv{token}{number}", bridge, f"{address}/24", str(subnet[1]), made)
            url = made.enter_context(_engine(namespace, folder / str(number)))
            machines.append(Machine(f"machine-{number}", url, address))
        yield tuple(machines)


def in_namespace(machine: Machine, *command: str) -> None:
    """Runs a command in the network of one of them."""
    folder = Path(machine.url.removeprefix("unix://")).parent
    _run("nsenter", f"--net=/run/netns/{(folder / 'namespace').read_text()}", *command)


def there(machine: Machine, session: Session | None = None) -> list[str]:
    """What there is on its engine beside what each engine has, in words; with a session, what is of that one."""
    words = []
    with contextlib.closing(engine.connect(machine.url)) as client:
        labels = [f"{label}={value}" for label, value in session.labels().items()] if session else []
        by_label = {"label": labels} if labels else {}
        words += [f"container {each['Names']}" for each in client.api.containers(all=True, filters=by_label)]
        networks = [each["Name"] for each in client.api.networks(filters=by_label)]
        words += [f"network {name}" for name in networks if name not in ("bridge", "host", "none")]
        words += [f"volume {each['Name']}" for each in client.api.volumes(filters=by_label)["Volumes"] or ()]
        if not session and state_of(client)["LocalNodeState"] != "inactive":
            words.append("a swarm")
    return words


def _network(namespace: str, link: str, bridge: str, address: str, gateway: str, made: ExitStack) -> None:
    _ip("netns", "add", namespace)
    made.callback(_ip, "netns", "delete", namespace)
    _ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", namespace)
    _ip("link", "set", link, "master", bridge, "up")
    _ip("-n", namespace, "address", "add", address, "dev", "eth0")
    for name in ("lo", "eth0"):
        _ip("-n", namespace, "link", "set", name, "up")
    _ip("-n", namespace, "route", "add", "default", "via", gateway)


@contextmanager
def _engine(namespace: str, folder: Path) -> Iterator[str]:
    """The URL of an engine that answers."""
    folder.mkdir()
    (folder / "namespace").write_text(namespace)
    (folder / "settings.json").write_text("{}")
    url = f"unix://{folder / 'socket'}"
    settings = {
        "host": url,
        "config-file": folder / "settings.json",
        "pidfile": folder / "pid",
        "data-root": folder / "data",
        "exec-root": folder / "exec",
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            # It ends with this process, even by SIGKILL. `ip netns exec` would hide the control groups from it.
            [
                *("setpriv", "--pdeathsig", "TERM"),
                "nsenter",
                f"--net=/run/netns/{namespace}",
                "dockerd",
                *(f"--{name}={it}" for name, it in settings.items()),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        until(f"the engine of {namespace} to answer", lambda: _answers(url, process, folder), timeout_s=_UP_S)
        yield url
    finally:
        children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_DOWN_S)
        process.kill()
        process.wait(5)
        psutil.wait_procs(children, timeout=5)
        for mounted in _mounted_beneath(folder):
            _run("umount", "--lazy", mounted)
        shutil.rmtree(folder)


def _answers(url: str, process: subprocess.Popen[bytes], folder: Path) -> bool:
    if process.poll() is not None:
        raise EnvironmentUnfitError(f"dockerd has ended: {(folder / 'log').read_text()[-1000:]}")
    with contextlib.closing(docker.DockerClient(url, timeout=5)) as client:
        return bool(client.ping())


def _mounted_beneath(folder: Path) -> list[str]:
    """What is mounted there, the last first."""
    points = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    return [point for point in reversed(points) if point.startswith(f"{folder}/")]


def _ip(*arguments: str) -> None:
    _run("ip", *arguments)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=30)
