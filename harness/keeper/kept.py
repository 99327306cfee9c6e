"""What a keeper keeps between commands: the process of `harness up`, or a pytest that holds its system for a look."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from harness.faults.nemesis import Nemesis
from harness.run import Run
from harness.system import System


@dataclass
class Kept:
    """A running system and what goes with it.

    Attributes:
        run: owns the system.
        system: the one that commands are about.
        nemesis: what breaks it.
        by_run: whether a run of scenarios holds it, and goes on afterwards.
        paused: whether a scenario goes on with it afterwards, so that no command may end it.
        ending: whether a command has asked for its end.
        ended: set once that command has been answered.
    """

    run: Run
    system: System
    nemesis: Nemesis
    by_run: bool = False
    paused: bool = False
    ending: bool = False
    ended: threading.Event = field(default_factory=threading.Event)
