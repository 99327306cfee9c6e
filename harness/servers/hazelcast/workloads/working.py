"""Clients at work under load, each by a member of its own for as long as that is of use, then by the next one."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Protocol

from hazelcast.client import HazelcastClient
from hazelcast.errors import HazelcastError, SplitBrainProtectionError

from harness.errors import HarnessError
from harness.history import Client, Invoked
from harness.load import Pace, Tally
from harness.servers.hazelcast.clients import connect
from harness.servers.hazelcast.kind import Hazelcast
from harness.system import System

#: How soon somebody who was let in by no member asks the next one, in seconds.
_AGAIN_S = 0.1
#: Does one operation at a member; whether that was of use.
One = Callable[[], bool]


class Recorder:
    """Records and counts the operations of one client.

    Attributes:
        number: of the client, from 0 on; it begins at the member that has this place among them, counted in a circle.
        at: the name of the member that it works by now.
    """

    def __init__(self, client: Client, tally: Tally, number: int) -> None:
        """Of a client whose operations are to be counted there."""
        self._client, self._tally, self.number, self.at = client, tally, number, ""

    def do(self, f: str, value: Any, action: Callable[[Invoked], None]) -> bool:
        """Does one operation, which `action` completes if it is answered; whether the member is of use.

        What was refused for lack of a majority surely did not happen. Of what ends in any other error nobody knows.
        """
        operation = self._client.invoke(f, value)
        answered = False
        try:
            action(operation)
            answered = True
        except SplitBrainProtectionError as error:
            operation.fail(f"{type(error).__name__}: {error}")
        except (HazelcastError, OSError) as error:
            operation.info(f"{type(error).__name__}: {error}")
        assert operation.completed
        self._tally.count(operation.completed, self.at)
        return answered


class Work(Protocol):
    """What clients do at a member."""

    def at(self, hazelcast: HazelcastClient, recorder: Recorder, choice: random.Random) -> One:
        """Gives what does one operation at this member after the other, by this client's choice."""


@contextmanager
def traffic(
    system: System,
    work: Work,
    *,
    clients: int,
    a_second: float | None,
    seed: int,
    stay: bool = False,
    **own: object,
) -> Iterator[Tally]:
    """Clients at work in the background while the block lasts.

    Args:
        system: where.
        work: what they do.
        clients: how many there are, each of a member of its own, as far as there are so many.
        a_second: operations a second of all together, whatever is answered; None: as fast as they are.
        seed: of all that they choose.
        stay: whether each stays with its member, whatever that answers; else one that was left in doubt goes on to the
            next, and all of them may end up on one side of a split.
        own: settings of Hazelcast's clients in place of ours.
    """
    stop, tally = threading.Event(), Tally("operations")
    each_a_second = a_second / clients if a_second else None

    def by_members(number: int) -> None:
        """Works by one member after the other, beginning with one of its own, until it is to stop."""
        pace, choice = Pace(each_a_second, stop), random.Random(f"{seed} {number}")
        recorder = Recorder(system.history.client(), tally, number)
        nodes = system.clusters[Hazelcast].nodes
        here = nodes[number % len(nodes)]
        members = itertools.repeat(here) if stay else itertools.islice(itertools.cycle(nodes), number, None)
        while not stop.is_set():
            try:
                member = next(members)
                recorder.at = member.spec.name
                with connect([member], **own) as hazelcast:
                    _at_one(work.at(hazelcast, recorder, choice), pace, stop)
            except (HarnessError, HazelcastError, OSError):  # the member does not run, or lets nobody in
                stop.wait(_AGAIN_S)

    with ThreadPoolExecutor(clients) as pool:
        running = [pool.submit(by_members, number) for number in range(clients)]
        try:
            yield tally
        finally:
            stop.set()
    for future in running:
        future.result()


def _at_one(work: One, pace: Pace, stop: threading.Event) -> None:
    """Works at a member until it is to stop, or the member is of no use."""
    while not stop.is_set():
        pace.await_next()
        if not work():
            return
