"""Tells what of a long history is on the report's page: a text to read, and the whole, compressed, to judge again."""

from __future__ import annotations

import lzma
from collections.abc import Sequence
from pathlib import Path

from harness.events import NEMESIS, Event

#: A history of no more bytes than this is short: the page has it as it is.
SHORT = 30_000
#: The whole is beside the text if it has no more bytes than the first number, and compressed no more than the second.
_WHOLE, _COMPRESSED = 2_000_000, 25_000
#: What the text has of an event: nobody reads where each of a thousand keys is.
_CHARACTERS = 1_000


def text(path: Path, whole: bytes, events: Sequence[Event]) -> str:
    """What was done to the system, what followed, and what was judged, a line for each event."""
    lines = whole.decode().splitlines()
    shown = [_beginning(line) for line, event in zip(lines, events, strict=False) if event.process == NEMESIS]
    return "\n".join([f"{path} has all {len(lines)} events: harness replay reads it. Faults, effects, checks:", *shown])


def compressed(whole: bytes) -> bytes:
    """The whole for `harness replay`, as xz; empty if that is too much for the page."""
    if len(whole) > _WHOLE:
        return b""
    small = lzma.compress(whole)
    return small if len(small) <= _COMPRESSED else b""


def _beginning(line: str) -> str:
    more = len(line) - _CHARACTERS
    return line if more <= 0 else f"{line[:_CHARACTERS]} ... and {more} more characters, which the file has"
