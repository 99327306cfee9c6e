"""What makes, once, that which every start of a server reuses: shared by the scripts beside the servers' launchers.

Standard library only: this machine and an image's build run the same files. They write where the launchers look (the
variables of a launcher, or an image's places). A failure is a line on stderr, the log's last lines after it, and exit
code 1.

JDK 25: `-XX:AOTCacheOutput=` records a run and writes the cache when that run ends; `-XX:AOTCache=` uses it. A cache
fits only the JVM, the class path and the options that it was recorded with, and the JVM goes without where it does not
fit. So the recording is a start by the very launcher, and the cache is proven by a second start that must use it.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import jvm

_START_TIMEOUT_S = 60.0
_WRITE_TIMEOUT_S = 120.0


class PreparationError(Exception):
    """The message is what a person reads."""


def _nothing(settings: Mapping[str, str]) -> None:
    """Its start is all that a server does in its training."""


@dataclass(frozen=True)
class Training:
    """A start of a server that is recorded.

    Attributes:
        server: whose jars and whose cache.
        launcher: what becomes the server.
        up: what it logs when it is up; a port that listens comes too early for that.
        settings: from a folder of its own, the environment of a server that is alone in the world; a context manager.
        use: from these settings, makes it do what it is to have in its cache beside its start.
    """

    server: str
    launcher: Path
    up: str
    settings: Callable[[Path], AbstractContextManager[Mapping[str, str]]]
    use: Callable[[Mapping[str, str]], None] = _nothing

    def train(self) -> None:
        """Records one start of the server and writes its cache, then proves by another start that the JVM takes it.

        Raises:
            PreparationError: it did not start, or the JVM refuses what it wrote.
        """
        target = jvm.cache_file(self.server)
        with part_of(target) as recording:
            self._start_and_stop({"HARNESS_AOT_OUTPUT": str(recording)})
            if not recording.exists():
                raise PreparationError(f"the JVM wrote no cache for {self.server}")
            self._start_and_stop({"HARNESS_AOT": str(recording), "HARNESS_AOT_MUST": "1"})
            recording.replace(target)

    def _start_and_stop(self, more: Mapping[str, str]) -> None:
        with tempfile.TemporaryDirectory(prefix="harness-training-") as name, self.settings(Path(name)) as settings:
            log = Path(name, "log")
            with log.open("wb") as output:
                process = subprocess.Popen(
                    [sys.executable, str(self.launcher)],
                    env={**os.environ, **settings, **more, "HARNESS_DATA": name},
                    cwd=name,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            try:
                self._await_up(process, log)
                self.use(settings)
                process.send_signal(signal.SIGTERM)
                process.wait(_WRITE_TIMEOUT_S)
            except (PreparationError, subprocess.TimeoutExpired) as error:
                raise PreparationError(f"{error}\n{tail(log.read_text(errors='replace'))}") from error
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()

    def _await_up(self, process: subprocess.Popen[bytes], log: Path) -> None:
        deadline = time.monotonic() + _START_TIMEOUT_S
        while self.up not in log.read_text(errors="replace"):
            if process.poll() is not None:
                raise PreparationError(
                    f"the training start of {self.server} ended by itself, status {process.returncode}"
                )
            if time.monotonic() > deadline:
                raise PreparationError(f"the training start of {self.server} took longer than {_START_TIMEOUT_S:g} s")
            time.sleep(0.05)


@contextmanager
def part_of(target: Path) -> Iterator[Path]:
    """Where something is made that is then moved to `target` in one step; nothing is left there afterwards."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)
        part.unlink(missing_ok=True)


def free_ports(count: int) -> list[int]:
    """Ports of the loopback that nobody has."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def tail(text: str) -> str:
    """The last lines, indented."""
    return "\n".join(f"  {line}" for line in text.splitlines()[-10:])


def main(actions: Mapping[str, Callable[[], None]]) -> None:
    """Does the one of these that the command line names."""
    arguments = sys.argv[1:]
    if len(arguments) != 1 or arguments[0] not in actions:
        sys.exit(f"usage: {Path(sys.argv[0]).name} {' | '.join(actions)}")
    try:
        actions[arguments[0]]()
    except PreparationError as error:
        sys.exit(str(error))
