"""The side of the commands: starts a session and asks it."""

from __future__ import annotations

import subprocess
import sys
from enum import Enum
from multiprocessing.connection import Client, Connection
from typing import TYPE_CHECKING, Any

from harness.backends.identity import Identity
from harness.errors import BadInputError, EnvironmentUnfitError
from harness.progress import Say
from harness.session.only_one import is_held, only_one
from harness.session.paths import address, log_path
from harness.waiting import until

if TYPE_CHECKING:
    from harness.session.up_options import UpOptions

#: The session's last line once its system is ready, and what one begins with that says why it is not.
READY = "ready"
REFUSAL = "error: "


class Sign(Enum):
    """Signs that a session gives while a command takes its time, so that one that hangs is told from one that works."""

    OF_LIFE = "of life"


#: How often it says so, and after how long a silence nobody waits for it any longer.
SIGN_S = 2.0
_SILENCE_S = 20.0
#: A session that makes its system ready again finishes that first.
_GONE_TIMEOUT_S = 120.0
_LINE_TIMEOUT_S = 900.0


def bring_up(options: UpOptions, say: Say) -> None:
    """Starts a session in the background and returns once its system is ready.

    Raises:
        BadInputError: one runs already.
        EnvironmentUnfitError: it could not.
    """
    # The session inherits the lock: between this look and its own beginning there is no moment for another one.
    with only_one() as lock:
        with log_path().open("w") as log:
            session = subprocess.Popen(
                [sys.executable, "-m", "harness.session.server", options.text(), str(lock)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=[lock],
            )
        try:
            _show_until_ready(session, say)
        except BaseException:
            session.terminate()
            session.wait()
            raise


def ask(command: str, *arguments: object) -> Any:
    """Has the session carry out a command, and gives what that returns.

    Raises:
        BadInputError: no system runs, or the session refuses; or another of the errors of the command.
        EnvironmentUnfitError: the session ended meanwhile, or hangs.
    """
    try:
        with address() as session, Client(session, "AF_UNIX") as connection:
            connection.send((command, arguments))
            answer = _answer(connection)
    except (FileNotFoundError, ConnectionRefusedError) as error:
        coming = "a system is coming up, or going down: wait for that" if is_held() else None
        raise BadInputError(coming or "no system is running: harness up") from error
    except (EOFError, ConnectionResetError, BrokenPipeError) as error:
        raise EnvironmentUnfitError(f"the session ended before it answered; its log is {log_path()}") from error
    if isinstance(answer, Exception):
        raise answer
    return answer


def _answer(connection: Connection) -> Any:
    while connection.poll(_SILENCE_S):
        if (said := connection.recv()) is not Sign.OF_LIFE:
            return said
    raise EnvironmentUnfitError(f"the session has been silent for {_SILENCE_S:g} s; its log is {log_path()}")


def bring_down() -> bool:
    """Ends the session and returns once its system is removed and it is gone; False if a pytest run goes on with it."""
    session: Identity | None = ask("down")
    if session is None:
        return False
    until("the session to end", session.is_gone, timeout_s=_GONE_TIMEOUT_S)
    return True


def _show_until_ready(session: subprocess.Popen[bytes], say: Say) -> None:
    """Shows the session's lines as they come, up to the one that says that it is ready."""
    with log_path().open() as log:

        def line() -> str | None:
            """The next one; empty once the session has ended without another."""
            ended = session.poll() is not None
            return log.readline() or ("" if ended else None)

        while read := until("the session's next line", line, lambda text: text is not None, timeout_s=_LINE_TIMEOUT_S):
            if read.strip() == READY:
                return
            if read.startswith(REFUSAL):
                raise EnvironmentUnfitError(read.removeprefix(REFUSAL).strip() + log.read().rstrip())
            say(read.rstrip())
    raise EnvironmentUnfitError(f"the system did not come up; the session's log is {log_path()}")
