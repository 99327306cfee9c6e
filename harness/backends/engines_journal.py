"""Notes which engines a run makes things on beside this machine's own, before it makes any: its end may come at once.

One file a run, in the folder for temporary files. Who finds that of a run that has ended has the engines rid of what
they have of it: the watchdog of that run, or the next run.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from harness.backends import private_files
from harness.backends.machines import Machine
from harness.backends.session import Session

_NAME = re.compile(r"harness-engines-([0-9a-f]{8})\.json", re.ASCII)


@dataclass(frozen=True)
class Noted:
    """What a run has noted.

    Attributes:
        session: whose it is.
        machines: those whose engines it uses.
        joining: whether it has these make a swarm, of which none was before.
        bridged: the names of those machines that had the bridge before by which nodes of a swarm get out.
    """

    session: Session
    machines: tuple[Machine, ...]
    joining: bool = False
    bridged: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """The file."""
        return _path(self.session.id)


def note(noted: Noted) -> None:
    """Writes it down, in place of what the run had noted before; the file says so when this returns."""
    content = {
        "labels": noted.session.labels(),
        "machines": [asdict(machine) for machine in noted.machines],
        "joining": noted.joining,
        "bridged": noted.bridged,
    }
    private_files.write(noted.path, content)


def strike(session: Session) -> None:
    """Removes what a run has noted: nothing of it is left on those engines."""
    _path(session.id).unlink(missing_ok=True)


def noted(wanted: Callable[[Session], bool]) -> Sequence[Noted]:
    """What was noted by runs of these sessions, as far as it is not struck."""
    return [each for each in _read() if wanted(each.session)]


def _read() -> Iterator[Noted]:
    for path in Path(tempfile.gettempdir()).glob("harness-engines-*.json"):
        named = _NAME.fullmatch(path.name)
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            content = private_files.read(path)
            session = Session.from_labels(content["labels"])
            if named and session and session.id == named[1]:
                machines = tuple(Machine(**each) for each in content["machines"])
                yield Noted(session, machines, bool(content["joining"]), tuple(content["bridged"]))


def _path(session_id: str) -> Path:
    return Path(tempfile.gettempdir()) / f"harness-engines-{session_id}.json"
