"""Making the kept system anew, and lending it to a pytest run.

When that run ends, the system is made ready for the same scenario again, so that the next run can begin at once; what
is sent by command goes to a system of the shape that was brought up.
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from threading import RLock, Thread
from typing import cast

from harness.backends.identity import Identity
from harness.backends.protocol import Phase
from harness.errors import BadInputError
from harness.faults.nemesis import Nemesis
from harness.history import History
from harness.messages.services import Epoch
from harness.messages.system import System
from harness.run import Run, Shape, Shaping
from harness.session.paths import borrowed_history_path, history_path
from harness.session.state import SessionState
from harness.topology.nodes import NodeSpec


class Attachment:
    """One system of the shape that was asked for, and who has borrowed it."""

    def __init__(self, run: Run, shape: Shape) -> None:
        self._run = run
        self._own_shape = shape
        self._next_shape = shape
        #: The shape of the present system; None if the borrower has made it.
        self._shape: Shape | None = shape
        self._unused = True
        self._borrower: Identity | None = None
        self._closed = False
        self._lock = RLock()
        system = self._made(shape)
        self.kept = SessionState(run, system, self._nemesis(system), loan=self)

    def own(self) -> System:
        """See `SessionState.own`."""
        with self._lock:
            if borrower := self._living_borrower():
                raise BadInputError(f"a pytest run (process {borrower.pid}) works in the system now: wait for its end")
            if self._shape != self._own_shape:
                self._begin(self._own_shape)
            self._unused = False
            return self.kept.system

    def touched(self) -> None:
        """See `SessionState.touched`."""
        self._unused = False

    def lend(self, to: Identity) -> None:
        """To a process, until it says that it has done or is gone.

        Raises:
            BadInputError: another one has it.
        """
        with self._lock:
            borrower = self._living_borrower()
            if borrower and borrower != to:
                raise BadInputError(
                    f"another pytest run (process {borrower.pid}) is attached already: wait for its end"
                )
            self._borrower = to

    def ready(self, shape: Shape) -> System | None:
        """The present system for the borrower, if it is of that shape, whole, and nobody has used it."""
        with self._lock:
            self._next_shape = shape
            system = self.kept.system
            nodes = system.deployment.nodes.values()
            if not self._unused or shape != self._shape or any(n.state().phase is not Phase.RUNNING for n in nodes):
                return None
            self.follow(system.epoch, system.specs)
            return system

    def follow(self, epoch: Epoch, specs: Sequence[NodeSpec]) -> None:
        """The borrower works in this epoch now; that is what there is to see, and to break."""
        with self._lock:
            before = self.kept.system
            self._finish()
            history = History.open(borrowed_history_path())
            self._work_with(
                System(before.deployment, before.clusters, epoch, specs, history, _silently, before.timings)
            )
            self._shape, self._unused = None, False

    def take_back(self) -> None:
        """The borrower has done; the system is made ready for its last scenario again, in the background."""
        with self._lock:
            self._borrower = None
        if self._shape is None:
            Thread(target=self._begin_again, daemon=True).start()

    def close(self) -> None:
        """Closes the clients and the history, once nothing is being made any more; the run is not its own."""
        with self._lock:
            self._closed = True
            self._finish()

    def _finish(self) -> None:
        self.kept.system.close()
        self.kept.system.history.close()

    def _begin(self, shape: Shape) -> None:
        """A healed system in an epoch of its own; the history begins again."""
        self._finish()
        self._work_with(self._made(shape))
        self._shape, self._unused = shape, True

    def _begin_again(self) -> None:
        try:
            with self._lock:
                if not self._closed and self._living_borrower() is None and self._shape is None:
                    self._begin(self._next_shape)
        except Exception:
            # Whoever comes next tries it himself, and is told.
            traceback.print_exc()

    def _made(self, shape: Shape) -> System:
        return self._run.system(History.open(history_path()), _silently, **cast("Shaping", asdict(shape)))

    def _work_with(self, system: System) -> None:
        self.kept.work_with(system, self._nemesis(system))

    def _nemesis(self, system: System) -> Nemesis:
        return Nemesis(
            system.clusters,
            system.history,
            self._run.backend.capabilities,
            detection_s=self._run.options.profile.detection_s,
            narrate=_silently,
        )

    def _living_borrower(self) -> Identity | None:
        return None if self._borrower is None or self._borrower.is_gone() else self._borrower


def _silently(words: str) -> AbstractContextManager[None]:
    """A session shows no steps."""
    return nullcontext()
