"""Starts one instance of somebody's service in its checkout: as a local process, and as the first one of a container.

    python -I launcher.py CODE PLACE FOLDER COMMAND...

The instance runs in PLACE, which is made as a copy of CODE if it is not there; so what it writes outlives its restart,
and nobody else sees it. As a local process the launcher becomes the command. The first process of a container does not
hear SIGTERM unless it asks for it, and few services ask: there the command is a child, to which SIGTERM and SIGINT go
on, and the container ends with its status. The standard library alone: an image has nothing of ours but this file.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import socket
import sys
import time
from pathlib import Path

_INIT = 1
_PASSED_ON = (signal.SIGTERM, signal.SIGINT)
#: What has to be there before the command runs: then the network of the instance is as it has to be.
_AWAITS = "HARNESS_AWAITS"
_LOOK_S = 0.01
#: The address to which no connection may be possible when the command runs, as its network has to be closed first, and
#: the port by which that is tried.
_AWAITS_CLOSED, _TRIED_PORT = "HARNESS_AWAITS_CLOSED", 9
#: As shells have it.
_NOT_FOUND, _NOT_EXECUTABLE = 127, 126


def main(code: str, place: str, folder: str, *command: str) -> None:
    """Runs the command; ends with its status, or with that of shells if there is no such command."""
    if not Path(place).exists():
        part = f"{place}.part"
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(code, part, symlinks=True)
        Path(part).rename(place)
    _await_closed(os.environ.pop(_AWAITS_CLOSED, None))
    _await(os.environ.pop(_AWAITS, None))
    os.chdir(Path(place, folder))
    if os.getpid() != _INIT:
        _become(command)
    signal.pthread_sigmask(signal.SIG_BLOCK, _PASSED_ON)
    child = os.fork()
    if not child:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _PASSED_ON)
        _become(command)
    for number in _PASSED_ON:
        signal.signal(number, lambda sent, _: os.kill(child, sent))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _PASSED_ON)
    while True:
        ended, status = os.wait()
        if ended == child:
            exit_code = os.waitstatus_to_exitcode(status)
            os._exit(exit_code if exit_code >= 0 else 128 - exit_code)


def _await(file: str | None) -> None:
    """Waits until a file is there as a whole, and removes it, so that the next start waits as well."""
    while file and not _is_whole(Path(file)):
        time.sleep(_LOOK_S)
    if file:
        Path(file).unlink()


def _await_closed(address: str | None) -> None:
    """Waits until the kernel refuses a connection to an address of the network that it is on."""
    while address:
        with socket.socket() as tried:
            tried.settimeout(1)
            if tried.connect_ex((address, _TRIED_PORT)) == errno.ENETUNREACH:
                return
        time.sleep(_LOOK_S)


def _is_whole(file: Path) -> bool:
    """Whether an engine has done with a file: it dates it last, back to the beginning of time.

    An engine that has not done with it complains if it is gone.
    """
    return file.exists() and file.stat().st_mtime == 0


def _become(command: tuple[str, ...]) -> None:
    try:
        os.execvp(command[0], command)
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        sys.stderr.write(
            f"the command {' '.join(command)!r} can't be run: {error.strerror}: {command[0]!r}, looked for in "
            f"{Path.cwd()} and on PATH={os.environ.get('PATH', '')}\n"
        )
        sys.stderr.flush()
        os._exit(_NOT_FOUND if missing else _NOT_EXECUTABLE)


if __name__ == "__main__":
    main(*sys.argv[1:])
