"""What a keeper keeps between commands."""

from __future__ import annotations

from dataclasses import dataclass

from harness.faults.nemesis import Nemesis
from harness.run import Run
from harness.system import System


@dataclass
class Kept:
    """A running system, the run that owns it, what breaks it, and whether it is to end."""

    run: Run
    system: System
    nemesis: Nemesis
    ending: bool = False
