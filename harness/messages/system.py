"""A system of facade, logging and messages services as a scenario sees it, with its clients.

Not for deciding anything: what happened is in the history, and checkers judge that.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import cached_property, partial

from harness.answer import Answer
from harness.assertions import demand_throughout
from harness.backends.protocol import Node
from harness.checkers import Anomaly
from harness.clusters import Clusters, DutyQuestions, Picked, Target, Waiting
from harness.errors import AwaitTimeoutError, InconclusiveError, NotSaidError, WentWrongError
from harness.guarantees import asks_for_notes
from harness.messages import commands, evidence, holdings, settings
from harness.messages.assertions import assert_delivered_and_aggregated
from harness.messages.checkers import aggregation
from harness.messages.clients import MessageClients
from harness.messages.entries import Entry, entry_of
from harness.messages.namespace import Namespace
from harness.messages.posted import Post, Posted, Traffic
from harness.messages.settings import DeclaredSettings, Settings
from harness.messages.settling import Settling
from harness.messages.speaking.entries import NotReadError, UnreadableAnswerError
from harness.messages.speaking.speech import Asked, Speech
from harness.servers.hazelcast.contents import items
from harness.servers.hazelcast.kind import Hazelcast
from harness.servers.hazelcast.targets import owner_of
from harness.servers.kafka.kind import Kafka
from harness.servers.kafka.targets import leader_holding
from harness.system import Action, Basis, Cast, System
from harness.waiting import until

_DRAIN_TIMEOUT_S = 40.0
#: By role, what its instances can be asked for.
_ROLES: Mapping[str, Asked] = {"logging": "logging", "messages": "messages"}
#: Several times what a client that commits by the clock takes, 5 s by default.
_COMMITTED_TIMEOUT_S = 20.0
_FORGOTTEN_TIMEOUT_S = 10.0
#: GETs until every messages instance has answered at least once: with 3 instances, one is left out of 64 in a case of
#: ten to the eleventh. It takes a checker fewer to say that an instance is unheard.
_MOST_GETS = 64
#: GETs for a look at what instances hold while these still take messages.
_SOME_GETS = 8


class MessageSystem(System):
    """The system that the `system` fixture gives to a scenario of this suite. A context manager."""

    def __init__(
        self, basis: Basis, cast: Cast, namespace: Namespace, declared: DeclaredSettings, speech: Speech
    ) -> None:
        super().__init__(basis, cast)
        self.speech = speech
        self.namespace = namespace
        self._declared = declared
        self.logging = self.instances("logging")
        self.messages = self.instances("messages", started=partial(self.note_settings, consumers=True))
        self._trace = basis.trace
        self._seed = basis.seed

    def note_settings(self, *, consumers: bool) -> None:
        """Records the settings that the consumers, or all others, were declared to have, and those that they have."""
        settings.note(self, self._declared.of(consumers=consumers), consumers=consumers)

    def clients_settings(self, roles: Collection[str]) -> Mapping[str, Callable[[], Settings]]:
        """Whom to ask, by its name, for the settings of the clients that services of these roles have."""
        return {
            name: partial(self._settings_of, node.endpoint("http"))
            for name, node in self.deployment.nodes.items()
            if node.spec.role in roles
        }

    def _settings_of(self, instance: str) -> Settings:
        if answer := self.clients.settings(instance):
            return answer
        raise InconclusiveError("it has no client yet")

    @cached_property
    def clients(self) -> MessageClients:
        """Clients of the facade."""
        clients = MessageClients(self.facade, self.history, self.speech, trace=self._trace, seed=self._seed)
        self.at_end(clients.close)
        return clients

    @property
    def facade(self) -> str:
        """The host:port of the facade."""
        return self.clusters.role("facade")[0].endpoint("http")

    @property
    def topic(self) -> str:
        """This scenario's Kafka topic."""
        return self.namespace.topic

    @property
    def queue(self) -> str:
        """This scenario's Hazelcast queue."""
        return self.namespace.queue_name

    @property
    def targets(self) -> Mapping[str, tuple[Target, str]]:
        """The targets that a person can name: where the messages are, and what the servers have."""
        if not self.namespace.has_queue:
            return super().targets
        where: Mapping[str, tuple[Target, str]] = {
            "owner": (owner_of(self.queue), "the Hazelcast member that owns the queue")
        }
        if self.namespace.queue == "kafka":
            where = {"leader": (self._leader, "the broker that leads the partition with the most messages")}
        return {**where, **super().targets}

    @property
    def commands(self) -> Mapping[str, Callable[..., Answer]]:
        """Sending to the facade, and reading from it."""
        return {"send": partial(commands.send, self), "get": partial(commands.get, self)}

    @property
    def actions(self) -> Sequence[Action]:
        """Sending some messages."""
        return (Action("Send 10", "send", (10,)),)

    @property
    def requests(self) -> Sequence[str]:
        """Posts and GETs."""
        return ("post", "get")

    @property
    def roles(self) -> Sequence[str]:
        """The roles of all its nodes, first of those that clients speak to."""
        return tuple(dict.fromkeys(("facade", *super().roles)))

    def more(self) -> Answer:
        """Which instance holds how many messages."""
        counts = holdings.holdings(self)
        return Answer(holdings.table(counts), {"holdings": [asdict(count) for count in counts]})

    @property
    def duties(self) -> DutyQuestions:
        """Who leads the topic, or owns the queue, and what the servers say of themselves."""
        if not self._begun or not self.namespace.has_queue:
            return super().duties
        if self.namespace.queue == "kafka":
            return {**super().duties, "leaders": lambda: self.clusters[Kafka].leaders_of(self.topic)}
        return {**super().duties, "owner of the queue": lambda: self.clusters[Hazelcast].owners_duty(self.queue)}

    @property
    def waiting(self) -> Mapping[str, Callable[[], Sequence[Waiting]]]:
        """What the consumers have not taken yet."""
        if not self._begun or not self.namespace.has_queue:
            return {}
        if self.namespace.queue == "kafka":
            return {"consumer lag": lambda: self.clusters[Kafka].waiting(self.namespace.group, self.topic)}
        return {"queue depth": lambda: self.clusters[Hazelcast].waiting(self.queue)}

    @property
    def _begun(self) -> bool:
        """Before a service was started nobody made the topic or the queue, and to find that out would take seconds."""
        return any(spec.name in self.deployment.nodes for spec in self.specs)

    def _leader(self, clusters: Clusters) -> Picked:
        """A target that looks through the history when it picks, not when somebody asks which targets there are."""
        posts = (event for event in self.history.events if event.f == "post" and event.type == "ok")
        told = [partition for event in posts if (partition := event.value.get("partition")) is not None]
        return leader_holding(self.topic, told or [0])(clusters)

    def demand_throughout(self) -> None:
        """Demands right GETs: nobody drains what is sent by command, so nothing else can be judged."""
        demand_throughout(self.history, aggregation.check)

    def note_owners(self) -> None:
        """Records which Hazelcast member owns what, before anything is broken."""
        evidence.note_owners(self)

    def note_before_fault(self) -> None:
        """Records who leads the topic, where the settings permit a loss of what those lead who are hit."""
        if asks_for_notes(self._declared.known):
            evidence.note_leaders(self)

    def note_evidence(self, anomalies: Sequence[Anomaly]) -> None:
        """Records what services logged of the messages of these anomalies, and who has them now."""
        evidence.note_evidence(self, anomalies)

    def judge_the_rest(self) -> None:
        """Demands that nothing acknowledged is lost, and all else that the system promises of messages."""
        if not self.messages.nodes:
            self.messages.start()
        posts = [o.value for o in self.history.events.operations if o.f == "post" and o.outcome == "ok"]
        self.drain(Posted(tuple(Post(post["id"], str(post["msg"]), None, None) for post in posts)))
        self.read()
        assert_delivered_and_aggregated(self.history)

    def post(self, count: int) -> Posted:
        """Posts `count` messages through the facade; see `MessageClients.post`."""
        with self.step(f"post {count} messages"):
            return self.clients.post(count)

    def post_texts(self, messages: Sequence[str]) -> Posted:
        """Posts these texts as new messages, one after the other."""
        with self.step(f"post {len(messages)} texts"):
            return self.clients.post_texts(messages)

    def post_again(self, posted: Posted, message: str | None = None) -> Posted:
        """Posts acknowledged messages again under the same ids, as a client does that did not hear the answer.

        Args:
            posted: the messages.
            message: another text to post under each of the ids, if one is given.
        """
        with self.step(f"post {len(posted.acknowledged)} messages again"):
            return self.clients.post_again(posted, message)

    def post_twice(self, count: int, message: str | None = None) -> Posted:
        """Posts `count` messages, each twice at the same time, once with another text if one is given."""
        with self.step(f"post {count} messages, each twice at the same time"):
            return self.clients.post_twice(count, message)

    @contextmanager
    def traffic(self) -> Iterator[Traffic]:
        """Posts and sends GETs in the background for as long as the block lasts."""
        with self.step("traffic: posts and GETs until the end of this step"), self.clients.traffic() as traffic:
            yield traffic

    def ask_directly(self, node: Node) -> None:
        """The answer of one instance to a GET, past the facade.

        Raises:
            httpx.TransportError: it can't be reached.
            NotReadError: it answers something else than the file says.
            NotSaidError: the file does not say how instances of its role are asked.
        """
        if node.spec.role not in _ROLES:
            raise NotSaidError(f"[read] is about {' and '.join(_ROLES)} instances, not about {node.spec.name}")
        try:
            self.clients.peek(node.endpoint("http"), _ROLES[node.spec.role])
        except UnreadableAnswerError as error:
            raise NotReadError(f"{error} This is what {node.spec.name} answered.") from error

    def drain(self, posted: Posted) -> Mapping[str, Sequence[str]]:
        """Waits until the messages instances have settled and records what each holds.

        Settled: they hold every acknowledged message between them and nothing has changed for a second (a double may
        come late), or, if some never come, nothing has changed for much longer. In a system without messages instances
        there is nothing to wait for.

        Raises:
            WentWrongError: it still changes after 40 s.
            NotReadError: an instance gives no answer.
        """
        if not self.speech.shows("messages"):
            return {}
        settling = Settling(posted.ids)
        with self.step("drain: every acknowledged message to be read by a messages instance"):
            try:
                until(
                    f"the messages instances to settle with all {len(posted.ids)} acknowledged messages",
                    lambda: settling.look(self._look()),
                    lambda seen: seen.settled,
                    timeout_s=_DRAIN_TIMEOUT_S,
                    interval_s=0.1,
                )
            except AwaitTimeoutError as error:
                # An instance that gives no answer says so itself.
                self.held()
                said = f"after {_DRAIN_TIMEOUT_S:g} s {settling.restless}"
                raise WentWrongError(said, finding="never settled") from error
            return self.held()

    def _look(self) -> Mapping[str, Sequence[str]]:
        """What each messages instance holds; where none can be asked, what GETs show of them."""
        if not self.speech.can_ask("messages"):
            return self.clients.shown(_SOME_GETS)
        return {name: self.clients.peek(at, "messages") for name, at in self.messages.running.items()}

    def await_committed(self) -> None:
        """Waits until the consumers' group has committed all that the topic has.

        Raises:
            AwaitTimeoutError: it has not within some seconds.
        """
        with self.step("all that was read to be committed"):
            until(
                "the group to have committed all that the topic has",
                lambda: self.clusters[Kafka].lag(self.namespace.group, self.topic),
                lambda lags: not any(lag.behind for lag in lags),
                timeout_s=_COMMITTED_TIMEOUT_S,
            )

    def queued(self) -> Sequence[str]:
        """The ids of the messages in the Hazelcast queue now, each as often as it is there; nobody takes one by that.

        Raises:
            InconclusiveError: no member runs.
        """
        entries = [json.loads(item) for item in items(self.clusters[Hazelcast], self.queue)]
        # Consumers leave an entry there that is no message (services.queues.hazelcast).
        return [str(message["id"]) for message in entries if "id" in message]

    def held(self) -> Mapping[str, Sequence[str]]:
        """The messages that each running messages instance holds now, recorded as the final read.

        Where none can be asked, what so many GETs show that chance hardly leaves out what an instance holds.
        """
        if not self.speech.can_ask("messages"):
            return self.clients.read_shown(_MOST_GETS)
        return self.clients.read_instances("messages", self.messages.running)

    def stored(self) -> Mapping[str, Sequence[str]]:
        """The messages that each running logging instance reads from the map now, recorded as a direct read."""
        return self.clients.read_instances("logging", self.logging.running)

    def received(self) -> Mapping[str, Sequence[str]]:
        """The messages that each running logging instance has logged itself since it started, recorded."""
        return self.clients.read_instances("logged", self.logging.running)

    def registered(self) -> Mapping[str, Sequence[str]]:
        """The names of the live instances by role, as config has them."""
        return self.clients.registered(self._config)

    def await_forgotten(self, names: Collection[str]) -> None:
        """Waits until config tells of none of these instances; of a system without one nobody tells.

        Raises:
            AwaitTimeoutError: it still tells of one after several times its lease.
        """
        if "config" in self.deployment.nodes:
            until(
                f"config to have forgotten {', '.join(sorted(names))}",
                self.registered,
                lambda live: not {*names} & {name for role in live.values() for name in role},
                timeout_s=_FORGOTTEN_TIMEOUT_S,
            )

    def entry_of(self, name: str) -> Entry:
        """The entry under which an instance came into config's registry last, by config's log."""
        return entry_of(name, self.log_of("config"))

    def renew_late(self, entry: Entry) -> int:
        """Sends config a renewal of that entry, as if it had been held up on its way; gives the answer's status."""
        with self.step(f"a renewal of {entry.name} comes late"):
            return self.clients.say_again(self._config, entry, "renew-late")

    def remove_late(self, entry: Entry) -> int:
        """Sends config the removal of that entry, as if it had been held up on its way; gives the answer's status."""
        with self.step(f"the removal of {entry.name} comes late"):
            return self.clients.say_again(self._config, entry, "remove-late")

    @property
    def _config(self) -> str:
        return self.deployment.nodes["config"].endpoint("http")

    def health(self, role: str) -> Mapping[str, str]:
        """Why each running instance of a role can't do its job now, by its own word; empty if it can."""
        return {name: self.clients.health(at) for name, at in self.instances(role).running.items()}

    def read(self) -> None:
        """Sends GETs until every running messages instance has answered, and reads each logging instance directly.

        If one answers none of them, or nobody is told whose answers they are, there are as many GETs as a checker needs
        to tell that from chance; a few, where no messages instance is waited for. What the file gives no way to ask for
        is not asked for.
        """
        waiting_for = set(self.messages.running) if self.speech.shows("messages") else set()
        for _ in range(_MOST_GETS if waiting_for else _SOME_GETS):
            answer = self.clients.get()
            waiting_for.discard(answer["messages"]["from"] if answer and "messages" in answer else None)
            if not waiting_for and self.speech.shows("messages"):
                break
        if self.speech.can_ask("logging"):
            self.stored()
        if self.speech.can_ask("logged"):
            self.received()
