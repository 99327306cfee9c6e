"""Python code in a network namespace of its own, with a loopback and what addresses it is given; needs root."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
needs_a_namespace = pytest.mark.skipif(
    sys.platform != "linux" or os.getuid() != 0 or not shutil.which("unshare") or not shutil.which("ip"),
    reason="only root can make a network namespace, with unshare and ip",
)


def run_apart(code: str, *addresses: str) -> str:
    """What it prints; the engine's socket is a file and is reached from there, its published ports are not."""
    given = " && ".join(["ip link set lo up", *(f"ip address add {address} dev lo" for address in addresses)])
    command = ["unshare", "-n", "sh", "-c", f'{given} && exec "$0" -c "$1"', sys.executable, code]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout
