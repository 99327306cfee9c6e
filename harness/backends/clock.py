"""A wall clock of its own for a node: a library that its process loads adds to the machine's time what a file says.

That is libfaketime (0.9.10), of this machine: Debian has it as a package of that name. A container gets a copy of it.
Clocks that only go on, by which a server measures how long something takes, stay as they are.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from harness.errors import BadInputError, EnvironmentUnfitError
from harness.topology.nodes import NodeSpec

#: The node's file that says by how much its clock is off, and the name of the library's copy beside it.
FILE, COPY = "clock", "libfaketime.so"
RIGHT = "+0"
#: Tells the time by the node's clock, and whether the process of that id has loaded the library.
ASK = """
import sys, time
with open(f"/proc/{sys.argv[1]}/maps") as maps:
    print(time.time(), any("libfaketime" in line for line in maps))
"""
_LIBRARY = "*/faketime/libfaketimeMT.so.1"


def installed() -> Path | None:
    """The library on this machine; None if there is none."""
    return next(iter(sorted(Path("/usr/lib").glob(_LIBRARY))), None) if sys.platform == "linux" else None


def library() -> Path:
    """The library on this machine.

    Raises:
        EnvironmentUnfitError: there is none.
    """
    if path := installed():
        return path
    raise EnvironmentUnfitError(
        "a node can't have a clock of its own here: libfaketime is not installed (Debian: apt-get install libfaketime)"
    )


def environment(copy: str, file: str) -> Mapping[str, str]:
    """What has a process load the library at this path, and go by that file."""
    return {
        "LD_PRELOAD": copy,
        "FAKETIME_TIMESTAMP_FILE": file,
        # How often the file is read again, in seconds.
        "FAKETIME_CACHE_DURATION": "1",
        # Else Java hangs.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        # Else all waits of Java with a time-out end at once: with glibc 2.36 the library believes that it has to
        # measure them by the wall clock.
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",
    }


def offset(spec: NodeSpec, seconds: float) -> str:
    """The text of the file for a clock that is off by so many seconds.

    Raises:
        BadInputError: the node has no clock of its own.
    """
    if not spec.clock:
        raise BadInputError(f"the clock of {spec.name} is the machine's: its spec gives it none of its own")
    return f"{seconds:+.3f}"


def read(answer: str, true_s: float) -> float:
    """By how many seconds a clock is off that gave this answer to `ASK`; by none if nothing was loaded."""
    time_s, loaded = answer.split()
    return float(time_s) - true_s if loaded == "True" else 0.0
