"""The commands' side: starts a keeper and asks it."""

from __future__ import annotations

import json
import subprocess
import sys
from multiprocessing.connection import Client

from harness.errors import BadInputError, EnvironmentUnfitError
from harness.keeper.place import FOLDER, log_path, socket_path
from harness.keeper.server import READY
from harness.narration import Say
from harness.waiting import until

_GONE_TIMEOUT_S = 40.0


def bring_up(backend: str, queue: str, *, consumers: bool, say: Say) -> None:
    """Starts a keeper in the background and returns once its system is ready.

    Raises:
        BadInputError: one runs already.
        EnvironmentUnfitError: it could not; with its last lines.
    """
    if _runs():
        raise BadInputError("a system is up already: harness status shows it, harness down ends it")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with log_path().open("w") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "harness.keeper.server", backend, queue, "1" if consumers else "0"],
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    with log_path().open() as log:
        while (line := log.readline().strip()) != READY:
            if line:
                say(line.removeprefix("error: "))
            elif keeper.poll() is not None and not log.read(1):
                raise EnvironmentUnfitError(f"the system did not come up; the keeper's log is {log_path()}")
            else:
                _pause(keeper)


def ask(command: str, *arguments: object) -> str:
    """Has the keeper do something and gives what there is to say.

    Raises:
        BadInputError: no system is up, or the keeper refuses.
    """
    if not _runs():
        raise BadInputError("no system is up: harness up starts one")
    with Client(str(socket_path()), "AF_UNIX") as connection:
        connection.send_bytes(json.dumps({"command": command, "arguments": arguments}).encode())
        answer = json.loads(connection.recv_bytes())
    if "error" in answer:
        raise BadInputError(answer["error"])
    return str(answer["lines"])


def bring_down() -> None:
    """Ends the keeper and returns once its system is gone."""
    ask("down")
    until("the keeper to end", _runs, lambda runs: not runs, timeout_s=_GONE_TIMEOUT_S)


def _runs() -> bool:
    """Whether a keeper answers; the socket of one that was killed is removed."""
    if not socket_path().exists():
        return False
    try:
        with Client(str(socket_path()), "AF_UNIX"):
            return True
    except ConnectionRefusedError:
        socket_path().unlink(missing_ok=True)
        return False


def _pause(keeper: subprocess.Popen[bytes]) -> None:
    """Until the keeper ends, or a moment has passed."""
    try:
        keeper.wait(0.1)
    except subprocess.TimeoutExpired:
        return
