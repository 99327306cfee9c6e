"""The system under test as a scenario sees it: a running topology in an epoch of its own, with its clients.

Not for deciding anything: what happened is in the history, and checkers judge that.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from harness.backends.protocol import Deployment, Node, Phase, that_run
from harness.clusters import Clusters
from harness.history import History
from harness.messages.clients import MessageClients, Posted, Traffic
from harness.messages.services import Epoch
from harness.progress import Say, Step
from harness.servers.hazelcast.spec import BACKUPS, BOUNDED
from harness.servers.hazelcast.workloads.increments import Increments
from harness.servers.hazelcast.workloads.items import Items
from harness.servers.hazelcast.workloads.keys import Keys
from harness.servers.hazelcast.workloads.stored import StoredEntries
from harness.topology.nodes import NodeSpec
from harness.topology.timings import Timings
from harness.waiting import until

_DRAIN_TIMEOUT_S = 40.0
_SETTLED_S = 1.0
_GIVEN_UP_S = 10.0
#: GETs until every messages instance has answered at least once: with 2 instances, 64 misses have a chance of 2^-64.
_MOST_GETS = 64


class Instances:
    """All instances of one service role."""

    def __init__(self, role: str, specs: Sequence[NodeSpec], deployment: Deployment, narrate: Step) -> None:
        self.role = role
        self._specs = [spec for spec in specs if spec.role == role]
        self._deployment = deployment
        self._narrate = narrate

    @property
    def nodes(self) -> Sequence[Node]:
        """Its nodes, running or not; those that were never started are no nodes yet."""
        return [nodes[spec.name] for spec in self._specs if spec.name in (nodes := self._deployment.nodes)]

    @property
    def running(self) -> Mapping[str, str]:
        """Name to host:port of those that run."""
        return {n.spec.name: n.endpoint("http") for n in that_run(self.nodes)}

    def stop(self) -> None:
        """SIGTERM to all at once; returns when they are gone."""
        with self._narrate(f"stop all {self.role} instances"), ThreadPoolExecutor() as pool:
            list(pool.map(lambda node: node.stop(), self.nodes))

    def start(self) -> None:
        """Starts all at once, the first time or again; returns when each says that it is healthy."""
        with self._narrate(f"start all {self.role} instances"):
            self._start(self._specs)

    def start_in_turn(self) -> None:
        """Starts one after the other, each once the one before says that it is healthy."""
        for spec in self._specs:
            with self._narrate(f"start {spec.name}"):
                self._start([spec])

    def _start(self, specs: Sequence[NodeSpec]) -> None:
        there = self._deployment.nodes
        again = [there[spec.name] for spec in specs if spec.name in there]
        again = [node for node in again if node.state().phase is Phase.EXITED]
        self._deployment.put([spec for spec in specs if spec.name not in there])
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda node: node.start(), again))


@dataclass(frozen=True)
class Held:
    """How many acknowledged messages no instance holds, and for how many seconds nothing has changed."""

    missing: int
    unchanged_s: float

    @property
    def settled(self) -> bool:
        """Whether it is time for the final read."""
        return self.unchanged_s >= (_GIVEN_UP_S if self.missing else _SETTLED_S)


class Settling:
    """Watches what the messages instances hold until it no longer changes."""

    def __init__(self, due: frozenset[str]) -> None:
        self._due = due
        self._last: Mapping[str, Sequence[str]] = {}
        self._since_s = time.monotonic()

    def look(self, held: Mapping[str, Sequence[str]]) -> Held:
        """Takes note of what each instance holds now."""
        if held != self._last:
            self._last, self._since_s = held, time.monotonic()
        missing = self._due.difference(*held.values())
        return Held(len(missing), round(time.monotonic() - self._since_s, 1))


class System:
    """What the `system` fixture gives to a scenario. A context manager: it holds connections."""

    def __init__(
        self,
        deployment: Deployment,
        clusters: Clusters,
        epoch: Epoch,
        specs: Sequence[NodeSpec],
        history: History,
        narrate: Step,
        timings: Timings,
        *,
        trace: Say | None = None,
    ) -> None:
        self.deployment = deployment
        self._trace = trace
        self.clusters = clusters
        self.epoch = epoch
        self.history = history
        self.narrate = narrate
        self.timings = timings
        self.specs = tuple(specs)
        self.logging = Instances("logging", specs, deployment, narrate)
        self.messages = Instances("messages", specs, deployment, narrate)
        self._maps = itertools.count(1)
        self._resources = ExitStack()

    @cached_property
    def clients(self) -> MessageClients:
        """Clients of the facade."""
        return MessageClients(self.clusters.nodes["facade"].endpoint("http"), self.history, trace=self._trace)

    def keys(self, *, backups: str = "1") -> Keys:
        """A new map of this epoch with so many backups ("0", "1", "1 + 1 async", "2"), past the services."""
        name = f"{BACKUPS[backups]}keys-{self.epoch.id}-{next(self._maps)}"
        keys = Keys(self.clusters.hazelcast, name, self.history)
        self._resources.callback(keys.close)
        return keys

    def stored_entries(self, store: str) -> StoredEntries:
        """A new map of this epoch that writes to PostgreSQL ("none", "write-through", "write-behind")."""
        name = f"entries-{self.epoch.id}-{next(self._maps)}"
        return StoredEntries(self.clusters, name, store, self.history)

    @property
    def increments(self) -> Increments:
        """A key of this epoch that clients increment, past the services."""
        return Increments(self.clusters.hazelcast, f"increments-{self.epoch.id}", self.history)

    @cached_property
    def items(self) -> Items:
        """A queue of this epoch that holds ten items, past the services."""
        return Items(self.clusters.hazelcast, f"{BOUNDED}{self.epoch.id}", self.history)

    @property
    def topic(self) -> str:
        """This epoch's Kafka topic."""
        return self.epoch.topic

    @property
    def queue(self) -> str:
        """This epoch's Hazelcast queue."""
        return self.epoch.queue_name

    def post(self, count: int) -> Posted:
        """Posts `count` messages through the facade; see `MessageClients.post`."""
        with self.narrate(f"post {count} messages"):
            return self.clients.post(count)

    def post_again(self, posted: Posted) -> Posted:
        """Posts what was acknowledged once more under the same ids, as a client does that did not hear the answer."""
        with self.narrate(f"post {len(posted.acknowledged)} messages again"):
            return self.clients.post_again(posted)

    @contextmanager
    def traffic(self) -> Iterator[Traffic]:
        """Posts and GETs in the background for as long as the block lasts."""
        with self.narrate("traffic: posts and GETs until the end of this step"), self.clients.traffic() as traffic:
            yield traffic

    def ask_directly(self, node: Node) -> None:
        """A GET to one instance, past the facade.

        Raises:
            httpx.TransportError: it can't be reached.
        """
        self.clients.peek(node.endpoint("http"))

    def log_of(self, name: str) -> Sequence[Mapping[str, Any]]:
        """What a service has logged in this epoch, line by line."""
        lines = self.deployment.nodes[name].logs().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def drain(self, posted: Posted) -> Mapping[str, Sequence[str]]:
        """Waits until the messages instances have settled and records what each holds.

        Settled: they hold every acknowledged message between them and nothing has changed for a second (a double may
        come late), or, if some never come, nothing has changed for much longer.
        """
        settling = Settling(posted.ids)
        with self.narrate("drain: every acknowledged message to be read by a messages instance"):
            until(
                f"the messages instances to settle with all {len(posted.ids)} acknowledged messages",
                lambda: settling.look({name: self.clients.peek(at) for name, at in self.messages.running.items()}),
                lambda seen: seen.settled,
                timeout_s=_DRAIN_TIMEOUT_S,
                interval_s=0.1,
            )
            return self.held()

    def held(self) -> Mapping[str, Sequence[str]]:
        """What each running messages instance holds now, recorded as the final read."""
        return self.clients.read_instances("drain", "/messages", self.messages.running)

    def stored(self) -> Mapping[str, Sequence[str]]:
        """What each running logging instance reads from the map now, past the facade."""
        return {name: self.clients.peek(at) for name, at in self.logging.running.items()}

    def registered(self) -> Mapping[str, Sequence[str]]:
        """The names of the live instances by role, as config has them."""
        return self.clients.registered(self.deployment.nodes["config"].endpoint("http"))

    def read(self) -> None:
        """GETs until every running messages instance has answered, and asks logging who logged what."""
        waiting_for = set(self.messages.running)
        for _ in range(_MOST_GETS):
            answer = self.clients.get()
            waiting_for.discard(answer["messages"]["from"] if answer else None)
            if not waiting_for:
                break
        self.clients.read_instances("logged", "/received", self.logging.running)

    def close(self) -> None:
        """Closes the connections; the deployment is not its own."""
        self._resources.close()
        if "clients" in self.__dict__:
            self.clients.close()
