"""Reads the file of a history, line by line, and validates it."""

from __future__ import annotations

import gzip
import lzma
import zlib
from pathlib import Path

from harness.errors import HistoryError
from harness.events import NEMESIS, NEVER, Event, Events, Pairing
from harness.lines import fields_of
from harness.steps import Step
from harness.taken import Taken

_TAKEN = tuple(each.value for each in Taken)
_STEPS = tuple(each.value for each in Step)
#: Of an experiment, in seconds.
_LONGEST_S = 1e9


def read(path: Path) -> Events:
    """The events of a history file, which may be compressed (`.gz`, `.xz`), validated as a whole.

    Raises:
        HistoryError: with line and reason: a line is malformed, cut off, out of order or double, or the events don't
            pair up.
        OSError: the file can't be read.
    """
    events, broken = salvage(path)
    if broken:
        raise broken
    return events


def salvage(path: Path) -> tuple[Events, HistoryError | None]:
    """The sound beginning of a history file, and what is wrong with the line after it, if it does not end there."""
    lines = _content(path).splitlines(keepends=True)
    events: list[Event] = []
    broken: HistoryError | None = None
    pairing = Pairing()
    for number, line in enumerate(lines, start=1):
        try:
            event = _parse(line, number - 1)
            pairing.take(event)
        except HistoryError as error:
            broken = HistoryError(f"{path}, line {number}: {error}")
            break
        events.append(event)
    return Events(events), broken


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    try:
        match path.suffix:
            case ".gz":
                return gzip.decompress(content)
            case ".xz":
                return lzma.decompress(content)
            case _:
                return content
    except (EOFError, zlib.error, lzma.LZMAError) as error:
        raise OSError(f"{path} is no whole {path.suffix[1:]} file: {error}") from error


def _parse(line: bytes, index: int) -> Event:
    event = Event(**fields_of(line))
    if not 0 <= event.time < NEVER:
        raise HistoryError(f"time can't be {event.time}")
    if event.index != index:
        raise HistoryError(f"index {event.index} where {index} was due: a line is missing, double or misplaced")
    if event.process == NEMESIS:
        _refuse_odd_fault(event)
    return event


def _refuse_odd_fault(event: Event) -> None:
    """Refuses a fault without nodes or with odd words, and an effect without a time since its fault."""
    value = event.value if isinstance(event.value, dict) else {}
    nodes, why, done = value.get("nodes"), value.get("why", ""), value.get("done", "")
    taken = value.get("takes", [])
    if "phase" in value and not (isinstance(nodes, list) and all(isinstance(node, str) for node in nodes)):
        raise HistoryError(f'{event.f} of nobody: a fault has the names of its "nodes"')
    if "phase" in value and not isinstance(why, str):
        raise HistoryError(f'{event.f} for no reason: "why" says in words why it is those nodes')
    roles = value.get("node_roles", {})
    if "phase" in value and not (isinstance(roles, dict) and all(isinstance(role, str) for role in roles.values())):
        raise HistoryError(f'{event.f} with odd roles: "node_roles" has those of nodes, by their names')
    if "phase" in value and not isinstance(done, str):
        raise HistoryError(f'{event.f} with an odd word: "done" is the word for a node to which it was done')
    if "phase" in value and not (isinstance(taken, list) and all(each in _TAKEN for each in taken)):
        raise HistoryError(f'{event.f} takes what nobody knows: "takes" lists some of {", ".join(_TAKEN)}')
    after_s = value.get("after_s", 0)
    if isinstance(after_s, bool) or not isinstance(after_s, int | float) or not 0 <= after_s <= _LONGEST_S:
        raise HistoryError(f"{event.f} after {str(after_s)[:20]} s: after_s is how long after its fault it was seen")
    if "after_s" in value and value.get("shows", _STEPS[0]) not in _STEPS:
        raise HistoryError(f'{event.f} shows what nobody knows: "shows" is one of {", ".join(_STEPS)}')
