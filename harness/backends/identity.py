"""Which process is meant: its id, told apart from every other one that ever had that id, on any machine.

    owner = Identity.of(pid)        # None: there is no such process, or it is a zombie
    ...
    if owner.is_gone(): ...         # only where that can be known; a step of the wall clock changes nothing

Compare identities with `==`; `str(identity)` and `Identity.parse` carry one through a label or a file. Whoever has to
know later whether a process still is the one that he meant uses this, and never psutil's `create_time()`: that is
reckoned from the wall clock, which a virtual machine that resumes or a time service may set.
"""

from __future__ import annotations

import contextlib
import os
import platform
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

_TEXT = re.compile(r"(\d+)/(\d+)/(\d+)/([\w.-]+)", re.ASCII)
_TICKS_PER_S = 100
#: Of the fields of /proc/PID/stat after the program's name: the 22nd of all.
_STARTED = 19


@dataclass(frozen=True)
class Identity:
    """One process.

    Attributes:
        pid: its id, as the processes of its namespace see it.
        started: when it started, in clock ticks since the machine did.
        namespace: in which process ids mean this; a container has one of its own.
        boot: which run of which machine this is.
    """

    pid: int
    started: int
    namespace: int
    boot: str

    @classmethod
    def of(cls, pid: int) -> Identity | None:
        """A process of this namespace; None if there is none, or only what its parent has not looked at yet."""
        started = _started(pid)
        return None if started is None else cls(pid, started, _namespace(), _boot())

    @classmethod
    def of_this_process(cls) -> Identity:
        """The calling process."""
        mine = cls.of(os.getpid())
        assert mine is not None
        return mine

    @classmethod
    def parse(cls, text: str) -> Identity | None:
        """What `str` gave; None if it is something else."""
        read = _TEXT.fullmatch(text)
        return cls(int(read[1]), int(read[2]), int(read[3]), read[4]) if read else None

    def __str__(self) -> str:
        return f"{self.pid}/{self.started}/{self.namespace}/{self.boot}"

    def is_of_here(self) -> bool:
        """Whether process ids mean the same for it as for the calling process."""
        return (self.namespace, self.boot) == (_namespace(), _boot())

    def is_gone(self) -> bool:
        """Whether it has certainly ended; False if it lives, and where nothing can be known."""
        return self.is_of_here() and Identity.of(self.pid) != self


def _started(pid: int) -> int | None:
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        if psutil.LINUX:
            return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[_STARTED])
        # Elsewhere the kernel notes the time itself and keeps it.
        return round(process.create_time() * _TICKS_PER_S)
    except (psutil.Error, OSError):
        return None


@cache
def _namespace() -> int:
    with contextlib.suppress(OSError):
        return Path("/proc/self/ns/pid").stat().st_ino
    return 0


@cache
def _boot() -> str:
    """Where no boot has a name, the machine's: elsewhere than on Linux start times of different boots differ."""
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return re.sub(r"[^\w.-]", "-", platform.node(), flags=re.ASCII) or "unnamed"
