"""Confines a container in which code runs that nobody trusts, and tells what that code tried.

It has no capabilities and can't gain any, is no root, sees its image read-only, and writes to a disk in memory. What
breaks its network does it from a helper container beside it. `confining` closes its network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from docker.types import DriverConfig, LogConfig, Mount

from harness.backends.docker_site import DATA, FOLDER
from harness.backends.docker_throttle import PERIOD_US
from harness.backends.protocol import Tried
from harness.topology.confinement import Confinement

#: The user and group `nobody` of Debian, who owns nothing.
USER = 65534
_MEGABYTE = 1024**2
_HALF_KB = 512
#: What the engine writes beside each line, in bytes.
_BESIDE_A_LINE = 80
#: Where programs write for a while, and how that is mounted; some start what they unpack there.
TEMPORARY = {"/tmp": "rw,exec,nosuid,nodev,size=64m,mode=1777"}
#: It asks itself, where nobody answers: else an engine asks its machine's name servers in its place (CVE-2024-29018).
_NO_NAME_SERVER = "127.0.0.1"
#: From this part of a limit on, somebody is at it.
_FULL = 0.95


#: Of a container's network alone. Without it, it reaches this machine by an address that each interface has.
NO_VERSION_6 = {"net.ipv6.conf.all.disable_ipv6": "1"}


def options(confinement: Confinement) -> Mapping[str, Any]:
    """The options with which a confined container is made, as the SDK has them, but for its mounts."""
    return {
        "user": f"{USER}:{USER}",
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
        "read_only": True,
        "mem_limit": confinement.memory_mb * _MEGABYTE,
        # The same: no swap beside it.
        "memswap_limit": confinement.memory_mb * _MEGABYTE,
        "pids_limit": confinement.processes,
        "cpu_period": PERIOD_US,
        "cpu_quota": round(confinement.cpus * PERIOD_US),
        "dns": [_NO_NAME_SERVER],
        # Said, it has the engine answer at once that a node is unknown which has ended; else nobody would.
        "dns_opt": ["ndots:1"],
        # Of two files the older goes, so that one half of what is kept is there at any time.
        "log_config": LogConfig(
            type=LogConfig.types.JSON, config={"max-size": f"{confinement.log_mb * _HALF_KB}k", "max-file": "2"}
        ),
    }


def mounts(confinement: Confinement) -> list[Mount]:
    """All that a confined container can write but /tmp: its data, and where its launcher waits for files."""
    return [_in_memory(DATA, confinement.disk_mb), _in_memory(FOLDER, 1)]


def environment() -> Mapping[str, str]:
    """The variables of a user who has no home elsewhere."""
    return {"HOME": DATA}


def tried(
    name: str,
    confinement: Confinement,
    inspected: Mapping[str, Any],
    stats: Mapping[str, Any],
    *,
    log: str,
    free_share: float,
    refused: int,
) -> Iterator[Tried]:
    """What a container tried that its limits kept it from.

    Args:
        name: of the node.
        confinement: its limits.
        inspected: what the engine says of it.
        stats: the engine's figures of it.
        log: what there is of its output.
        free_share: which part of its disk is free, from 0 to 1.
        refused: how many packets its network has refused.
    """
    if refused:
        words = f"{name} tried to reach something outside of its own system: {refused} packets were refused"
        yield Tried("reached out", words)
    if _at(stats.get("pids_stats", {}).get("current"), confinement.processes):
        words = f"{name} has as many processes and threads as it may, {confinement.processes}: it forks without end"
        yield Tried("forked without end", words)
    if inspected["State"].get("OOMKilled"):
        words = f"{name} took more memory than the {confinement.memory_mb} MB that it may, and was killed"
        yield Tried("took all memory", words)
    if free_share < 1 - _FULL:
        yield Tried("filled its disk", f"{name} filled its disk, which has {confinement.disk_mb} MB")
    if _at(len(log) + _BESIDE_A_LINE * log.count("\n"), confinement.log_mb * _HALF_KB * 1024):
        words = f"{name} prints without end: its log would be larger than the {confinement.log_mb} MB that are kept"
        yield Tried("printed without end", words)


def _at(value: int | None, limit: int) -> bool:
    return value is not None and value >= _FULL * limit


def _in_memory(target: str, size_mb: int) -> Mount:
    options = {"type": "tmpfs", "device": "tmpfs", "o": f"size={size_mb}m,uid={USER},gid={USER},mode=0700"}
    return Mount(target, None, driver_config=DriverConfig("local", options))
