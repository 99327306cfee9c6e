"""For maintainers: makes the locks of the servers' jars anew from `java/*/jgo.toml`."""

from __future__ import annotations

import subprocess
import sys

from harness.errors import EnvironmentUnfitError
from harness.progress import Say
from harness.provision.jars import lock_path
from harness.provision.kinds import SERVERS

_RESOLUTION_TIMEOUT_S = 1200


def lock(say: Say) -> None:
    """Resolves every server's dependencies with jgo and writes versions and hashes.

    Raises:
        EnvironmentUnfitError: jgo can't resolve them; with its last line.
    """
    for server in SERVERS:
        say(f"{server}: resolving (some minutes where nothing is cached)")
        specification = lock_path(server).with_name("jgo.toml")
        # jgo tells of its failures on stdout or stderr, and of what went well on neither.
        done = subprocess.run(
            [sys.executable, "-m", "jgo", "--file", str(specification), "lock"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=_RESOLUTION_TIMEOUT_S,
        )
        if done.returncode:
            last = (done.stdout.strip().splitlines() or ["it says nothing"])[-1]
            raise EnvironmentUnfitError(f"the jars of {server} can't be resolved: {last}")
