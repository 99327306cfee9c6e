"""`python -m bench.load [--backend docker|process] [--seconds N]`: how many operations a second a history takes.

    recorded    sends to Kafka's log and polls of it that are answered, as fast as they are, by two producers and two
                readers in one process, to three brokers on the same machine
    recording   microseconds for an operation, begun and ended, by itself, in a history that nobody else writes
    judging     operations a second of the log's checker, on that history

They depend on the machine: compare two commits in one sitting.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from contextlib import closing, nullcontext
from pathlib import Path

from rich.console import Console
from rich.table import Table

from harness.checkers import partition_log
from harness.declared import declared
from harness.errors import EXIT_BAD_INPUT, HarnessError
from harness.events import Events, operations
from harness.history import History
from harness.run import Options, Run
from harness.servers.kafka import kafka
from harness.servers.kafka.workloads.log import Log

_BROKERS = declared((kafka(),))
_RECORDED = 100_000


def of_the_log(backend: str, seconds: float, folder: Path) -> Events:
    """The history of a log under all the load that its clients can make, for so many seconds."""
    with (
        Run(Options(backend=backend), _say, kinds=_BROKERS.kinds) as run,
        History.open(folder / "log.jsonl") as history,
        closing(run.system(_BROKERS, history, lambda words: nullcontext())) as system,
    ):
        log = Log(system)
        with log.traffic():
            threading.Event().wait(seconds)
        log.read()
        return history.events


def recording_us(folder: Path) -> float:
    """The microseconds that an operation takes to be recorded, as it begins and as it ends."""
    with History.open(folder / "alone.jsonl") as history:
        client = history.client()
        began = time.perf_counter()
        for number in range(_RECORDED):
            client.invoke("send", {"log": "p0", "value": number}).ok({"log": "p0", "value": number, "offset": number})
        return (time.perf_counter() - began) / _RECORDED * 1e6


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")


def main() -> None:
    """Measures, and prints the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.load")
    parser.add_argument("--backend", default="auto")
    parser.add_argument("--seconds", type=float, default=10.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            events = of_the_log(asked.backend, asked.seconds, Path(folder))
        except HarnessError as error:
            _say(f"error: {error}")
            sys.exit(EXIT_BAD_INPUT)
        alone_us = recording_us(Path(folder))
    answered = [operation for operation in operations(events) if operation.outcome == "ok"]
    lasted_s = (max(o.ended for o in answered) - min(o.began for o in answered)) / 1e9
    began = time.perf_counter()
    verdict = partition_log.check(events)
    judged_s = time.perf_counter() - began
    table = Table("what", "figure")
    table.add_row("recorded", f"{len(answered) / lasted_s:.0f} operations a second over {lasted_s:.1f} s")
    table.add_row("recording", f"{alone_us:.1f} microseconds an operation")
    table.add_row("judging", f"{len(operations(events)) / judged_s:.0f} operations a second: {verdict.validity}")
    Console().print(table)


if __name__ == "__main__":
    main()
