"""The journal of what a run has done to nodes that it did not start: what undoes it is written down before it is done.

One file a run, in the folder for temporary files, and only while something is done. Who finds the journal of a run that
has ended undoes what it says: the watchdog of that run at once, or the next run, or `harness heal`.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from harness.backends import private_files
from harness.backends.given.order import GoneError, Order
from harness.backends.session import Session
from harness.errors import HarnessError

_NAME = re.compile(r"harness-given-([0-9a-f]{8})\.json", re.ASCII)


class Journal:
    """The journal of the run that calls it."""

    def __init__(self, session: Session) -> None:
        """Of this run; there is no file before something is done."""
        self._session = session
        self._path = _path(session.id)
        self._pending: dict[str, Order] = {}
        self._lock = threading.Lock()

    def note(self, undoing: Order) -> None:
        """Writes down what will undo what is about to be done to a node; the file says so when this returns."""
        with self._lock:
            self._pending[_key(undoing)] = undoing
            self._write()

    def undone(self, undoing: Order) -> None:
        """Strikes it out: the node is as it was."""
        with self._lock:
            self._pending.pop(_key(undoing), None)
            self._write()

    @property
    def pending(self) -> tuple[Order, ...]:
        """What would undo all that is done now, in the order in which it has to be undone."""
        return tuple(sorted(self._pending.values(), key=lambda order: order.deed != "resume"))

    def _write(self) -> None:
        if not self._pending:
            self._path.unlink(missing_ok=True)
            return
        orders = [order.value for order in self.pending]
        private_files.write(self._path, {"labels": self._session.labels(), "orders": orders})


def undo_left(wanted: Callable[[Session], bool]) -> tuple[str, ...]:
    """Undoes what runs of these sessions have done to nodes that they did not start; gives a line for each deed.

    One that can't be undone stays in the journal, and the line says so; a container that is gone is struck out.
    """
    return tuple(line for path, session in _journals() if wanted(session) for line in _undo(path))


def _undo(path: Path) -> Iterator[str]:
    with suppress(FileNotFoundError), path.open("r+") as file:
        # A watchdog, the next run and a person may come at once.
        fcntl.flock(file, fcntl.LOCK_EX)
        if path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat()):
            yield from _undo_all(path, json.load(file))


def _undo_all(path: Path, text: dict[str, Any]) -> Iterator[str]:
    left = []
    for order in map(Order.parse, text["orders"]):
        try:
            order.do()
            yield f"{order.node}: {order.deed}, as a run that ended early had left it otherwise"
        except GoneError as error:
            yield f"{order.node} is not put back as it was before a run that ended early: {error}"
        except HarnessError as error:
            left.append(order.value)
            yield (
                f"{order.node} is still as a run that ended early had left it: {error}; mend that, and call "
                f"harness heal, or put it back yourself and remove {path}"
            )
    if left:
        path.write_text(json.dumps({**text, "orders": left}))
    else:
        path.unlink(missing_ok=True)


def _journals() -> Iterator[tuple[Path, Session]]:
    """The journals of this user's runs, each with the run's session."""
    for path in Path(tempfile.gettempdir()).glob("harness-given-*.json"):
        named = _NAME.fullmatch(path.name)
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            # It has commands in it: a stranger's would be run as this user.
            session = Session.from_labels(private_files.read(path)["labels"])
            if named and session and session.id == named[1]:
                yield path, session


def _path(session_id: str) -> Path:
    return Path(tempfile.gettempdir()) / f"harness-given-{session_id}.json"


def _key(order: Order) -> str:
    return f"{order.deed} {order.node}"
