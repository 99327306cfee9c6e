"""Makes the system of `harness up` anew, for its commands and for the pytest run that is attached to it.

When that run detaches, the system is made ready for the same scenario again, so that the next run can begin at once;
what is sent by command goes to a system of the shape that was brought up.
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
from harness.session.paths import attached_history_path, history_path
from harness.session.state import SessionState
from harness.topology.nodes import NodeSpec


class Attachment:
    """One system of the shape that was asked for, and which pytest run is attached to it."""

    def __init__(self, run: Run, shape: Shape) -> None:
        self._run = run
        self._own_shape = shape
        self._next_shape = shape
        #: The shape of the present system; None if the attached run has made it.
        self._shape: Shape | None = shape
        self._unused = True
        self._attached: Identity | None = None
        self._closed = False
        self._lock = RLock()
        system = self._made(shape)
        self.state = SessionState(run, system, self._nemesis(system), attachment=self)

    def own_system(self) -> System:
        """See `SessionState.own_system`."""
        with self._lock:
            if run := self._attached_run():
                raise BadInputError(f"a pytest run (process {run.pid}) works in the system now: wait for its end")
            if self._shape != self._own_shape:
                self._renew(self._own_shape)
            self._unused = False
            return self.state.system

    def mark_used(self) -> None:
        """See `SessionState.mark_used`."""
        self._unused = False

    def attach(self, run: Identity) -> None:
        """Lets the pytest run of this process work in the system, until it detaches or the process is gone.

        Raises:
            BadInputError: another run is attached.
        """
        with self._lock:
            other = self._attached_run()
            if other and other != run:
                raise BadInputError(f"another pytest run (process {other.pid}) is attached already: wait for its end")
            self._attached = run

    def ready(self, shape: Shape) -> System | None:
        """The present system, if the attached run can have it: it is of that shape, whole, and nobody has used it."""
        with self._lock:
            self._next_shape = shape
            system = self.state.system
            nodes = system.deployment.nodes.values()
            if not self._unused or shape != self._shape or any(n.state().phase is not Phase.RUNNING for n in nodes):
                return None
            self.follow(system.epoch, system.specs)
            return system

    def follow(self, epoch: Epoch, specs: Sequence[NodeSpec]) -> None:
        """Makes the epoch in which the attached run works the one that commands show and break."""
        with self._lock:
            before = self.state.system
            self._finish()
            history = History.open(attached_history_path())
            self._work_with(
                System(before.deployment, before.clusters, epoch, specs, history, _silently, before.timings)
            )
            self._shape, self._unused = None, False

    def detach(self) -> None:
        """Ends the attachment; makes the system ready for the run's last scenario again, in the background."""
        with self._lock:
            self._attached = None
        if self._shape is None:
            Thread(target=self._make_ready, daemon=True).start()

    def close(self) -> None:
        """Closes the clients and the history, once nothing is being made any more; the run is closed by its owner."""
        with self._lock:
            self._closed = True
            self._finish()

    def _finish(self) -> None:
        self.state.system.close()
        self.state.system.history.close()

    def _renew(self, shape: Shape) -> None:
        """A healed system in an epoch of its own; the history begins again."""
        self._finish()
        self._work_with(self._made(shape))
        self._shape, self._unused = shape, True

    def _make_ready(self) -> None:
        try:
            with self._lock:
                if not self._closed and self._attached_run() is None and self._shape is None:
                    self._renew(self._next_shape)
        except Exception:
            # The next run makes it ready itself, and shows the error.
            traceback.print_exc()

    def _made(self, shape: Shape) -> System:
        return self._run.system(History.open(history_path()), _silently, **cast("Shaping", asdict(shape)))

    def _work_with(self, system: System) -> None:
        self.state.work_with(system, self._nemesis(system))

    def _nemesis(self, system: System) -> Nemesis:
        return Nemesis(
            system.clusters,
            system.history,
            self._run.backend.capabilities,
            detection_s=self._run.options.profile.detection_s,
            narrate=_silently,
        )

    def _attached_run(self) -> Identity | None:
        return None if self._attached is None or self._attached.is_gone() else self._attached


def _silently(words: str) -> AbstractContextManager[None]:
    """Shows nothing: a session shows no steps."""
    return nullcontext()
