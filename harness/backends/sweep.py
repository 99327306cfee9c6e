"""Sweeps before a run: removes what runs of this host left that ended without cleaning up and without a watchdog."""

from __future__ import annotations

from harness.backends import engines_journal
from harness.backends.folders import remove_folders, remove_log
from harness.backends.given.journal import undo_left
from harness.backends.leftovers import remove_abandoned, remove_left
from harness.backends.session import Session
from harness.errors import EnvironmentUnfitError
from harness.progress import Say


def sweep(say: Say) -> None:
    """Removes what belongs to dead owners, and says so; leaves what a live owner has alone."""
    dead: set[str] = set()

    def is_dead(session: Session) -> bool:
        if not session.is_over():
            return False
        dead.add(session.id)
        return True

    # Not of one that ends meanwhile.
    noted = engines_journal.noted(is_dead)
    try:
        if removed := remove_left(is_dead):
            say(f"removed what {len(dead)} earlier run(s) left behind: {removed}")
        for each in noted:
            engines_journal.strike(each.session)
        if removed := remove_abandoned():
            say(f"removed what runs of other machines or users left on this engine, hours ago: {removed}")
    except EnvironmentUnfitError as error:
        say(f"could not remove all that earlier runs left behind: {error}")
    for line in undo_left(is_dead):
        say(line)
    remove_folders(is_dead)
    for session_id in dead:
        remove_log(session_id)
