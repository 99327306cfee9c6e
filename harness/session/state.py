"""What the process of `harness up`, or a pytest run that holds its system for a look, knows between commands."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from harness.errors import BadInputError
from harness.faults.nemesis import Nemesis
from harness.run import Run
from harness.system import System

if TYPE_CHECKING:
    from harness.session.attachment import Attachment


class Stage(Enum):
    """Whose the system is at present, and so what `harness down` does to it."""

    #: `harness up` started it: `harness down` removes it.
    OWNED = "owned"
    #: A pytest run holds it after a scenario: `harness down` lets that run go on.
    HELD = "held"
    #: A scenario is paused in the midst of it and goes on with it: `harness down` is refused.
    PAUSED = "paused"
    #: `harness down` was called.
    ENDING = "ending"


@dataclass
class SessionState:
    """The state of a session: a running system and what goes with it.

    Attributes:
        run: owns the system.
        system: the one that commands are about.
        nemesis: what breaks it.
        attachment: how the system is made anew, and how a pytest run attaches to it; None if a pytest run holds it.
        generation: changes whenever the system and its history are others.
        consoles: by title the address of each of the servers' own consoles.
        stage: what `harness down` does to the system.
        ended: set once `harness down` was answered.
    """

    run: Run
    system: System
    nemesis: Nemesis
    attachment: Attachment | None = None
    generation: int = 1
    consoles: Mapping[str, str] = field(default_factory=dict)
    stage: Stage = Stage.OWNED
    ended: threading.Event = field(default_factory=threading.Event)

    def own_system(self) -> System:
        """The system to send to and to read from: as it was brought up, also after a pytest run has worked in it.

        Raises:
            BadInputError: a pytest run works in it now.
        """
        return self.attachment.own_system() if self.attachment else self.system

    def mark_used(self) -> None:
        """Notes that something was done to the system: the next attached run can't begin in it as it is."""
        if self.attachment:
            self.attachment.mark_used()

    def work_with(self, system: System, nemesis: Nemesis) -> None:
        """Makes this system the one that commands are about from now on."""
        self.system, self.nemesis = system, nemesis
        self.generation += 1

    def attachable(self) -> Attachment:
        """The attachment that a pytest run makes use of.

        Raises:
            BadInputError: another pytest run holds the system, and is its owner.
        """
        if self.attachment is None:
            raise BadInputError(
                "--attach: another pytest run holds the system, so none can attach to it: harness down lets it go on"
            )
        return self.attachment
