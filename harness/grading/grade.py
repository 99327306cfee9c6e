"""Grades many checkouts, some at a time, and keeps the table of all that are done."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from harness.backends.sweep import sweep
from harness.claim import Marker
from harness.errors import BadInputError
from harness.grading import table
from harness.grading.bounded import Runner
from harness.grading.checkouts import Checkout
from harness.grading.choice import Choice
from harness.grading.one import Graded, grade
from harness.plain import printable
from harness.progress import Say

_MARKER = Marker(
    name=".harness-grades",
    text=b"harness grade keeps what it found out in this folder, and goes on with it.\n",
    option="--into",
)


def grade_all(
    checkouts: Sequence[Checkout], choice: Choice, into: Path, say: Say, *, parallel: int
) -> Sequence[Graded]:
    """Grades each checkout, so many at a time; writes the table anew whenever one is done.

    Raises:
        BadInputError: the folder can't be used.
    """
    done: dict[str, Graded] = {}
    runner = Runner()

    def one(checkout: Checkout) -> None:
        graded = grade(checkout, choice, into / "checkouts" / checkout.name, runner)
        # What a run has left that was killed itself.
        sweep(say)
        done[checkout.name] = graded
        say(_line(graded, len(done), len(checkouts)))

    with _taken(into), ThreadPoolExecutor(parallel) as pool:
        try:
            for ended in [pool.submit(one, checkout) for checkout in checkouts]:
                ended.result()
                _write(checkouts, done, choice, into)
        except BaseException:
            runner.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            _write(checkouts, done, choice, into)
            raise
    return [done[checkout.name] for checkout in checkouts]


def _write(checkouts: Sequence[Checkout], done: dict[str, Graded], choice: Choice, into: Path) -> None:
    table.write(into, [done[each.name] for each in checkouts if each.name in done], choice)


@contextmanager
def _taken(folder: Path) -> Iterator[None]:
    try:
        lock, alone = _MARKER.claim(folder)
    except OSError as error:
        raise BadInputError(f"--into {folder} can't be written ({error.strerror}); give another folder") from error
    try:
        if not alone:
            raise BadInputError(f"--into {folder}: another harness grade writes there now; give another folder")
        yield
    finally:
        os.close(lock)


def _line(graded: Graded, done: int, of: int) -> str:
    row = graded.row
    counted = f"{row.held} of {row.scenarios} held" if row.scenarios else "nothing was tried"
    why = row.trouble or (row.broken[0].title if row.broken else "")
    again = " (known from before)" if graded.again else f", {row.took_s / 60:.1f} min"
    return printable(f"{done}/{of} {row.name}: {row.verdict}, {counted}{again}{f': {why}' if why else ''}")
