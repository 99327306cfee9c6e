"""Options for a look into one scenario: keep its system running, or stop at a moment of it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from harness.errors import BadInputError
from harness.faults.nemesis import Moment, Nemesis
from harness.plugin import parallel
from harness.plugin.holding import hold, pause
from harness.plugin.options import KEEPING, value
from harness.report.screen import Screen
from harness.run import Run
from harness.session.only_one import is_held
from harness.session.state import SessionState, Stage
from harness.system import System

#: Past whatever pytest has put in the place of stdin.
_TERMINAL = Path("/dev/tty")


def check_options(config: pytest.Config) -> None:
    """Checks the options before anything is started.

    Raises:
        BadInputError: on one that is unknown or can't be had here.
    """
    keeping, moment = value(config, "--keep-topology"), value(config, "--pause-at")
    if keeping not in KEEPING:
        raise BadInputError(f"--keep-topology {keeping!r} is unknown; choose one of {', '.join(KEEPING)}")
    if moment is not None and moment not in list(Moment):
        raise BadInputError(f"--pause-at {moment!r} is unknown; choose one of {', '.join(Moment)}")
    held = {"--attach": value(config, "--attach"), "--keep-topology": keeping != "never", "--pause-at": moment}
    if parallel.has_workers(config) and (asked := [name for name, given in held.items() if given]):
        raise BadInputError(f"{asked[0]} is about one system, and each worker has its own; leave out -n")
    if moment is not None and not _has_terminal():
        raise BadInputError("--pause-at asks at a terminal, and this run has none; run it from one")
    if value(config, "--attach"):
        if keeping != "never":
            raise BadInputError("--keep-topology: the system of --attach stays up anyway; --pause-at end gives a look")
        return
    if (moment or keeping != "never") and is_held():
        raise BadInputError("a system is up already, and only one can be held at a time: harness down ends it")


def _has_terminal() -> bool:
    try:
        _TERMINAL.open().close()
    except OSError:
        return False
    return True


class KeepTopology:
    """Pauses and holds the scenario that runs, as the options say."""

    def __init__(self, config: pytest.Config, run: Run, screen: Screen) -> None:
        self._keeping = value(config, "--keep-topology")
        self._moment = value(config, "--pause-at")
        self._attached = bool(value(config, "--attach"))
        self._run = run
        self._screen = screen

    def attend(self, system: System, nemesis: Nemesis) -> None:
        """Pauses at the moment of a fault that was asked for."""
        if self._moment:
            nemesis.watchers.append(lambda moment: self._pause(system, nemesis, moment))

    def end(self, item: pytest.Item, system: System, nemesis: Nemesis, *, failed: bool) -> None:
        """Pauses or keeps the system after the scenario's last step; the run goes on when a person says so."""
        self._pause(system, nemesis, Moment.END)
        if self._keeping == "always" or (self._keeping == "on-failure" and failed):
            self._screen.rest()
            why = f"kept as {item.nodeid} left it, {'failed' if failed else 'held'}:"
            hold(SessionState(self._run, system, nemesis, stage=Stage.HELD), why, self._screen.say)

    def _pause(self, system: System, nemesis: Nemesis, moment: Moment) -> None:
        # A person may break more at the prompt, from another terminal and in another thread: that is no moment of ours.
        if moment != self._moment or threading.current_thread() is not threading.main_thread():
            return
        self._screen.rest()
        if self._attached:
            self._screen.say(f"paused at {moment}: the commands of harness are about this scenario's system")
            self._prompt()
            return
        state = SessionState(self._run, system, nemesis, stage=Stage.PAUSED)
        pause(state, f"paused at {moment}:", self._screen.say, self._prompt)

    def _prompt(self) -> None:
        self._screen.say("Enter goes on")
        with _TERMINAL.open() as terminal:
            terminal.readline()
