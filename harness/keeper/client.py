"""The commands' side: starts a keeper and asks it."""

from __future__ import annotations

import subprocess
import sys
from multiprocessing.connection import Client
from typing import Any

from harness.backends.session import started
from harness.errors import BadInputError, EnvironmentUnfitError
from harness.keeper.lock import is_held
from harness.keeper.place import log_path, socket_path
from harness.keeper.wanted import Wanted
from harness.narration import Say
from harness.waiting import until

#: The keeper's last line once its system is ready, and what one begins with that says why it is not.
READY = "ready"
REFUSAL = "error: "
#: A keeper that makes its system ready again finishes that first.
_GONE_TIMEOUT_S = 120.0
_LINE_TIMEOUT_S = 900.0


def bring_up(wanted: Wanted, say: Say) -> None:
    """Starts a keeper in the background and returns once its system is ready.

    Raises:
        BadInputError: one runs already.
        EnvironmentUnfitError: it could not.
    """
    if is_held():
        raise BadInputError("a system is up already: harness status shows it, harness down ends it")
    with log_path().open("w") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "harness.keeper.server", wanted.text()],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _show_until_ready(keeper, say)
    except BaseException:
        keeper.terminate()
        keeper.wait()
        raise


def ask(command: str, *arguments: object) -> Any:
    """Has the keeper do something and gives what that returns.

    Raises:
        BadInputError: no system runs, or the keeper refuses; or another of the errors of the command.
        EnvironmentUnfitError: the keeper ended meanwhile.
    """
    try:
        with Client(str(socket_path()), "AF_UNIX") as connection:
            connection.send((command, arguments))
            answer = connection.recv()
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise BadInputError("no system is running: harness up") from error
    except (EOFError, ConnectionResetError, BrokenPipeError) as error:
        raise EnvironmentUnfitError(f"the keeper ended before it answered; its log is {log_path()}") from error
    if isinstance(answer, Exception):
        raise answer
    return answer


def bring_down() -> bool:
    """Ends the keeper and returns once it has removed its system and is gone; False if a run held it and goes on."""
    keeper = ask("down")
    if keeper is None:
        return False
    until("the keeper to end", lambda: started(keeper), lambda since: not since, timeout_s=_GONE_TIMEOUT_S)
    return True


def _show_until_ready(keeper: subprocess.Popen[bytes], say: Say) -> None:
    """Shows the keeper's lines as they come, up to the one that says that it is ready."""
    with log_path().open() as log:

        def line() -> str | None:
            """The next one; empty once the keeper has ended without another."""
            ended = keeper.poll() is not None
            return log.readline() or ("" if ended else None)

        while read := until("the keeper's next line", line, lambda found: found is not None, timeout_s=_LINE_TIMEOUT_S):
            if read.strip() == READY:
                return
            if read.startswith(REFUSAL):
                raise EnvironmentUnfitError(read.removeprefix(REFUSAL).strip() + log.read().rstrip())
            say(read.rstrip())
    raise EnvironmentUnfitError(f"the system did not come up; the keeper's log is {log_path()}")
