"""Clock: the node's wall clock jumps, and is off by so much for as long as the fault is in force.

Only what is after the time of day goes wrong: how long something takes is measured by another clock, which goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.backends.protocol import Clocked
from harness.errors import AwaitTimeoutError, BadInputError, FaultDidNotBiteError
from harness.faults.protocol import each
from harness.taken import Taken
from harness.waiting import until

#: Whoever asks for the time from outside gets the answer a moment later, on a busy machine that much.
_ABOUT_S = 2.0
_LEAST_S = 5.0
_SETS_S = 10.0


@dataclass(frozen=True)
class Clock:
    """A library that the node's process has loaded tells it another time; its undoing has it tell the right one again.

    Attributes:
        seconds: how far the clock is ahead; below 0 it is behind.
    """

    seconds: float

    name = "clock"
    done = "set to another time"
    needs = Clocked
    # Others may give it up for dead, or it them, by the time of day of a heartbeat.
    takes = frozenset({Taken.PEERS, Taken.CLIENTS})

    def __post_init__(self) -> None:
        if abs(self.seconds) < _LEAST_S:
            raise BadInputError(
                f"{self.name}: {self.seconds:g} s can't be told from the right time; give {_LEAST_S:g} s at the least, "
                "ahead or behind"
            )

    def control(self, nodes: Sequence[Clocked]) -> None:
        """Sees that the clocks of the nodes are right, and not the machine's.

        Raises:
            BadInputError: the clock of one is the machine's.
        """
        for node in nodes:
            if not node.spec.clock:
                raise BadInputError(
                    f"{self.name} of {node.spec.name}: its clock is the machine's, which is not for setting; give the "
                    "node one of its own (clock=True)"
                )
        for name, off_s in each(nodes, lambda node: node.clock_off_s()).items():
            if abs(off_s) > _ABOUT_S:
                raise FaultDidNotBiteError(
                    f"{self.name} of {name} could prove nothing: it is off by {off_s:.0f} s already"
                )

    def inject(self, nodes: Sequence[Clocked]) -> None:
        """Sets the clock of each of the nodes."""
        each(nodes, lambda node: node.set_clock(self.seconds))

    def undo(self, nodes: Sequence[Clocked]) -> None:
        """Sets the clocks right."""
        each(nodes, lambda node: node.set_clock(0))

    def proof(self, nodes: Sequence[Clocked]) -> Mapping[str, str]:
        """Evidence that what runs beside the processes has that time, by what these have loaded as well."""
        return each(nodes, self._off)

    def _off(self, node: Clocked) -> str:
        try:
            off_s = until(
                f"the clock of {node.spec.name} to be off by {self.seconds:g} s",
                node.clock_off_s,
                lambda off_s: abs(off_s - self.seconds) < _ABOUT_S,
                timeout_s=_SETS_S,
            )
        except AwaitTimeoutError as error:
            raise FaultDidNotBiteError(f"{self.name} of {node.spec.name} did not bite: {error}") from error
        return f"its wall clock is off by {off_s:.0f} s"
