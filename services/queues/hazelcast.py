"""The queue as a Hazelcast queue: offer with a backup, and take by claim, without a transaction.

To take a message, a consumer looks at the queue's head, claims that entry in a map that all consumers share, and only
then has it removed. The claim is what counts: it is put only where there is none and says whose it is, so it may be
asked for again until it is answered, and all get the same answer. An entry that is claimed may be removed by anybody,
any number of times, so no answer to a removal is needed either. A consumer whose claim is not answered keeps the
message in mind and asks again, whatever it is connected to by then.

So a message that was offered once is held by exactly one consumer, unless both copies of its claim are lost; and it is
gone only with the consumer that claimed it, also if that dies before it has stored it: one message, as it takes one at
a time. An id that is posted again after an unknown outcome is an entry of its own. Transactions do not hold that much:
see docs/decisions/0013.

Consumers never leave the queue empty: before the last entry is removed, a sentinel is put behind it, an entry that is
no message. A member that finds a queue empty when it becomes the owner, or when it gets what another one merges, may
later, as the owner again, have none of what it acknowledged as the backup: see docs/decisions/0021.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from typing import Any
from uuid import uuid4

from hazelcast.client import HazelcastClient

from services.hazelcast_client import OPERATION_S, Cluster, result
from services.logs import Log
from services.parts import NotConnectedError
from services.queues import NotQueuedError, Queued, Store, decode, encode
from services.settings import HazelcastQueue

#: How soon a consumer looks again at a queue that was empty, in seconds.
EMPTY_S = 0.05
#: How long a claim is kept, in seconds: far longer than a consumer may hang, or an entry be seen again by one whose
#: member had fallen behind. Afterwards the entry would be handed out anew.
CLAIM_S = 3600
#: What a sentinel begins with, and no message does.
_SENTINEL = '{"sentinel": '


class HazelcastProducing:
    """The part that puts messages on a Hazelcast queue.

    Args:
        settings: cluster and queue.
        log: where it tells what happened.
    """

    def __init__(self, settings: HazelcastQueue, log: Log) -> None:
        self._name = settings.name
        self._cluster = Cluster(settings.cluster, lambda client: client.get_queue(settings.name), log)
        self.start, self.problem, self.stop = self._cluster.start, self._cluster.problem, self._cluster.stop
        self.settings = self._cluster.settings

    def put(self, message_id: str, msg: str, timeout_s: float) -> Queued:
        """Offers a message and waits until the backup has it too.

        The entry has a name of its own: an offer that Hazelcast carries out twice (a member may send it again when the
        queue's owner dies) is one entry to the consumers.
        """
        try:
            queue: Any = self._cluster.client().get_queue(self._name)
        except NotConnectedError as error:
            raise NotQueuedError(str(error), unknown=False) from error
        try:
            taken = result(queue.offer(encode(message_id, msg, entry=uuid4().hex)), min(timeout_s, OPERATION_S))
        except Exception as error:  # the client raises its own errors, IOError and others
            raise NotQueuedError(repr(error), unknown=True) from error
        if not taken:
            raise NotQueuedError(f"queue {self._name} is full", unknown=False)
        return Queued("hazelcast", self._name)


class HazelcastSource:
    """Takes messages off a Hazelcast queue, one at a time.

    Args:
        settings: cluster and queue.
        log: where it tells what happened.
        work_s: how long it takes between taking and keeping a message, in seconds.
    """

    def __init__(self, settings: HazelcastQueue, log: Log, *, work_s: float = 0.0) -> None:
        self._name, self._claims, self._log = settings.name, f"{settings.name}-claims", log
        self._work_s = work_s
        self._cluster = Cluster(settings.cluster, self._prepare, log)
        self._me = uuid4().hex
        self._unanswered: str | None = None
        self._started = False
        self._looked = False
        self._ended = threading.Event()

    def _prepare(self, client: HazelcastClient) -> None:
        client.get_queue(self._name)
        client.get_map(self._claims)

    def open(self) -> None:
        """Makes sure that there is a client, which reconnects by itself."""
        if not self._started:
            self._started = True
            self._cluster.start()
        self._cluster.client()

    def step(self, store: Store) -> None:
        """Takes one message, if there is one: claims it, stores it, and has it removed."""
        client = self._cluster.client()
        queue: Any = client.get_queue(self._name)
        entry: str | None = self._unanswered or result(queue.peek())
        self._looked = True
        if entry is None:
            self._put_behind(queue)
        elif entry.startswith(_SENTINEL):
            self._pass(queue, entry)
        else:
            self._take(client, queue, entry, store)

    def _pass(self, queue: Any, sentinel: str) -> None:
        """Has a sentinel removed once there is something behind it; waits a moment if there is not."""
        if result(queue.size()) > 1:
            result(queue.remove(sentinel))
        else:
            self._ended.wait(EMPTY_S)

    def _take(self, client: HazelcastClient, queue: Any, entry: str, store: Store) -> None:
        self._unanswered = entry
        if self._is_mine(client, entry):
            self._store(store, entry)
        self._unanswered = None
        self._put_behind(queue)
        result(queue.remove(entry))

    def _put_behind(self, queue: Any) -> None:
        """Puts a sentinel behind what is the last entry. Consumers may put one each: those in front are removed."""
        if result(queue.size()) < 2:
            result(queue.offer(json.dumps({"sentinel": uuid4().hex})))

    def _is_mine(self, client: HazelcastClient, entry: str) -> bool:
        """Whether this instance is the one that takes the entry, now that it is decided."""
        claims: Any = client.get_map(self._claims)
        name = _name(entry)
        taker = result(claims.put_if_absent(name, self._me, CLAIM_S))
        if taker == self._me:
            # The answer to an earlier try was lost, perhaps before there was a backup: this one waits for it.
            result(claims.set(name, self._me, CLAIM_S))
        return taker in {None, self._me}

    def _store(self, store: Store, entry: str) -> None:
        try:
            held = decode(entry)
        except ValueError as error:
            self._log("not a message, skipped", error=repr(error))
            return
        self._log("taken", id=held.id, entry=_name(entry))
        time.sleep(self._work_s)
        self._log("consumed", id=held.id, new=store.add(held))

    def close(self) -> None:
        """Leaves nothing: a queue has no members. The client stays, to reconnect."""
        self._looked = False

    def end(self, within_s: float) -> None:
        """Closes the client."""
        self._ended.set()
        self._cluster.stop(within_s)

    def problem(self) -> str | None:
        """Why no messages can come now (no connection, or no answer from the queue yet), or None if they can."""
        return self._cluster.problem() or (None if self._looked else f"queue {self._name} has not answered yet")

    def settings(self) -> dict[str, str]:
        """The settings that the client has, and that what was taken does not come again; none before it is connected.

        Who takes an item has it removed: a queue has no beginning that could be read from once more.
        """
        settings = self._cluster.settings()
        return {**settings, "messages.from_beginning": "false"} if settings else {}


def _name(entry: str) -> str:
    """What an entry of the queue is called among the claims, and in the log."""
    return hashlib.sha256(entry.encode()).hexdigest()
