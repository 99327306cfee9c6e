"""A Hazelcast client that no silent member can block for longer than a few seconds.

The client's own futures wait without limit for a member that accepts and never answers (only its heartbeat ends
that), so every wait here has a time limit of its own; when it passes, the outcome is unknown.
"""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from hazelcast.client import HazelcastClient
from hazelcast.config import ReconnectMode
from hazelcast.lifecycle import LifecycleState

from services.logs import Log
from services.parts import NotConnectedError, Reconnecting
from services.settings import Address, Hazelcast

#: How long one operation may take, in seconds.
OPERATION_S = 3.0
#: How long one member may take to let a client in, and for how long one that refuses is asked again, in seconds. A dead
#: container's address does not refuse: that is a connection's own limit. All are short, as the next member is there.
CONNECT_S, ABSENT_S, REACHED_S = 1.5, 0.2, 0.5


#: What decides whether an entry may be lost or doubled: told in /settings.
_TOLD = ("fail_on_indeterminate_operation_state", "redo_operation")


class UnknownOutcomeError(Exception):
    """The operation was sent; whether it took effect is not known."""


class Connection:
    """A client of the Hazelcast cluster, and whether it has a member now.

    Each has its own word on that: a client that was given up and lets its last member go does not speak for the one
    that took its place.

    Args:
        settings: which cluster.
        member: the one that lets the client in; from then on it knows them all.

    Raises:
        HazelcastError: the member did not let it in.
    """

    def __init__(self, settings: Hazelcast, member: Address) -> None:
        self.connected = False
        self._configured = len(settings.members)
        self.client = HazelcastClient(
            cluster_name=settings.cluster,
            cluster_members=[str(member)],
            connection_timeout=REACHED_S,
            cluster_connect_timeout=ABSENT_S,  # then the client ends, and Reconnecting makes a new one
            retry_initial_backoff=0.1,
            retry_max_backoff=0.5,
            reconnect_mode=ReconnectMode.ON,
            smart_routing=True,
            redo_operation=False,  # an offer that is sent again could be there twice
            invocation_timeout=OPERATION_S,
            invocation_retry_pause=0.1,
            heartbeat_interval=1.0,
            heartbeat_timeout=5.0,
            # Acknowledged means that the backup has it too: else an owner that dies next would take it along.
            fail_on_indeterminate_operation_state=settings.fail_on_indeterminate,
            operation_backup_timeout=2.0,
            lifecycle_listeners=[self._note],
        )

    @property
    def alive(self) -> bool:
        """Whether the client has not ended for good, and is not left with a minority."""
        return bool(self.client.lifecycle_service.is_running()) and self.with_majority

    @property
    def with_majority(self) -> bool:
        """Whether the client knows more than half of the configured members.

        It hears of members from one of them alone. If the others part from that one, it hears that they are gone,
        closes its connections to them, and stays: for as long as that one answers it asks nobody else, and is refused
        whatever needs a majority.
        """
        return 2 * len(self.client.cluster_service.get_members()) > self._configured

    def _note(self, state: str) -> None:
        if state in {LifecycleState.CONNECTED, LifecycleState.DISCONNECTED}:
            self.connected = state == LifecycleState.CONNECTED

    def close(self, within_s: float) -> None:
        """Shuts the client down, and returns after `within_s` seconds at the latest."""
        thread = threading.Thread(target=self.client.shutdown, name="hazelcast-shutdown", daemon=True)
        thread.start()
        thread.join(within_s)


class Cluster:
    """The part of a service that keeps a Hazelcast client connected.

    Args:
        settings: which cluster.
        prepare: called with each new client, to make the proxies that later calls use.
        log: where it tells what happened.
    """

    def __init__(self, settings: Hazelcast, prepare: Callable[[HazelcastClient], object], log: Log) -> None:
        self._settings, self._prepare = settings, prepare
        self._turns = itertools.cycle(random.sample(settings.members, len(settings.members)))
        self._kept: Reconnecting[Connection] = Reconnecting(
            f"Hazelcast cluster {settings.cluster}",
            make=self._make,
            alive=lambda connection: connection.alive,
            close=Connection.close,
            log=log,
        )
        self.start, self.stop = self._kept.start, self._kept.stop

    def client(self) -> HazelcastClient:
        """The connected client.

        Raises:
            NotConnectedError: there is none yet.
        """
        return self._kept.get().client

    def settings(self) -> dict[str, str]:
        """The settings that the client has, by their names; none before it is connected."""
        try:
            config = self.client()._config
        except NotConnectedError:
            return {}
        return {f"hazelcast.client.{name}": str(getattr(config, name)).lower() for name in _TOLD}

    def problem(self) -> str | None:
        """Why the client can't be used now, or None if it can."""
        try:
            connected = self._kept.get().connected
        except NotConnectedError as error:
            return str(error)
        return None if connected else "no member of the Hazelcast cluster is connected"

    def _make(self) -> Connection:
        """A client that is connected to the next member in turn."""
        member = next(self._turns)
        return _within(CONNECT_S, f"Hazelcast member {member}", lambda: self._prepared(member))

    def _prepared(self, member: Address) -> Connection:
        connection = Connection(self._settings, member)
        try:
            if not connection.with_majority:
                raise NotConnectedError(f"{member} is one of a minority")
            self._prepare(connection.client)
        except BaseException:
            connection.client.shutdown()
            raise
        return connection


def _within(limit_s: float, member: str, connect: Callable[[], Connection]) -> Connection:
    """A connection, if it is made within `limit_s` seconds; else an error.

    The constructor waits without limit for a member that accepts the connection and then hangs (heartbeats begin only
    once it is connected). Such a client is left to its thread and shut down should it ever connect.
    """
    made: Future[Connection] = Future()

    def make() -> None:
        try:
            made.set_result(connect())
        except Exception as error:
            made.set_exception(error)

    threading.Thread(target=make, name="hazelcast-connect", daemon=True).start()
    try:
        return made.result(limit_s)
    except TimeoutError:
        made.add_done_callback(lambda late: None if late.exception() else late.result().client.shutdown())
        raise NotConnectedError(f"{member} did not let this client in within {limit_s:g} s") from None


def result(future: Any, timeout_s: float = OPERATION_S) -> Any:
    """The result of a Hazelcast future, awaited within a time limit.

    Raises:
        UnknownOutcomeError: it came to nothing in time.
    """
    done = threading.Event()
    future.add_done_callback(lambda _: done.set())
    if not done.wait(max(timeout_s, 0.0)):
        raise UnknownOutcomeError(f"Hazelcast did not answer within {timeout_s:.1f} s")
    return future.result()
