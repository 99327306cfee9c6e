"""What a session keeps between commands: the process of `harness up`, or a pytest that holds its system for a look."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.errors import BadInputError
from harness.faults.nemesis import Nemesis
from harness.messages.system import System
from harness.run import Run

if TYPE_CHECKING:
    from harness.session.attachment import Attachment


@dataclass
class SessionState:
    """A running system and what goes with it.

    Attributes:
        run: owns the system.
        system: the one that commands are about.
        nemesis: what breaks it.
        loan: how it is made anew, and lent to a pytest run; None if a run holds it.
        era: changes whenever the system and its history are others.
        consoles: by title the address of each of the servers' own consoles.
        by_run: whether a run of scenarios holds it, and goes on afterwards.
        paused: whether a scenario goes on with it afterwards, so that no command may end it.
        ending: whether a command has asked for its end.
        ended: set once that command has been answered.
    """

    run: Run
    system: System
    nemesis: Nemesis
    loan: Attachment | None = None
    era: int = 1
    consoles: Mapping[str, str] = field(default_factory=dict)
    by_run: bool = False
    paused: bool = False
    ending: bool = False
    ended: threading.Event = field(default_factory=threading.Event)

    def own(self) -> System:
        """The system to send to and to read from: as it was brought up, also after a pytest run has worked in it.

        Raises:
            BadInputError: a pytest run works in it now.
        """
        return self.loan.own() if self.loan else self.system

    def touched(self) -> None:
        """Something was done to the system: it is not as good as new."""
        if self.loan:
            self.loan.touched()

    def work_with(self, system: System, nemesis: Nemesis) -> None:
        """Commands are about this one from now on."""
        self.system, self.nemesis = system, nemesis
        self.era += 1

    def lending(self) -> Attachment:
        """Where a pytest run asks for it.

        Raises:
            BadInputError: a run holds it, which is its owner.
        """
        if self.loan is None:
            raise BadInputError(
                "--attach: a pytest run holds the system, and it is not lent: harness down lets it go on"
            )
        return self.loan
