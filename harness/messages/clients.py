"""The message workload: clients that post to the facade and read what it aggregates.

Guarantee under test: a post that was answered 2xx is in logging's map and reaches exactly one messages instance; a GET
returns logging's set plus the set of exactly one messages instance, and says whose. An answer other than 2xx, a
time-out or a closed connection leaves the outcome unknown (`info`), because half of the work may be done. A certain
`fail` is a connection that was never made, an answer that the request itself is refused (409: the id is another
message's; 413: the text is too long), and one of the facade that not even logging has the message, and surely (503 with
`"stage": "logging"` and `"unknown": false`): what was surely refused and is there all the same is invented. A facade
that is as sure of the queue (`"stage": "queue"`) says so of half of the work: logging has the message by then, and what
comes out of the queue all the same is wrongly denied.

Operations recorded (see harness.messages.checkers for their judgement):

    post    {"id", "msg"}; ok adds {"logged_by", "partition", "offset"}, info {"queued": false} if that is sure
    get     ok: {"logging": {"from", "ids"}, "messages": {"from", "ids"}}
    drain   ok: {"<instance>": [messages in the order read], ...}, the final read of every messages instance
    stored  ok: {"<instance>": [messages], ...}, what each logging instance reads from the map
    logged  ok: {"<instance>": [ids], ...}, which logging instance was given which message
    renew-late, remove-late  {"name", "incarnation"}; ok adds {"status"}, config's answer to a message that came late

A message that was read is its id if its text is the one that was first posted under that id; else [id, text]. Of a long
text there is a digest (`harness.messages.texts`).
"""

from __future__ import annotations

import itertools
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Literal

import httpx

from harness.errors import InconclusiveError
from harness.history import Client, History, Invoked
from harness.messages.entries import Entry
from harness.messages.posted import Post, Posted, Traffic
from harness.messages.texts import as_recorded, text
from harness.messages.tracing import Traced
from harness.progress import Say

#: Longer than the facade takes to give up (REQUEST_DEADLINE_S), so that it is the facade that decides.
REQUEST_TIMEOUT_S = 8.0
#: For how long an idle connection is used again, in seconds: less than servers keep theirs (uvicorn and Node.js 5 s, as
#: long as httpx by default). A request on one that the server closes at this moment gets no answer, and its outcome is
#: unknown though nothing is broken.
IDLE_S = 2.0
#: The lease of an entry that is renewed by us, in seconds: that of the services (services.settings, LEASE_S).
LEASE_S = 3.0
#: By the stage at which a facade says that a post ended, and surely, what did not happen.
_STAGES: Mapping[str, Literal["done", "queued"]] = {"logging": "done", "queue": "queued"}
#: Answers of the kind 4xx that do not say that the request is refused for good (RFC 9110, 15.5; RFC 6585, 4).
_NOT_FOR_GOOD = {408, 425, 429}


class MessageClients:
    """Clients of one facade that record every operation. They hold connections until `close`."""

    def __init__(self, facade: str, history: History, *, trace: Say | None = None, seed: int = 0) -> None:
        """Makes clients; `trace` shows each request, and the texts of new messages are those of `seed`."""
        self._seed = seed
        self._facade = f"http://{facade}"
        self._history = history
        # Plain HTTP to a port of ours: no certificates, no proxy.
        plain = httpx.HTTPTransport(verify=False, trust_env=False, limits=httpx.Limits(keepalive_expiry=IDLE_S))
        transport = Traced(trace, plain) if trace else plain
        self._http = httpx.Client(timeout=REQUEST_TIMEOUT_S, transport=transport, trust_env=False)
        self._numbers = itertools.count(1)
        self._local = threading.local()
        #: By id the text that it was first posted with.
        self._texts: dict[str, str] = {}

    def post(self, count: int, *, clients: int = 8) -> Posted:
        """Posts `count` new messages from `clients` concurrent clients and returns once each was answered."""
        with ThreadPoolExecutor(clients) as pool:
            return _sorted(pool.map(lambda _: self._post_one(), range(count)))

    def post_texts(self, messages: Iterable[str]) -> Posted:
        """Posts these texts as new messages, one after the other."""
        return _sorted(self._post_as(_id(next(self._numbers)), message) for message in messages)

    def post_again(self, posted: Posted, message: str | None = None) -> Posted:
        """Posts the acknowledged messages of a batch once more, under their ids; with another text, if one is given."""
        return _sorted(self._post_as(post.id, post.msg if message is None else message) for post in posted.acknowledged)

    def post_twice(self, count: int, message: str | None = None) -> Posted:
        """Posts `count` new messages, each twice at once under its id, as a client does that asks again early.

        The second time with another text, if one is given.
        """
        first = [(_id(number), text(number, self._seed)) for number in itertools.islice(self._numbers, count)]
        second = first if message is None else [(id_, message) for id_, _ in first]
        with ThreadPoolExecutor(2 * count) as pool:
            return _sorted(pool.map(lambda each: self._post_as(*each), [*first, *second]))

    def get(self) -> Mapping[str, Any] | None:
        """The answer to one GET of the facade, or None if it failed."""
        operation = self._client().invoke("get", None)
        answer = self._call(operation, "GET", f"{self._facade}/messages")
        if isinstance(answer, str):
            return None
        value = {
            part: {"from": answer[part]["from"], "ids": self._entries(answer[part])} for part in ("logging", "messages")
        }
        operation.ok(value)
        return value

    @contextmanager
    def traffic(self, *, clients: int = 3, pause_s: float = 0.02) -> Iterator[Traffic]:
        """Posts and sends GETs alternately from `clients` clients for as long as the block lasts."""
        traffic = Traffic()
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

    def peek(self, instance: str, path: str = "/messages") -> list[str]:
        """The ids one instance holds now, without a record: for waiting, not for judging."""
        return _ids(self._http.get(f"http://{instance}{path}").raise_for_status().json())

    def read_instances(self, f: str, path: str, instances: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
        """Asks every instance (name to host:port) directly, records one operation `f` of what each has, gives the ids.

        Raises:
            httpx.HTTPError: one does not answer with success.
        """
        operation = self._client().invoke(f, None)
        try:
            answers = {
                name: self._http.get(f"http://{at}{path}").raise_for_status().json() for name, at in instances.items()
            }
        except httpx.HTTPError as error:
            operation.info(f"{type(error).__name__}: {error}")
            raise
        operation.ok({name: self._entries(answer) for name, answer in answers.items()})
        return {name: _ids(answer) for name, answer in answers.items()}

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
        number = next(self._numbers)
        return self._post_as(_id(number), text(number, self._seed))

    def _post_as(self, id_: str, message: str) -> Post | str:
        self._texts.setdefault(id_, message)
        recorded = {"id": id_, "msg": as_recorded(message)}
        operation = self._client().invoke("post", recorded)
        answer = self._call(
            operation, "POST", f"{self._facade}/messages", json={"msg": message}, headers={"Idempotency-Key": id_}
        )
        if isinstance(answer, str):
            return answer
        queued = answer.get("queued") or {}
        post = Post(id_, message, answer["logged_by"], queued.get("partition"))
        operation.ok(
            {**recorded, "logged_by": post.logged_by, "partition": post.partition, "offset": queued.get("offset")}
        )
        return post

    def _entries(self, part: Mapping[str, Any]) -> list[Any]:
        """What an answer holds, as the history has it: ids, or messages by their ids."""
        if "ids" in part:
            return list(part["ids"])
        return [
            message["id"]
            if self._texts.get(message["id"]) == message["msg"]
            else [message["id"], as_recorded(message["msg"])]
            for message in part["messages"]
        ]

    def _call(self, operation: Invoked, method: str, url: str, **request: Any) -> dict[str, Any] | str:
        """The JSON of a 2xx answer; else the answer in words, and the operation completed as what that allows."""
        try:
            response = self._http.request(method, url, **request)
        except httpx.ConnectError as error:
            operation.fail(why := f"no connection: {error}")
            return why
        except httpx.HTTPError as error:
            operation.info(why := f"{type(error).__name__}: {error}")
            return why
        if response.is_success:
            answer: dict[str, Any] = response.json()
            return answer
        why = f"{response.status_code}: {response.text[:600]}"
        match _surely_not(response):
            case "done":
                operation.fail(why)
            case "queued":
                operation.info(why, queued=False)
            case None:
                operation.info(why)
        return why

    def _client(self) -> Client:
        """The HTTP client of the calling thread."""
        if not hasattr(self._local, "client"):
            self._local.client = self._history.client()
        client: Client = self._local.client
        return client


def _surely_not(response: httpx.Response) -> Literal["done", "queued"] | None:
    """What an answer says that surely did not happen, if anything.

    Nothing was done if the request is refused, or not even logging has the message. Where only the queue surely has not
    got it, logging has.
    """
    if response.is_client_error:
        return None if response.status_code in _NOT_FOR_GOOD else "done"
    try:
        answer = response.json()
    except ValueError:
        return None
    if not isinstance(answer, dict) or answer.get("unknown") is not False:
        return None
    return _STAGES.get(str(answer.get("stage")))


def _sorted(answers: Iterable[Post | str]) -> Posted:
    posts = list(answers)
    acknowledged = tuple(answer for answer in posts if isinstance(answer, Post))
    return Posted(acknowledged, tuple(answer for answer in posts if isinstance(answer, str)))


def _id(number: int) -> str:
    """An id that nobody else has, and that a person can find in a log."""
    return f"m-{number:06d}-{uuid.uuid4().hex[:8]}"


def _ids(part: Mapping[str, Any]) -> list[str]:
    """The ids of an answer: either listed as such or as those of its messages."""
    ids: list[str] = part["ids"] if "ids" in part else [message["id"] for message in part["messages"]]
    return ids
