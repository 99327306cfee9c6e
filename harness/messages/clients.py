"""The message workload: clients that post to the facade and read what it aggregates, as a file says it of the system.

Guarantee under test: a post that was acknowledged is in logging's map and reaches exactly one messages instance; a GET
returns logging's set plus the set of exactly one messages instance, and says whose. Any other answer to a post, a
time-out or a closed connection leaves the outcome unknown (`info`), because half of the work may be done. A certain
`fail` is a connection that was never made, and an answer of which the file says that by then nobody has the message:
what was surely refused and is there all the same is invented. Of half of the work an answer may say so, too: what
comes out of a queue that it surely has not come into is wrongly denied.

An answer that is not what the file says is none: the read is `info`, with words that begin with "unreadable answer".

Operations recorded (see harness.messages.checkers for their judgement):

    post    {"id", "msg"}; ok adds what is told of {"logged_by", "partition", "offset"}, info {"queued": false} if that
            is sure
    get     ok: {"logging": {"from", "ids"}, "messages": {"from", "ids"}}, of these what the file says
    drain   ok: {"<instance>": [messages in the order read], ...}, the final read of every messages instance
    stored  ok: {"<instance>": [messages], ...}, what each logging instance reads from the map
    logged  ok: {"<instance>": [ids], ...}, which logging instance was given which message
    renew-late, remove-late  {"name", "incarnation"}; ok adds {"status"}, config's answer to a message that came late

A message that was read is its id if its text is the one that was first posted under that id; else [id, text]
(`harness.messages.speaking.identity`). Of a long text there is a digest (`harness.messages.texts`).
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, Literal, TypeAlias

import httpx

from harness.errors import InconclusiveError
from harness.history import Client, History, Invoked
from harness.messages.bounding import Bounded
from harness.messages.checkers.reads import ids
from harness.messages.entries import Entry
from harness.messages.posted import Post, Posted, Traffic
from harness.messages.speaking.body import Body
from harness.messages.speaking.entries import NotReadError, Part, UnreadableAnswerError, part_of
from harness.messages.speaking.identity import Identity, Recorded, new_id
from harness.messages.speaking.outcomes import Outcome, outcome_of
from harness.messages.speaking.requests import request_of
from harness.messages.speaking.speech import Asked, Speech
from harness.messages.texts import as_recorded
from harness.messages.tracing import Traced
from harness.progress import Say

#: For how long an idle connection is used again, in seconds: less than servers keep theirs (uvicorn and Node.js 5 s, as
#: long as httpx by default). A request on one that the server closes at this moment gets no answer, and its outcome is
#: unknown though nothing is broken.
IDLE_S = 2.0
#: The lease of an entry that is renewed by us, in seconds: that of the services (services.settings, LEASE_S).
LEASE_S = 3.0
#: Whose messages those are of which an answer does not say it.
_SOMEBODY = "the messages instances"
#: By what instances are asked for, the name of the operation that is recorded.
_DIRECT: Mapping[Asked, str] = {"messages": "drain", "logging": "stored", "logged": "logged"}


_Shown: TypeAlias = "dict[str, dict[str, Recorded]]"


class MessageClients:
    """Clients of one facade that record every operation. They hold connections until `close`."""

    def __init__(
        self, facade: str, history: History, speech: Speech, *, trace: Say | None = None, seed: int = 0
    ) -> None:
        """Makes clients that speak so; `trace` shows each request, and new messages have the texts of `seed`."""
        self._seed = seed
        self._facade = f"http://{facade}"
        self._speech = speech
        self._history = history
        # Plain HTTP to a port of ours: no certificates, no proxy.
        http = httpx.HTTPTransport(verify=False, trust_env=False, limits=httpx.Limits(keepalive_expiry=IDLE_S))
        plain = Bounded(http)
        transport = Traced(trace, plain) if trace else plain
        self._http = httpx.Client(timeout=speech.get.timeout_s, transport=transport, trust_env=False)
        self._numbers = itertools.count(1)
        self._local = threading.local()
        self._identity = Identity(by_ids=speech.keeps_ids, shared=speech.shared)
        #: What GETs have shown of messages instances, by the instance, of a system that shows each message once.
        self._taken: _Shown = {}

    def post(self, count: int, *, clients: int = 8) -> Posted:
        """Posts `count` new messages from `clients` concurrent clients and returns once each was answered."""
        with ThreadPoolExecutor(clients) as pool:
            return _sorted(pool.map(lambda _: self._post_one(), range(count)))

    def post_texts(self, messages: Iterable[str]) -> Posted:
        """Posts these texts as new messages, one after the other."""
        return _sorted(self._post_as(new_id(next(self._numbers)), message) for message in messages)

    def post_again(self, posted: Posted, message: str | None = None) -> Posted:
        """Posts the acknowledged messages of a batch once more, under their ids; with another text, if one is given."""
        return _sorted(self._post_as(post.id, post.msg if message is None else message) for post in posted.acknowledged)

    def post_twice(self, count: int, message: str | None = None) -> Posted:
        """Posts `count` new messages, each twice at once under its id, as a client does that asks again early.

        The second time with another text, if one is given.
        """
        first = [self._new(number) for number in itertools.islice(self._numbers, count)]
        second = first if message is None else [(id_, message) for id_, _ in first]
        with ThreadPoolExecutor(2 * count) as pool:
            return _sorted(pool.map(lambda each: self._post_as(*each), [*first, *second]))

    def get(self) -> Mapping[str, Any] | None:
        """The answer to one GET of the facade, or None if it failed, or can't be read.

        Raises:
            NotSaidError: the file does not say what the answer holds.
        """
        get, parts = self._speech.get, self._speech.parts
        operation = self._client().invoke("get", None)
        response = self._call(operation, "GET", get.path, timeout=get.timeout_s)
        if isinstance(response, str):
            return None
        if not response.is_success:
            operation.info(_words(response))
            return None
        body = Body(response.text)
        try:
            read = {part: part_of(entries, body, f"get.{part}") for part, entries in parts.items()}
        except UnreadableAnswerError as error:
            operation.info(str(error))
            return None
        value = {
            name: {"from": part.source, "ids": self._identity.recorded(part.messages)} for name, part in read.items()
        }
        operation.ok(value)
        if get.effect == "takes" and "messages" in value:
            _add(self._taken, value["messages"])
        return value

    def shown(self, times: int) -> Mapping[str, Sequence[str]]:
        """The ids that so many GETs show of messages instances, without a record: for waiting, not for judging.

        By the instance, or together where answers do not say whose they are. Of a system that shows each message once,
        what all GETs have shown so far.
        """
        return {name: ids(messages) for name, messages in self._gathered(times).items()}

    def read_shown(self, times: int) -> Mapping[str, Sequence[str]]:
        """Sends so many GETs and records what they show of messages instances as the final read; gives the ids."""
        operation = self._client().invoke("drain", None)
        held = self._gathered(times)
        operation.ok(held)
        return {name: ids(messages) for name, messages in held.items()}

    def _gathered(self, times: int) -> Mapping[str, list[Recorded]]:
        get, entries = self._speech.get, self._speech.parts["messages"]
        shown = self._taken if get.effect == "takes" else {}
        for _ in range(times):
            with suppress(httpx.HTTPError, UnreadableAnswerError):
                response = self._http.get(f"{self._facade}{get.path}", timeout=get.timeout_s).raise_for_status()
                part = part_of(entries, Body(response.text), "get.messages")
                _add(shown, {"from": part.source, "ids": self._identity.recorded(part.messages)})
        return {name: list(messages.values()) for name, messages in shown.items()}

    @contextmanager
    def traffic(self, *, clients: int = 3, pause_s: float = 0.02) -> Iterator[Traffic]:
        """Posts and sends GETs alternately from `clients` clients for as long as the block lasts."""
        traffic = Traffic(self._history)
        with ThreadPoolExecutor(clients) as pool:
            running = [pool.submit(self._alternate, traffic, pause_s) for _ in range(clients)]
            try:
                yield traffic
            finally:
                traffic.stop.set()
        for future in running:
            future.result()

    def settings(self, instance: str) -> Mapping[str, str]:
        """The settings that the client of a service has, without a record.

        Raises:
            InconclusiveError: it does not say.
        """
        try:
            settings: Mapping[str, str] = self._http.get(f"http://{instance}/settings").raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise InconclusiveError(f"{instance} does not say with which settings it works: {error}") from error
        return settings

    def health(self, instance: str) -> str:
        """Why an instance can't do its job now, by its own word; empty if it can. Without a record."""
        answer: dict[str, str] = self._http.get(f"http://{instance}/health").json()
        return "" if answer["status"] == "ok" else answer["reason"]

    def peek(self, instance: str, what: Asked) -> list[str]:
        """The ids one instance (its host:port) holds now, without a record: for waiting, not for judging.

        Raises:
            NotSaidError: the file does not say how it is asked for that.
            httpx.HTTPError: it does not answer with success.
            UnreadableAnswerError: its answer is not what the file says.
        """
        return ids(self._identity.recorded(self._ask(instance, what).messages))

    def read_instances(self, what: Asked, instances: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
        """Asks every instance (name to host:port) directly, records one operation of what each has, gives the ids.

        Raises:
            NotSaidError: the file does not say how they are asked for that.
            NotReadError: one does not answer with success, or its answer is not what the file says.
        """
        self._speech.direct(what)
        operation = self._client().invoke(_DIRECT[what], None)
        held = {}
        for name, at in instances.items():
            try:
                held[name] = self._identity.recorded(self._ask(at, what).messages)
            except httpx.HTTPError as error:
                said = f"{type(error).__name__}: {error}"
                operation.info(said)
                raise NotReadError(f"{name} gave no answer to a direct read ([read.{what}]): {said}") from error
            except UnreadableAnswerError as error:
                said = f"{error} This is what {name} answered."
                operation.info(said)
                raise NotReadError(said) from error
        operation.ok(held)
        return {name: ids(messages) for name, messages in held.items()}

    def _ask(self, instance: str, what: Asked) -> Part:
        direct = self._speech.direct(what)
        response = self._http.get(f"http://{instance}{direct.path}").raise_for_status()
        return part_of(direct.entries, Body(response.text), f"read.{what}.entries")

    def registered(self, config: str) -> Mapping[str, Sequence[str]]:
        """The names of the live instances by role, as config has them."""
        answer = self._http.get(f"http://{config}/instances").raise_for_status().json()
        return {role: sorted(instance["name"] for instance in instances) for role, instances in answer.items()}

    def say_again(self, config: str, entry: Entry, f: Literal["renew-late", "remove-late"]) -> int:
        """Sends config what an instance sent it before, as a network does that held it up; gives the answer's status.

        Raises:
            httpx.HTTPError: config does not answer.
        """
        operation = self._client().invoke(f, sent := {"name": entry.name, "incarnation": entry.incarnation})
        url = f"http://{config}/instances/{entry.name}/{entry.incarnation}"
        try:
            if f == "renew-late":
                status = self._http.put(
                    url, json={"role": entry.role, "url": entry.url, "lease_s": LEASE_S}
                ).status_code
            else:
                status = self._http.delete(url).status_code
        except httpx.HTTPError as error:
            operation.info(f"{type(error).__name__}: {error}")
            raise
        operation.ok({**sent, "status": status})
        return status

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def _alternate(self, traffic: Traffic, pause_s: float) -> None:
        while not traffic.stop.is_set():
            traffic.count_post(self._post_one())
            traffic.count_get(self.get())
            # A client's think time; it ends early when the traffic does.
            traffic.stop.wait(pause_s)

    def _post_one(self) -> Post | str:
        return self._post_as(*self._new(next(self._numbers)))

    def _new(self, number: int) -> tuple[str, str]:
        """Id and text of the message of that number."""
        id_ = new_id(number)
        return id_, self._speech.new_text(id_, number, self._seed)

    def _post_as(self, id_: str, message: str) -> Post | str:
        self._identity.posting(id_, message)
        recorded = {"id": id_, "msg": as_recorded(message)}
        request = request_of(self._speech.post, id_, message)
        operation = self._client().invoke("post", recorded)
        response = self._call(
            operation, request.method, request.path, timeout=self._speech.post.timeout_s, **request.arguments
        )
        if isinstance(response, str):
            return response
        outcome = outcome_of(self._speech.post, response.status_code, Body(response.text))
        if outcome.kind == "acknowledged":
            operation.ok({**recorded, **outcome.told})
            return Post(id_, message, outcome.logged_by, outcome.partition)
        return _not_acknowledged(operation, outcome, _words(response))

    def _call(self, operation: Invoked, method: str, path: str, **request: Any) -> httpx.Response | str:
        """The facade's answer; without one the reason in words, and the operation completed as what that allows."""
        began = time.monotonic()
        try:
            return self._http.request(method, f"{self._facade}{path}", **request)
        except httpx.ConnectError as error:
            operation.fail(why := f"no connection: {error}")
        except httpx.TimeoutException as error:
            took_s = time.monotonic() - began
            operation.info(why := f"no answer within {took_s:.0f} s ({type(error).__name__})")
        except httpx.HTTPError as error:
            operation.info(why := f"{type(error).__name__}: {error}")
        return why

    def _client(self) -> Client:
        """The HTTP client of the calling thread."""
        if not hasattr(self._local, "client"):
            self._local.client = self._history.client()
        client: Client = self._local.client
        return client


def _not_acknowledged(operation: Invoked, outcome: Outcome, why: str) -> str:
    """Completes a post as what its answer allows, and gives the answer in words."""
    match outcome.kind:
        case "not kept":
            operation.fail(why)
        case "not queued":
            operation.info(why, queued=False)
        case _:
            operation.info(why)
    return why


def _add(shown: _Shown, part: Mapping[str, Any]) -> None:
    """Adds what a GET showed of a messages instance, each message once."""
    shown.setdefault(part["from"] or _SOMEBODY, {}).update((str(message), message) for message in part["ids"])


def _words(response: httpx.Response) -> str:
    return f"{response.status_code}: {response.text[:600]}"


def _sorted(answers: Iterable[Post | str]) -> Posted:
    posts = list(answers)
    acknowledged = tuple(answer for answer in posts if isinstance(answer, Post))
    return Posted(acknowledged, tuple(answer for answer in posts if isinstance(answer, str)))
