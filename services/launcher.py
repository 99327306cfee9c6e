"""Runs one service after the other in the same place, so that imports, most of a start's cost, are done only once.

    python -m services.launcher services.logging

The service is a child that is forked from here. Whoever looks at the place as a whole sees what he would see if this
were the service itself: SIGTERM and SIGINT go on to it, it ends with the service's status, and in a container nothing
outlives it.

On standard input it takes orders, each a line of JSON:

    {"mark": "...", "arguments": ["services.logging"], "environment": {"PORT": "8000", "TOPIC": null}}

All that runs is killed (SIGKILL); when it is gone, the mark is written as a line of its own; then the service of the
arguments is forked, with the environment of the beginning and these changes to it. `null` takes a variable away, and
as arguments runs nothing until the next order. What was ordered last is kept in the working directory: a launcher that
is started again there goes on with it, and imports nothing beforehand: it is there as soon as the service would be.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: What the services import, at the latest when they connect or serve.
WARM = (
    "services.config",
    "services.facade",
    "services.logging",
    "services.messages",
    "services.queues.hazelcast",
    "services.queues.kafka",
    "services.queues.kafka_source",
    "uvicorn.lifespan.off",
    "uvicorn.protocols.http.httptools_impl",
)
_PASSED_ON = (signal.SIGTERM, signal.SIGINT)
_HEARD = (*_PASSED_ON, signal.SIGCHLD)
_INIT = 1
#: In the working directory.
_ORDER = Path("order.json")


@dataclass(frozen=True)
class Service:
    """A service to run: a module with its arguments, and what is different in its environment."""

    arguments: Sequence[str]
    environment: Mapping[str, str | None]


class Place:
    """The place where one service runs, or none, or the next."""

    def __init__(self) -> None:
        self._child: int | None = None
        self._said = b""
        self._heard, writing = os.pipe()
        os.set_blocking(writing, False)
        for number in _HEARD:
            signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(writing)

    def run(self, service: Service | None) -> Service:
        """Runs services; returns in a child, with the service that it is to become. The launcher only ever exits."""
        while True:
            if service and self._fork():
                return service
            service = self._order()

    def _fork(self) -> bool:
        """Forks; gives whether this is the child."""
        signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
        self._child = os.fork()
        if not self._child:
            signal.set_wakeup_fd(-1)
            for number in _HEARD:
                signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)
        return not self._child

    def _order(self) -> Service | None:
        """Waits for the next order and carries out its first half."""
        inputs = [self._heard, sys.stdin.fileno()]
        while b"\n" not in self._said:
            ready, _, _ = select.select(inputs, [], [])
            if self._heard in ready:
                self._hear(os.read(self._heard, 64))
            elif said := os.read(sys.stdin.fileno(), 65536):
                self._said += said
            else:
                inputs.remove(sys.stdin.fileno())
        line, _, self._said = self._said.partition(b"\n")
        order: dict[str, Any] = json.loads(line)
        self._clear()
        _ORDER.write_bytes(line)
        os.write(sys.stdout.fileno(), f"{order['mark']}\n".encode())
        return _ordered(order)

    def _hear(self, numbers: bytes) -> None:
        for number in numbers:
            if number == signal.SIGCHLD:
                self._reap()
            elif self._child is None:
                os._exit(0)
            else:
                os.kill(self._child, number)

    def _reap(self) -> None:
        """Ends the launcher as the service has ended."""
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                if ended[0] == self._child:
                    code = os.waitstatus_to_exitcode(ended[1])
                    os._exit(code if code >= 0 else 128 - code)

    def _clear(self) -> None:
        """Kills what runs here, and returns when it is gone: in a container everything, else the service."""
        with contextlib.suppress(ProcessLookupError):
            if os.getpid() == _INIT:
                os.kill(-1, signal.SIGKILL)
            elif self._child is not None:
                os.kill(self._child, signal.SIGKILL)
        self._child = None
        with contextlib.suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)


def _ordered(order: Mapping[str, Any]) -> Service | None:
    return None if order["arguments"] is None else Service(order["arguments"], order["environment"])


def _first(warm: Sequence[str]) -> Service | None:
    """The service that was ordered last here, or the one that the command line names."""
    if _ORDER.exists():
        return _ordered(json.loads(_ORDER.read_bytes()))
    _ORDER.write_text(json.dumps({"arguments": sys.argv[1:], "environment": {}}))
    for module in warm:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()
    return Service(sys.argv[1:], {})


def main(warm: Sequence[str] = WARM) -> None:
    """Runs the first service, and then what is ordered; at its first start imports the modules in `warm` before."""
    # One stream, so that the mark comes after all that was written before it.
    os.dup2(sys.stdout.fileno(), sys.stderr.fileno())
    service = Place().run(_first(warm))
    for name, value in service.environment.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
    sys.argv = list(service.arguments)
    # It is to run as it would have been found, not as it was imported by the others.
    sys.modules.pop(sys.argv[0], None)
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
