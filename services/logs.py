"""JSON logs: one line an event on stdout, with time, service, event and whatever belongs to it."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime


class Log:
    """Writes a service's events; the client libraries' own warnings come out in the same form."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __call__(self, event: str, **fields: object) -> None:
        """Writes one event."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"time": now, "service": self._service, "event": event, **fields}, default=str)
        sys.stdout.write(line + "\n")  # one write, so that lines of two threads do not mix
        sys.stdout.flush()

    def adopt_libraries(self, level: int = logging.WARNING) -> None:
        """Sends what libraries log at `level` and above through this log."""
        logging.basicConfig(level=level, handlers=[_Forward(self)], force=True)


class _Forward(logging.Handler):
    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        error = {"error": repr(record.exc_info[1])} if record.exc_info else {}
        self._log("library", logger=record.name, level=record.levelname, message=record.getMessage(), **error)
