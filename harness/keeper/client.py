"""The commands' side: starts a keeper and asks it."""

from __future__ import annotations

import subprocess
import sys
from enum import Enum
from multiprocessing.connection import Client, Connection
from typing import Any

from harness.backends.identity import Identity
from harness.errors import BadInputError, EnvironmentUnfitError
from harness.keeper.lock import is_held, only_one
from harness.keeper.place import address, log_path
from harness.keeper.wanted import Wanted
from harness.narration import Say
from harness.waiting import until

#: The keeper's last line once its system is ready, and what one begins with that says why it is not.
READY = "ready"
REFUSAL = "error: "


class Sign(Enum):
    """What the keeper says while a command takes its time, so that one that hangs is told from one that works."""

    OF_LIFE = "of life"


#: How often it says so, and after how long a silence nobody waits for it any longer.
SIGN_S = 2.0
_SILENCE_S = 20.0
#: A keeper that makes its system ready again finishes that first.
_GONE_TIMEOUT_S = 120.0
_LINE_TIMEOUT_S = 900.0


def bring_up(wanted: Wanted, say: Say) -> None:
    """Starts a keeper in the background and returns once its system is ready.

    Raises:
        BadInputError: one runs already.
        EnvironmentUnfitError: it could not.
    """
    # The keeper inherits the lock: between this look and its own beginning there is no moment for another one.
    with only_one() as lock:
        with log_path().open("w") as log:
            keeper = subprocess.Popen(
                [sys.executable, "-m", "harness.keeper.server", wanted.text(), str(lock)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=[lock],
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
        EnvironmentUnfitError: the keeper ended meanwhile, or hangs.
    """
    try:
        with address() as keeper, Client(keeper, "AF_UNIX") as connection:
            connection.send((command, arguments))
            answer = _answer(connection)
    except (FileNotFoundError, ConnectionRefusedError) as error:
        coming = "a system is coming up, or going down: wait for that" if is_held() else None
        raise BadInputError(coming or "no system is running: harness up") from error
    except (EOFError, ConnectionResetError, BrokenPipeError) as error:
        raise EnvironmentUnfitError(f"the keeper ended before it answered; its log is {log_path()}") from error
    if isinstance(answer, Exception):
        raise answer
    return answer


def _answer(connection: Connection) -> Any:
    while connection.poll(_SILENCE_S):
        if (said := connection.recv()) is not Sign.OF_LIFE:
            return said
    raise EnvironmentUnfitError(f"the keeper has been silent for {_SILENCE_S:g} s; its log is {log_path()}")


def bring_down() -> bool:
    """Ends the keeper and returns once it has removed its system and is gone; False if a run held it and goes on."""
    keeper: Identity | None = ask("down")
    if keeper is None:
        return False
    until("the keeper to end", keeper.is_gone, timeout_s=_GONE_TIMEOUT_S)
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
