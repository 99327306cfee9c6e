"""For maintainers: makes the locks of the servers' jars anew from their `jgo.toml`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable

from harness.errors import EnvironmentUnfitError
from harness.progress import Say
from harness.provision.maven import MavenServer
from harness.topology.kinds import NodeKind

_RESOLUTION_TIMEOUT_S = 1200


def lock(kinds: Iterable[NodeKind], say: Say) -> None:
    """Resolves the dependencies of all releases of those kinds that come from Maven, and writes versions and hashes.

    Raises:
        EnvironmentUnfitError: jgo can't resolve them; with its last line.
    """
    for server in kinds:
        if isinstance(server, MavenServer):
            for release in server.releases:
                _lock(server.release(release), say)


def _lock(server: MavenServer, say: Say) -> None:
    say(f"{server.name}: resolving (some minutes where nothing is cached)")
    # jgo tells of its failures on stdout or stderr, and of what went well on neither.
    done = subprocess.run(
        [sys.executable, "-m", "jgo", "--file", str(server.specification), "lock"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=_RESOLUTION_TIMEOUT_S,
    )
    if done.returncode:
        last = (done.stdout.strip().splitlines() or ["it says nothing"])[-1]
        raise EnvironmentUnfitError(f"the jars of {server.name} can't be resolved: {last}")
