"""The options that this plugin adds to pytest; where a suite has one of the same name, the name stays the suite's.

A plugin of its own, registered once the suite's conftest files are known: an option that is there already can be left
out, while one that comes second in a conftest file would end the run of a suite that asked for none of this.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any

import pytest

KEEPING = ("never", "on-failure", "always")
MOMENTS = ("before-fault", "after-fault", "before-undo", "end")

OPTIONS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "--backend": {"default": "auto", "help": "where nodes run: auto (default), docker or process"},
        "--engines": {
            "default": None,
            "metavar": "ENGINE,...|FILE",
            "help": "spread the nodes of each system over these Docker engines, such as tcp://10.0.0.12:2375, or over "
            "those that a file names",
        },
        "--system": {
            "default": None,
            "metavar": "FILE",
            "help": "run the scenarios on the system that this file describes, in place of the one that they name",
        },
        "--checkout": {
            "default": None,
            "metavar": "DIR",
            "help": "read the file of --system as if it were in this folder, with the code that is here",
        },
        "--confined": {
            "default": None,
            "metavar": "LIMITS",
            "help": "run the services of --system as code that nobody trusts, in containers with limits such as "
            "memory_mb=768,disk_mb=64; `usual` for the usual ones",
        },
        "--kafka-bootstrap": {
            "default": None,
            "metavar": "HOST:PORT,...",
            "help": "run scenarios of Kafka brokers alone on this cluster, which runs already; it is only observed",
        },
        "--hazelcast-members": {
            "default": None,
            "metavar": "[CLUSTER@]HOST:PORT,...",
            "help": "run scenarios of Hazelcast members alone on these, which run already; they are only observed",
        },
        "--given": {
            "default": None,
            "metavar": "FILE",
            "help": "run scenarios of servers alone on this file's clusters, which run already and may be broken",
        },
        "--yes-break-it": {
            "default": False,
            "action": "store_true",
            "help": "break nodes that the harness did not start, and put them back as they were afterwards",
        },
        "--timings": {"default": "fast", "help": "failure detectors: fast (default) or vendor"},
        "--reports": {
            "default": "reports",
            "help": "folder for the run's reports, with the =: --reports=DIR (default: reports)",
        },
        "--image": {
            "default": None,
            "action": "append",
            "metavar": "KIND=IMAGE",
            "help": "run nodes of this kind from this image (docker only); may be given for several kinds",
        },
        "--release": {
            "default": None,
            "action": "append",
            "metavar": "KIND=VERSION",
            "help": "run nodes of this kind in another release, such as kafka=4.2.1; may be given for several kinds",
        },
        "--attach": {
            "default": False,
            "action": "store_true",
            "help": "work in the system of harness up, and leave it running",
        },
        "--keep-topology": {
            "default": "never",
            "metavar": "WHEN",
            "help": f"after a scenario, hold its system until harness down: {', '.join(KEEPING)} (default: never)",
        },
        "--pause-at": {
            "default": None,
            "metavar": "MOMENT",
            "help": f"stop at a moment of each scenario and wait for Enter: {', '.join(MOMENTS)}",
        },
        "--seed": {
            "default": "0",
            "metavar": "N",
            "help": "another number has clients send other texts, and the same one the same again (default: 0)",
        },
        "--where-time-goes": {
            "default": False,
            "action": "store_true",
            "help": "say at the end what the scenarios spent their time on: starts, faults, waits, checks, ...",
        },
        "--trace-http": {
            "default": False,
            "action": "store_true",
            "help": "show each request of the clients, and its answer",
        },
        "--nemesis-seed": {
            "default": None,
            "metavar": "N|N-M|today",
            "help": "have scenarios with a random nemesis follow the plan of this seed, or of each of these",
        },
        "--nemesis-one": {
            "default": False,
            "action": "store_true",
            "help": "for each seed run one of these scenarios, which the seed draws, and nothing else",
        },
        "--nemesis-plan": {
            "default": None,
            "metavar": "FILE",
            "help": "have them follow the plan in a file instead: one as JSON, or a history that has one",
        },
        "--nemesis-duration": {
            "default": None,
            "metavar": "SECONDS",
            "help": "how long the plans of seeds are",
        },
        "--shard": {
            "default": None,
            "metavar": "K/N",
            "help": "run only the K-th of N parts of the scenarios, for N machines that share them",
        },
    }
)


#: Those that say where servers of a kind run already.
RUNNING = ("--kafka-bootstrap", "--hazelcast-members")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds those options whose names are free."""
    group = parser.getgroup("faulttolerance")
    for name, what in OPTIONS.items():
        with suppress(argparse.ArgumentError):
            group.addoption(name, dest=_destination(name), **what)


def value(config: pytest.Config, name: str) -> Any:
    """The value of an option, or its default; the default, too, where the name is the suite's."""
    return config.getoption(_destination(name), OPTIONS[name]["default"])


def any_given(config: pytest.Config) -> bool:
    """Whether the command line says anything to the harness."""
    return any(value(config, name) != what["default"] for name, what in OPTIONS.items())


def _destination(name: str) -> str:
    return f"harness_{name.removeprefix('--').replace('-', '_')}"
