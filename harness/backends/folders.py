"""A session's temporary folders: each holds a file that says whose it is, and is removed by that alone."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from harness.backends.session import Session
from harness.backends.small_disk import unmount_beneath
from harness.errors import EnvironmentUnfitError

_MARKER = ".harness-session"
_NAME = re.compile(r"harness-([0-9a-f]{8})-\w+", re.ASCII)
_MOST_BYTES = 4096


def make_folder(session: Session) -> Path:
    """Makes a new temporary folder of a session, for this user only."""
    folder = Path(tempfile.mkdtemp(prefix=f"harness-{session.id}-"))
    (folder / _MARKER).write_text(json.dumps(session.labels()))
    return folder


def folders_of(wanted: Callable[[Session], bool]) -> list[Path]:
    """The folders of these sessions: this user's own, none that is a link, none without its file."""
    folders = []
    for path in Path(tempfile.gettempdir()).glob("harness-*"):
        named = _NAME.fullmatch(path.name)
        session = _session_of(path) if named else None
        if named and session and session.id == named[1] and wanted(session):
            folders.append(path)
    return folders


def remove_folders(wanted: Callable[[Session], bool]) -> None:
    """Removes these folders with all that is in them; a link in them goes, and what it leads to stays."""
    for folder in folders_of(wanted):
        with contextlib.suppress(EnvironmentUnfitError):
            unmount_beneath(folder)
        shutil.rmtree(folder, ignore_errors=True)


def log_of(session_id: str) -> Path:
    """The path of the watchdog's log of a session; the log stays only where cleaning up did not succeed."""
    return Path(tempfile.gettempdir()) / f"harness-watchdog-{session_id}.log"


def remove_log(session_id: str) -> None:
    """Removes the watchdog's log of a session, if it is this user's."""
    path = log_of(session_id)
    if _is_mine(path, stat.S_ISREG):
        path.unlink(missing_ok=True)


def _session_of(folder: Path) -> Session | None:
    marker = folder / _MARKER
    if not (_is_mine(folder, stat.S_ISDIR) and _is_mine(marker, stat.S_ISREG)):
        return None
    try:
        with marker.open("rb") as file:
            labels = json.loads(file.read(_MOST_BYTES))
    except (OSError, ValueError):
        return None
    return Session.from_labels(labels) if _is_text(labels) else None


def _is_text(labels: object) -> bool:
    return isinstance(labels, dict) and all(isinstance(value, str) for value in labels.values())


def _is_mine(path: Path, is_kind: Callable[[int], bool]) -> bool:
    """Whether a file or folder of the given kind is there, is this user's, and is no link."""
    try:
        seen = path.lstat()
    except OSError:
        return False
    return seen.st_uid == os.getuid() and is_kind(seen.st_mode)
