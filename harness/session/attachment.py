"""Makes the system of `harness up` anew, for its commands and for the pytest run that is attached to it.

When that run detaches, the system is made ready for the same scenario again, so that the next run can begin at once;
what is sent by command goes to a system of what was brought up.
"""

from __future__ import annotations

import traceback
from contextlib import AbstractContextManager, nullcontext
from threading import RLock, Thread
from typing import Any

from harness.backends.identity import Identity
from harness.backends.protocol import Phase
from harness.clusters import Servers
from harness.declared import Declared
from harness.errors import BadInputError
from harness.faults.nemesis import Nemesis
from harness.history import History
from harness.run import Run
from harness.session.paths import attached_history_path, history_path
from harness.session.state import SessionState
from harness.system import Basis, Cast, System


class Attachment:
    """One system of what was asked for, and which pytest run is attached to it."""

    def __init__(self, run: Run, declared: Declared) -> None:
        self._run = run
        self._own = declared
        self._next = declared
        #: The declaration of the present system; None if the attached run has made it.
        self._declared: Declared | None = declared
        self._unused = True
        self._attached: Identity | None = None
        self._closed = False
        self._lock = RLock()
        system = self._made(declared)
        self.state = SessionState(run, system, self._nemesis(system), attachment=self)

    def own_system(self) -> System:
        """See `SessionState.own_system`."""
        with self._lock:
            if run := self._attached_run():
                raise BadInputError(f"a pytest run (process {run.pid}) works in the system now: wait for its end")
            if self._declared != self._own:
                self._renew(self._own)
            self._unused = False
            return self.state.system

    @property
    def servers(self) -> tuple[Servers[Any], ...]:
        """The servers that run, whatever the services are."""
        return self._own.servers

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

    def ready(self, declared: Declared) -> System | None:
        """The present system, if the attached run can have it: of those parts, whole, and used by nobody."""
        with self._lock:
            self._next = declared
            system = self.state.system
            nodes = system.deployment.nodes.values()
            if (
                not self._unused
                or declared != self._declared
                or any(n.state().phase is not Phase.RUNNING for n in nodes)
            ):
                return None
            self.follow(system.cast)
            return system

    def follow(self, cast: Cast) -> None:
        """Makes the services with which the attached run works the ones that commands show and break."""
        with self._lock:
            before = self.state.system
            self._finish()
            history = History.open(attached_history_path())
            basis = Basis(cast.id, before.deployment, before.clusters, history, _silently, before.timings)
            self._work_with(cast.system(basis))
            self._declared, self._unused = None, False

    def detach(self) -> None:
        """Ends the attachment; makes the system ready for the run's last scenario again, in the background."""
        with self._lock:
            self._attached = None
        if self._declared is None:
            Thread(target=self._make_ready, daemon=True).start()

    def close(self) -> None:
        """Closes the clients and the history, once nothing is being made any more; the run is closed by its owner."""
        with self._lock:
            self._closed = True
            self._finish()

    def _finish(self) -> None:
        self.state.system.close()
        self.state.system.history.close()

    def _renew(self, declared: Declared) -> None:
        """A healed system under names of its own; the history begins again."""
        self._finish()
        self._work_with(self._made(declared))
        self._declared, self._unused = declared, True

    def _make_ready(self) -> None:
        try:
            with self._lock:
                if not self._closed and self._attached_run() is None and self._declared is None:
                    self._renew(self._next)
        except Exception:
            # The next run makes it ready itself, and shows the error.
            traceback.print_exc()

    def _made(self, declared: Declared) -> System:
        system = self._run.system(declared, History.open(history_path()), _silently)
        system.demand_throughout()
        return system

    def _work_with(self, system: System) -> None:
        self.state.work_with(system, self._nemesis(system))

    def _nemesis(self, system: System) -> Nemesis:
        return Nemesis(
            system.clusters,
            system.history,
            self._run.backend.abilities,
            detection_s=self._run.options.profile.detection_s,
            step=_silently,
            note=system.note_before_fault,
        )

    def _attached_run(self) -> Identity | None:
        return None if self._attached is None or self._attached.is_gone() else self._attached


def _silently(words: str) -> AbstractContextManager[None]:
    """Shows nothing: a session shows no steps."""
    return nullcontext()
