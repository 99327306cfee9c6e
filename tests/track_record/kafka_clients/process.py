"""A client in a process of its own, which is told things and tells things, a line of JSON each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.track_record.kafka_clients.wheels import installed

_END_TIMEOUT_S = 30.0


class ClientProcess:
    """Runs a command; each line that it writes is given to `note`."""

    def __init__(
        self,
        command: Sequence[str],
        note: Callable[[Mapping[str, Any]], None],
        *,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._note = note
        self._process = subprocess.Popen(
            command,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    @classmethod
    def of_python(
        cls, script: str, release: str, wanted: Mapping[str, object], note: Callable[[Mapping[str, Any]], None]
    ) -> ClientProcess:
        """A client of a release of kafka-python, by a script beside this module."""
        command = [sys.executable, str(Path(__file__).with_name(script)), json.dumps(wanted)]
        return cls(command, note, environment={"PYTHONPATH": str(installed(release))})

    def tell(self, what: object) -> None:
        """Gives it a line."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()

    def end(self) -> None:
        """Ends the process, if it runs, and waits until all that it said was noted."""
        assert self._process.stdin
        self._process.stdin.close()
        try:
            self._process.wait(_END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join()

    def _listen(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._note(json.loads(line))
