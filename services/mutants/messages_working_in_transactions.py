"""A messages service that takes from a Hazelcast queue in transactions, and works on each message before it commits;
its client has the default heartbeat, and so keeps its connection when it has hung.

What a transaction has reserved is given back to nobody if the member that coordinates it dies, or if its client finds
that its time is over before it asks for the commit (docs/decisions/0013).
"""

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hazelcast.client import HazelcastClient
from hazelcast.transaction import TWO_PHASE

from services import hazelcast_client, messages
from services.queues import Store, decode, hazelcast

_AT_ONCE, _POLL_S, _WORK_S, _TRANSACTION_S = 8, 0.3, 0.2, 10.0


class InTransactions(hazelcast.HazelcastSource):
    """A source that takes a few messages at once, each in a transaction, and stores what was committed."""

    def step(self, store: Store) -> None:
        """Takes as many messages as there are."""
        client = self._cluster.client()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for entry in pool.map(lambda _: self._taken(client), range(_AT_ONCE)):
                if entry is not None:
                    store.add(decode(entry))
        self._looked = True

    def _taken(self, client: HazelcastClient) -> str | None:
        """A message, unless there is none; the mutant believes that what it did not commit is given back."""
        transaction = client.new_transaction(timeout=_TRANSACTION_S, durability=1, type=TWO_PHASE)
        try:
            transaction.begin()
            entry: str | None = transaction.get_queue(self._name).poll(_POLL_S)
            time.sleep(_WORK_S)
            transaction.commit()
        except Exception as error:
            self._log("not committed", error=repr(error))
            with contextlib.suppress(Exception):
                transaction.rollback()
            return None
        return entry


def with_the_default_heartbeat(**settings: Any) -> HazelcastClient:
    """A client that waits a minute for an answer before it drops a connection."""
    return HazelcastClient(**{**settings, "heartbeat_timeout": 60.0})


if __name__ == "__main__":
    hazelcast_client.HazelcastClient = with_the_default_heartbeat  # type: ignore[assignment,attr-defined]
    hazelcast.HazelcastSource = InTransactions  # type: ignore[misc]
    messages.main()
