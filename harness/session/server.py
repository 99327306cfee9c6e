"""The session's process: brings a system up, answers commands on a socket, and removes everything at its end."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from contextlib import contextmanager
from multiprocessing.connection import Client, Connection, Listener
from types import FrameType
from typing import NoReturn

from harness.errors import EXIT_BAD_INPUT, BadInputError, EnvironmentUnfitError, HarnessError
from harness.gather import Question
from harness.run import Options, Run
from harness.session import attach_server, commands
from harness.session.attachment import Attachment
from harness.session.client import READY, REFUSAL, SIGN_S, Sign
from harness.session.paths import address, log_path, socket_path
from harness.session.state import SessionState, Stage
from harness.session.up_options import UpOptions

_BACKLOG = 64
_COMMANDS = {**commands.COMMANDS, **attach_server.COMMANDS}


def serve(up: UpOptions) -> None:
    """Keeps a system up until a command or SIGTERM ends it; progress goes to stdout. The lock has to be held."""
    options = Options(backend=up.backend, timings=up.timings)
    with (
        Run(options, _say, kinds=up.declared.kinds) as run,
        contextlib.closing(Attachment(run, up.declared)) as attachment,
        answering(attachment.state),
    ):
        if up.ui:
            # Here: a run that only holds a system, or is attached to one, needs no engine.
            from harness.session.consoles import bring_up_consoles

            attachment.state.consoles = bring_up_consoles(
                attachment.state.system.deployment, attachment.state.system.clusters.consoles, _say
            )
        _say(READY)
        attachment.state.ended.wait()
        # A signal from now on must not break into the cleaning up.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)


@contextmanager
def answering(state: SessionState) -> Iterator[None]:
    """Answers commands for as long as the block lasts; the lock (`only_one`) has to be held."""
    socket_path().unlink(missing_ok=True)
    with address() as here, _listening(here) as listener:
        closing = threading.Event()
        doors = threading.Thread(target=_accept, args=(state, listener, closing), daemon=True)
        doors.start()
        try:
            yield
        finally:
            closing.set()
            # Where somebody has deleted the socket no command comes any more: there is nothing to wake or to wait for.
            with contextlib.suppress(OSError):
                Client(here, "AF_UNIX").close()  # wakes the thread that waits for the next command
                doors.join()


@contextmanager
def _listening(here: str) -> Iterator[Listener]:
    """A listener at that address, whose socket somebody may delete meanwhile (`make clean` does)."""
    listener = Listener(here, "AF_UNIX", backlog=_BACKLOG)
    try:
        yield listener
    finally:
        with contextlib.suppress(FileNotFoundError):
            listener.close()


def _accept(state: SessionState, listener: Listener, closing: threading.Event) -> None:
    """Takes commands, each in a thread of its own: what is sent goes on while something is killed."""
    while True:
        try:
            connection = listener.accept()
        except OSError:
            if closing.is_set():  # closed before anything woke it
                return
            raise
        if closing.is_set():
            connection.close()
            return
        threading.Thread(target=_answer, args=(state, connection), daemon=True).start()


def _answer(state: SessionState, connection: Connection) -> None:
    with connection, contextlib.suppress(EOFError, OSError):  # a command that was interrupted
        command, arguments = connection.recv()
        doing = Question(command, lambda: _done(state, command, arguments)).future
        while not wait([doing], timeout=SIGN_S).done:
            connection.send(Sign.OF_LIFE)
        connection.send(doing.result())
    if state.stage is Stage.ENDING:
        state.ended.set()


def _done(state: SessionState, command: str, arguments: tuple[object, ...]) -> object:
    """The value that the command returns, or the error that it ended with."""
    try:
        if command in _COMMANDS:
            return _COMMANDS[command](state, *arguments)
        return _system_command(state, command)(*arguments)
    except HarnessError as error:
        return error
    except Exception as error:
        traceback.print_exc()
        return EnvironmentUnfitError(f"{command}: {type(error).__name__}: {error}; the session's log is {log_path()}")


def _system_command(state: SessionState, name: str) -> Callable[..., object]:
    """A command that a system of its kind takes, as long as nobody else works in it."""
    system = state.own_system()
    if name not in system.commands:
        takes = ", ".join(system.commands) or "none of its own: it has servers alone"
        raise BadInputError(f"this system does not take the command {name!r}; it takes {takes}")
    return system.commands[name]


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """Ends the session, once: a second signal must not break into the cleaning up."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(0)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Runs a session: `python -m harness.session.server OPTIONS LOCK`; `harness up` holds the lock and hands it down.

    This process holds it to its end, and none that it starts does.
    """
    signal.signal(signal.SIGTERM, _end)
    os.set_inheritable(int(sys.argv[2]), False)
    try:
        serve(UpOptions.of_text(sys.argv[1]))
    except HarnessError as error:
        _say(f"{REFUSAL}{error}")
        sys.exit(EXIT_BAD_INPUT)


if __name__ == "__main__":
    main()
