"""Disks of a given size in memory, for nodes that are local processes: only root can mount one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil

from harness.errors import EnvironmentUnfitError

_TIMEOUT_S = 10.0


def can_mount() -> bool:
    """Whether this process may mount a disk."""
    return sys.platform == "linux" and os.geteuid() == 0


def mount(folder: Path, size_mb: int) -> None:
    """Mounts a disk of that many megabytes at a folder.

    Raises:
        EnvironmentUnfitError: this process may not, or the kernel refuses.
    """
    if not can_mount():
        raise EnvironmentUnfitError(
            "a disk of a given size for a local process takes root, which mounts it: use --backend docker"
        )
    _run("mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "tmpfs", str(folder))


def unmount_beneath(folder: Path) -> None:
    """Unmounts every disk that is mounted in a folder; one that somebody still uses goes when he has ended.

    Raises:
        EnvironmentUnfitError: the kernel refuses.
    """
    for partition in psutil.disk_partitions(all=True):
        if partition.fstype == "tmpfs" and Path(partition.mountpoint).is_relative_to(folder.resolve()):
            _run("umount", "--lazy", partition.mountpoint)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_TIMEOUT_S)
    if done.returncode:
        raise EnvironmentUnfitError(f"{' '.join(command)} failed: {done.stderr.strip()}")
