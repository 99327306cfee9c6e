"""The identity of a process: its id, told apart from every other process that ever had that id, on any machine.

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
    """The identity of one process.

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
        """The identity of a process of this namespace; None if it has ended, even if its parent has not looked yet."""
        started = _started(pid)
        return None if started is None else cls(pid, started, _namespace(), _boot())

    @classmethod
    def of_this_process(cls) -> Identity:
        """The identity of the calling process."""
        mine = cls.of(os.getpid())
        assert mine is not None
        return mine

    @classmethod
    def parse(cls, text: str) -> Identity | None:
        """The identity that `str` wrote; None if the text is something else."""
        read = _TEXT.fullmatch(text)
        return cls(int(read[1]), int(read[2]), int(read[3]), read[4]) if read else None

    def __str__(self) -> str:
        return f"{self.pid}/{self.started}/{self.namespace}/{self.boot}"

    def is_of_here(self) -> bool:
        """Whether process ids mean the same where this process is as for the calling process."""
        return (self.namespace, self.boot) == (_namespace(), _boot())

    def is_gone(self) -> bool:
        """Whether the process has certainly ended; False if it lives, and where nothing can be known."""
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
    """The name of this boot; where boots have no name, the machine's: there start times of different boots differ."""
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return re.sub(r"[^\w.-]", "-", platform.node(), flags=re.ASCII) or "unnamed"
