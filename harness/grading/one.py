"""Grades one checkout: a run of pytest of its own, in a process that has an end, and the row that comes of it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import msgspec

from harness.backends import engine
from harness.grading import journal
from harness.grading.bounded import Runner, last_line
from harness.grading.checkouts import Checkout
from harness.grading.choice import Choice
from harness.grading.journal import ENOUGH, Journal, gives_up
from harness.grading.row import Row, row
from harness.provision.images import forget

#: How long it may take to read a checkout, in seconds.
_READING_S = 300.0
_ROW = "row.json"
_OUTPUT = "output.txt"
_NO_TESTS = 5
#: What a run ends with that would end so again, though no scenario has: the time was over, or nothing fits.
_SURE = (None, _NO_TESTS)
#: Gives up a run that says nothing, and writes the journal.
_PLUGIN = "harness.plugin.graded"


@dataclass(frozen=True)
class Graded:
    """What came of a checkout.

    Attributes:
        row: of the table.
        journal: of the run.
        again: whether it is known from before, and nothing was run.
    """

    row: Row
    journal: Journal
    again: bool = False


@dataclass(frozen=True)
class _Content:
    """What a checkout is.

    Attributes:
        digest: of its file and its code.
        kinds: the names of the kinds of its services.
    """

    digest: str = ""
    kinds: tuple[str, ...] = ()


def grade(checkout: Checkout, choice: Choice, into: Path, runner: Runner) -> Graded:
    """Grades a checkout, unless a run before has done so in the same way; what it leaves is in a folder.

    Raises:
        StoppedError: the runner was stopped; then it is not graded.
    """
    into.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    content, problem = _content(checkout, choice, into, runner)
    key = _key(content.digest, choice)
    known = None if problem else _known(into, key)
    if known:
        return Graded(known, journal.read(_journal(into)), again=True)
    # What a run before has left is not of now.
    _journal(into).unlink(missing_ok=True)
    try:
        status = None if problem else _run(checkout, choice, into, runner)
    finally:
        if choice.confinement:
            _forget(content.kinds)
    found = journal.read(_journal(into))
    trouble = problem or _trouble(status, found, choice, into / _OUTPUT)
    took_s = time.monotonic() - began
    # What is perhaps the machine's fault is not known for good.
    key = key if found.outcomes or status in _SURE else ""
    made = row(checkout.name, str(checkout.folder), found, trouble=trouble, took_s=took_s, key=key)
    (into / _ROW).write_bytes(msgspec.json.format(msgspec.json.encode(made)) + b"\n")
    return Graded(made, found)


def _run(checkout: Checkout, choice: Choice, into: Path, runner: Runner) -> int | None:
    """Runs the scenarios; gives the exit status of pytest, or None if the time was over."""
    command = [
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", _PLUGIN),
        *choice.arguments,
        *(f"--system={checkout.file}", f"--checkout={checkout.folder}", f"--reports={into / 'run'}"),
    ]
    return runner.run(command, into / _OUTPUT, time_s=choice.time_s, small=choice.confinement is not None)


def _trouble(status: int | None, found: Journal, choice: Choice, output: Path) -> str:
    """Says why a run did not come to its end; nothing if it did."""
    ran, chosen = len(found.outcomes), found.subject.chosen if found.subject else 0
    counted = f"{ran} of {chosen} scenarios ran"
    if status is None:
        return f"it was not done after {_minutes(choice.time_s)}, and was ended: {counted}"
    if status == _NO_TESTS:
        return "none of the chosen scenarios fits it: its file says what it has"
    if status < 0:
        return f"its run was killed by signal {-status}: {counted}"
    if 0 < ran == chosen:
        return ""
    if ran and gives_up(found.outcomes):
        return f"{counted}: its services did not start in the last {ENOUGH}"
    return last_line(output)


def _journal(into: Path) -> Path:
    return into / "run" / journal.NAME


def _content(checkout: Checkout, choice: Choice, into: Path, runner: Runner) -> tuple[_Content, str]:
    """What a checkout is, or why it can't be used."""
    trusted = "trusted" if choice.confinement is None else "confined"
    command = [sys.executable, "-m", "harness.grading.reading", str(checkout.file), str(checkout.folder), trusted]
    output = into / "reading.txt"
    status = runner.run(command, output, time_s=_READING_S)
    if status is None:
        return _Content(), f"it can't be read within {_READING_S:g} s"
    said = last_line(output)
    if status:
        return _Content(), said.removeprefix("error: ")
    return msgspec.json.decode(said, type=_Content), ""


def _forget(kinds: Sequence[str]) -> None:
    """Removes the images that were made of a checkout: each has its own, and they are not needed again."""
    if kinds:
        with contextlib.closing(engine.connect()) as client, engine.complaining("remove images"):
            for kind in kinds:
                forget(client, kind)


def _key(content: str, choice: Choice) -> str:
    seen = json.dumps([content, version("faulttolerance-harness"), *choice.arguments, choice.time_s])
    return hashlib.sha256(seen.encode()).hexdigest()[:16]


def _known(into: Path, key: str) -> Row | None:
    """The row that was made before, if it is of the same."""
    try:
        known = msgspec.json.decode((into / _ROW).read_bytes(), type=Row)
    except (OSError, msgspec.MsgspecError):
        return None
    return known if known.key == key else None


def _minutes(seconds: int) -> str:
    return f"{seconds / 60:g} min" if seconds >= 60 else f"{seconds} s"
