"""`python -m bench.checkers [--most N]` measures how fast the checkers are, alone and compared with porcupine.

1. Registers: the same histories (one key, distinct values, correct and broken ones) judged by harness.checkers.register
   and by porcupine (Go; a general search), from 1 000 to N operations with 5, 10, 20 and 50 clients: do they agree, and
   what is the ratio of their times. Porcupine gets 30 s and 4 GB for each history (less on a small machine); if that
   is not enough, or it dies, it has not decided.
2. Every other checker: operations a second on growing correct histories, which shows how it grows.

Histories are paired before the clock runs; pairing has a line of its own.
"""

from __future__ import annotations

import argparse
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from harness.checkers import counter, ids, partition_log, register, set_full
from harness.checkers.verdict import Verdict
from harness.errors import EXIT_BAD_INPUT, EnvironmentUnfitError
from harness.events import Event, Events, Type
from harness.export import porcupine as exported
from harness.messages.checkers import delivery, partition_order

_TIMEOUT_S = 30
#: On top of that, to start, to read, and to end.
_MORE_S = 30
_MEMORY_BYTES = 4 << 30
PORCUPINE = Path(__file__).parent / "porcupine"


class Recording:
    """A history of events in the making."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def add(self, process: int, type_: Type, f: str, value: object) -> None:
        """Adds one more event."""
        index = len(self.events)
        self.events.append(Event(index, process, type_, f, value, index))

    def done(self, process: int, f: str, value: object, answer: object) -> None:
        """Adds an operation by itself, with its completion."""
        self.add(process, "invoke", f, value)
        self.add(process, "ok", f, answer)


def registers(count: int, clients: int, *, broken: bool) -> Events:
    """Reads and writes of one register that overlap as much as they can; a broken history has one stale read."""
    chance = random.Random(f"{count} {clients}")
    recording = Recording()
    value, written, begun = 0, 0, 0
    calls: dict[int, tuple[str, int]] = {}
    while begun < count or calls:
        if begun < count and len(calls) < clients:
            process = next(p for p in range(clients) if p not in calls)
            begun += 1
            if chance.random() < 0.5:
                written += 1
                calls[process] = ("write", written)
            else:
                calls[process] = ("read", 0)
            recording.add(process, "invoke", calls[process][0], ["x", calls[process][1] or None])
            continue
        # It takes effect as it ends: correct, and concurrent with all that are under way.
        process = chance.choice(sorted(calls))
        kind, new = calls.pop(process)
        value = new if kind == "write" else value
        recording.add(process, "ok", kind, ["x", value or None])
    if broken:
        _make_stale(recording.events)
    return Events(recording.events)


def _make_stale(events: list[Event]) -> None:
    """Makes the last read return the first value."""
    place = max(i for i, e in enumerate(events) if e.f == "read" and e.type == "ok")
    old = events[place]
    events[place] = Event(old.index, old.process, old.type, old.f, ["x", 1], old.time)


def porcupine(binary: Path, events: Events, folder: Path, *, memory_bytes: int | None = None) -> tuple[str, float]:
    """The result of porcupine (Ok, Illegal, or in words why it has not decided), and the seconds it took."""
    file = folder / "history"
    with file.open("w") as out:
        out.writelines(f"{line}\n" for line in exported.lines(events))
    most = memory_bytes or min(_MEMORY_BYTES, psutil.virtual_memory().available // 2)
    began = time.perf_counter()
    try:
        done = subprocess.run(
            [binary, file, str(_TIMEOUT_S)],
            capture_output=True,
            text=True,
            check=False,
            timeout=_TIMEOUT_S + _MORE_S,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (most, most)),
        )
    except subprocess.TimeoutExpired:
        return f"over {_TIMEOUT_S} s", time.perf_counter() - began
    took_s = time.perf_counter() - began
    if done.returncode != 0:
        why = "over its memory" if "memory" in done.stderr.lower() else f"died ({done.returncode})"
        return why, took_s
    result, seconds = done.stdout.split()
    return (f"over {_TIMEOUT_S} s" if result == "Unknown" else result), float(seconds)


def built(folder: Path) -> Path:
    """The program that has porcupine judge a history, built in that folder.

    Raises:
        EnvironmentUnfitError: Go is not installed, or can't build it.
    """
    if not shutil.which("go"):
        raise EnvironmentUnfitError("go is not installed, and porcupine is a Go module: install Go for the comparison")
    binary = folder / "porcupine"
    done = subprocess.run(
        ["go", "build", "-o", binary, "."], cwd=PORCUPINE, check=False, capture_output=True, text=True
    )
    if done.returncode:
        last = done.stderr.strip().rpartition("\n")[2]
        raise EnvironmentUnfitError(f"go can't build bench/porcupine ({last}): does the proxy for Go modules answer?")
    return binary


def timed(check: Callable[[Sequence[Event]], Verdict], events: Events) -> tuple[Verdict, float]:
    """The verdict on operations that are paired already, and the seconds that it took."""
    assert events.operations
    began = time.perf_counter()
    verdict = check(events)
    return verdict, time.perf_counter() - began


def against_porcupine(most: int, folder: Path) -> Table:
    """The table that compares our checkers with porcupine on the same histories."""
    binary = built(folder)
    table = Table("operations", "clients", "history", "ours, s", "porcupine, s", "ratio", "agree", title="registers")
    undecided: set[tuple[int, bool]] = set()
    for count in (10**n for n in range(3, 8) if 10**n <= most):
        for clients in (5, 10, 20, 50):
            for broken in (False, True):
                events = registers(count, clients, broken=broken)
                verdict, ours_s = timed(register.check, events)
                row = [f"{count:,}", str(clients), "broken" if broken else "correct", f"{ours_s:.3f}"]
                if (clients, broken) in undecided:
                    table.add_row(*row, "not tried", "", "")  # a shorter one was undecided already
                    continue
                result, theirs_s = porcupine(binary, events, folder)
                if result not in ("Ok", "Illegal"):
                    undecided.add((clients, broken))
                    table.add_row(*row, result, f"over {theirs_s / ours_s:,.0f}", "undecided")
                    continue
                agree = (result == "Ok") == (verdict.validity == "valid")
                table.add_row(*row, f"{theirs_s:.3f}", f"{theirs_s / ours_s:,.1f}", "yes" if agree else "NO")
    return table


def _posts(count: int) -> Events:
    recording = Recording()
    for i in range(count - 1):
        message = {"id": f"id-{i}", "msg": f"m-{i:06d}", "partition": 0}
        recording.done(i % 10, "post", message, message)
    held = {f"messages-{n}": [f"id-{i}" for i in range(n - 1, count - 1, 2)] for n in (1, 2)}
    recording.done(99, "drain", None, held)
    return Events(recording.events)


def _adds(count: int) -> Events:
    recording = Recording()
    for i in range(count - 2):
        recording.done(i % 10, "add", i, i)
    for _ in range(2):
        recording.done(99, "read", None, list(range(count - 2)))
    return Events(recording.events)


def _increments(count: int) -> Events:
    recording = Recording()
    for i in range(count):
        if i % 10:
            recording.done(i % 7, "increment", 1, 1)
        else:
            recording.done(99, "read", None, i - i // 10)
    return Events(recording.events)


def _ids(count: int) -> Events:
    recording = Recording()
    for i in range(count):
        recording.done(i % 10, "generate", None, i)
    return Events(recording.events)


def _log(count: int) -> Events:
    recording = Recording()
    for i in range(count // 100):
        batch = range(i * 99, i * 99 + 99)
        for number in batch:
            value = {"log": "t-0", "value": number, "offset": number}
            recording.done(1, "send", value, value)
        recording.done(2, "poll", None, {"t-0": [[number, number] for number in batch]})
    return Events(recording.events)


CHECKERS: dict[str, tuple[Callable[[int], Events], Callable[[Sequence[Event]], Verdict]]] = {
    "delivery.check": (_posts, lambda events: delivery.check(events, exactly_once=True)),
    "partition_order.check": (_posts, partition_order.check),
    "set_full.at_the_end": (_adds, set_full.at_the_end),
    "set_full.over_time": (_adds, set_full.over_time),
    "counter.check": (_increments, counter.check),
    "ids.check": (_ids, ids.check),
    "partition_log.check": (_log, partition_log.check),
}


def growth(most: int) -> Table:
    """The table that shows how a checker's time grows with the history."""
    sizes = [10**n for n in range(4, 8) if 10**n <= most]
    table = Table("checker", *(f"{size:,} operations" for size in sizes), title="operations a second, in thousands")
    for name, (made, check) in CHECKERS.items():
        speeds = []
        for size in sizes:
            verdict, seconds = timed(check, made(size))
            assert verdict.validity == "valid", verdict.sentences
            speeds.append(f"{size / seconds / 1000:,.0f}")
        table.add_row(name, *speeds)
    pairing = []
    for size in sizes:
        events = _ids(size)
        began = time.perf_counter()
        assert events.operations
        pairing.append(f"{size / (time.perf_counter() - began) / 1000:,.0f}")
    table.add_row("(pairing)", *pairing)
    return table


def main() -> None:
    """Measures the checkers and prints the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.checkers", description=__doc__.splitlines()[0])
    parser.add_argument("--most", type=int, default=100_000, help="the longest history (1000 to 1000000)")
    most = parser.parse_args().most
    Console(width=110).print(growth(most))
    with tempfile.TemporaryDirectory() as folder:
        try:
            Console(width=110).print(against_porcupine(most, Path(folder)))
        except EnvironmentUnfitError as error:
            sys.stderr.write(f"error: {error}\n")
            sys.exit(EXIT_BAD_INPUT)


if __name__ == "__main__":
    main()
