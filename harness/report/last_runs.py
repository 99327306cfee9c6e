"""The times of the last runs: a small file in the report folder that outlives each of them, one JSON object a line.

A run only adds to it, as several of its processes may at once; the next run cuts it when it takes the folder. Of each
scenario on the same backend with the same timings it keeps the last twenty, and of an old one that nobody runs any more
what there is.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

#: Of so many runs the file has the times.
RUNS = 20
NAME = "recovery.jsonl"


@dataclass(frozen=True)
class Ran:
    """What is alike in runs whose times may be compared."""

    scenario: str
    backend: str
    timings: str


def last(folder: Path, ran: Ran) -> Sequence[Mapping[str, float]]:
    """The times of the last runs of a scenario, the earliest first, each by their names in seconds."""
    return [times for other, times in _kept(folder) if other == ran][-RUNS:]


def add(folder: Path, ran: Ran, times: Mapping[str, float]) -> None:
    """Adds the times of a run.

    Raises:
        OSError: the file can't be written, or is a link.
    """
    file = os.open(folder / NAME, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    try:
        # One call, so that the lines of several processes don't mix.
        os.write(file, _line(ran, times))
    finally:
        os.close(file)


def cut(folder: Path) -> None:
    """Leaves what `last` gives of each, by a folder that nobody else writes to; a link stays as it is.

    Raises:
        OSError: the file can't be written.
    """
    if (folder / NAME).is_symlink() or not (folder / NAME).is_file():
        return
    kept = list(_kept(folder))
    later: Counter[Ran] = Counter()
    lines: list[bytes] = []
    for ran, times in reversed(kept):
        later[ran] += 1
        if later[ran] <= RUNS:
            lines.append(_line(ran, times))
    shorter = folder / f"{NAME}.new"
    shorter.write_bytes(b"".join(reversed(lines)))
    shorter.replace(folder / NAME)


def _line(ran: Ran, times: Mapping[str, float]) -> bytes:
    rounded = {name: round(seconds, 3) for name, seconds in times.items()}
    return f"{json.dumps({**asdict(ran), 'seconds': rounded})}\n".encode()


def _kept(folder: Path) -> Iterator[tuple[Ran, Mapping[str, float]]]:
    """The runs that the file has; what is no such line, as of a disk that was full, is left out."""
    try:
        text = (folder / NAME).read_text(errors="replace")
    except FileNotFoundError:
        return
    for line in text.splitlines():
        try:
            value = json.loads(line)
            ran = Ran(str(value["scenario"]), str(value["backend"]), str(value["timings"]))
            yield ran, {str(name): float(seconds) for name, seconds in value["seconds"].items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
