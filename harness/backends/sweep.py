"""What a run does first: removes what runs of this host left that ended without cleaning up and without a watchdog."""

from __future__ import annotations

import psutil

from harness.backends.leftovers import log_of, remove_folders, remove_left
from harness.backends.session import Session
from harness.errors import EnvironmentUnfitError
from harness.narration import Say

#: The wall clock's idea of when a process started shifts a little when the clock is adjusted.
_CLOCK_SHIFT_S = 2.0


def sweep(say: Say) -> None:
    """Removes what belongs to dead owners of this host, and says so; leaves what a live owner has alone."""
    dead: set[str] = set()

    def is_dead(session: Session) -> bool:
        if session.owner_lives() or _may_live(session):
            return False
        dead.add(session.id)
        return True

    try:
        if removed := remove_left(is_dead):
            say(f"removed what {len(dead)} earlier run(s) left behind: {removed}")
    except EnvironmentUnfitError as error:
        say(f"could not remove all that earlier runs left behind: {error}")
    for session_id in dead:
        remove_folders(session_id)
        log_of(session_id).unlink(missing_ok=True)


def _may_live(session: Session) -> bool:
    """Whether a process of the owner's id started so close to when the owner did that it may be the owner."""
    try:
        owner = psutil.Process(session.owner_pid)
        close = abs(owner.create_time() - float(session.owner_started)) <= _CLOCK_SHIFT_S
        return close and owner.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, ValueError):
        return False
