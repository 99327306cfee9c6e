"""An admin connection to the brokers of a cluster, whichever of them run."""

from __future__ import annotations

import contextlib
import logging
import random
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from kafka import KafkaAdminClient
from kafka.errors import KafkaError
from kafka.net.compat import KafkaNetClient
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector

from harness.backends.protocol import Node
from harness.errors import InconclusiveError
from harness.waiting import until

Answer = TypeVar("Answer")
#: For how long one that answers is looked for, in seconds.
ASK_TIMEOUT_S = 10.0
#: What kafka-python raises at a broker that is gone; the second where it writes to a connection that closes just then.
CLOSED = (KafkaError, RuntimeError)


class Connection:
    """Puts questions to brokers, from any thread. The first question opens it, also the first after `close`."""

    def __init__(self, running: Callable[[], Sequence[Node]], runs: Callable[[int], bool]) -> None:
        """A connection to the brokers that are running, if any; `runs` tells it of a `node.id`."""
        self._running = running
        self._runs = runs
        self._admin: KafkaAdminClient | None = None
        self._lock = threading.Lock()

    def ask(self, question: Callable[[KafkaAdminClient], Answer]) -> Answer:
        """Asks brokers until one answers: a connection to one that was killed fails, and the next one is tried.

        Raises:
            InconclusiveError: no broker runs.
            AwaitTimeoutError: none answers for some seconds.
        """
        return until(
            "a Kafka broker to answer",
            lambda: self.ask_once(question),
            lambda _: True,
            timeout_s=ASK_TIMEOUT_S,
            passing=CLOSED,
        )

    def ask_once(self, question: Callable[[KafkaAdminClient], Answer]) -> Answer:
        """Asks the broker that it is connected to.

        Raises:
            InconclusiveError: no broker runs.
            KafkaError: it does not answer; it may be a RuntimeError (`CLOSED`).
        """
        admin = self._connected()
        try:
            return question(admin)
        except CLOSED:
            self._give_up(admin)
            raise

    def close(self) -> None:
        """Closes the connection, if there is one."""
        if self._admin is not None:
            self._give_up(self._admin)

    def _connected(self) -> KafkaAdminClient:
        with self._lock:
            if self._admin is None:
                running = self._running()
                if not running:
                    raise InconclusiveError("no Kafka broker runs that could be asked")
                logging.getLogger("kafka").setLevel(logging.CRITICAL)
                self._admin = KafkaAdminClient(
                    bootstrap_servers=[node.endpoint("external") for node in running],
                    kafka_client=self._client,
                    client_id="harness",
                    request_timeout_ms=3000,
                    reconnect_backoff_max_ms=200,
                )
            return self._admin

    def _client(self, **settings: Any) -> KafkaNetClient:
        net = NetworkSelector(**settings)
        return KafkaNetClient(net, _ThoseThatRun(self._runs, net, **settings), **settings)

    def _give_up(self, admin: KafkaAdminClient) -> None:
        """Closes a connection if it is still the one in use; another thread may have replaced it already."""
        with self._lock:
            in_use = self._admin is admin
            if in_use:
                self._admin = None
        if in_use:
            with contextlib.suppress(KafkaError):
                admin.close()


class _ThoseThatRun(KafkaConnectionManager):  # type: ignore[misc]
    """Only the brokers that run: one that hangs takes connections and questions, and each costs the whole time-out.

    Args:
        runs: tells whether the broker of an id does; that is a question to the engine, so it is asked of few.
        net: see `KafkaConnectionManager`.
        settings: likewise.
    """

    def __init__(self, runs: Callable[[int], bool], net: NetworkSelector, **settings: Any) -> None:
        self._runs = runs
        super().__init__(net, **settings)

    def least_loaded_node(self) -> Any:
        """A broker that runs, at random; None if the cluster's metadata names none."""
        named = [broker.node_id for broker in self.cluster.brokers()]
        return next((node_id for node_id in random.sample(named, len(named)) if self._runs(node_id)), None)
