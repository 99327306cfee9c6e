"""What a `system.toml` can say: a system of facade, logging and messages services that somebody else wrote.

Plain data, checked by its types alone; `harness.messages.description.decoding` reads it from a file. What each key
means stands with it, and docs/system-file.md and the JSON Schema are made from that.

Texts may hold references, which are replaced for each instance:

    ${name} ${index} ${address} ${port}   of the instance itself; index counts from 1
    ${facade} ${logging-2} ${kafka-1}     the address of a node, as the others reach it
    ${members} ${brokers}                 host:port of each Hazelcast member, of each Kafka broker, separated by commas
    ${id} ${text}                         of the message, in what is sent for a post
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Port = Annotated[int, Meta(ge=1, le=65535)]
Count = Annotated[int, Meta(ge=1, le=9)]
Seconds = Annotated[float, Meta(gt=0)]
Status = Annotated[int, Meta(ge=100, le=599)]
#: Of RFC 6901: empty for the whole, or steps that each begin with a slash.
Pointer = Annotated[str, Meta(pattern="^(/.*)?$")]
#: The roles that services play in a system of this kind.
Role = Literal["facade", "logging", "messages", "config"]


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file."""


class Ready(Section, frozen=True, kw_only=True):
    """How to tell that an instance is ready, if an open port is not enough.

    Attributes:
        path: a GET of it answers with `status`. It must not change anything: it is asked many times.
        status: of that answer.
        log: or: a regular expression that its output matches.
    """

    path: str | None = None
    status: Status = 200
    log: str | None = None


class Service(Section, frozen=True, kw_only=True):
    """One service, and how its instances start.

    Attributes:
        command: the program and its arguments.
        folder: where it starts, relative to the checkout.
        count: how many instances there are.
        names: of the instances, which the others may use as host names; else the service's, with -1, -2 and so on if
            there are several.
        port: where it listens, or a list with the port of each instance.
        environment: its variables.
        ready: how to tell that it is ready.
        stop_timeout_s: how long an end in order may take, in seconds.
    """

    command: Annotated[tuple[str, ...], Meta(min_length=1)]
    port: Port | tuple[Port, ...]
    folder: str = "."
    count: Count = 1
    names: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: Ready = Ready()
    stop_timeout_s: Seconds = 10.0


class Runtime(Section, frozen=True, kw_only=True):
    """What the commands need; with nothing here, what the machine has.

    Attributes:
        python: a requirements file, relative to the checkout, whose packages `python` finds.
    """

    python: str | None = None


class HazelcastServers(Section, frozen=True, kw_only=True):
    """The Hazelcast members that the harness starts.

    Attributes:
        count: how many.
        settings: properties of the members, by name.
    """

    count: Count = 3
    settings: Mapping[str, str] = field(default_factory=dict)


class KafkaServers(Section, frozen=True, kw_only=True):
    """The Kafka brokers that the harness starts.

    Attributes:
        count: how many.
        settings: of each broker, by name.
    """

    count: Count = 3
    settings: Mapping[str, str] = field(default_factory=dict)


class Servers(Section, frozen=True, kw_only=True):
    """The servers that the services need, which the harness starts.

    Attributes:
        hazelcast: its members, if there are any.
        kafka: its brokers, if there are any.
    """

    hazelcast: HazelcastServers | None = None
    kafka: KafkaServers | None = None


class Queue(Section, frozen=True, kw_only=True):
    """What carries the messages from the facade to the messages service.

    Attributes:
        kind: the server.
        name: of the topic, or of the queue.
        group: the group of the Kafka consumers.
        partitions: of the topic, which the harness makes before the services start.
    """

    kind: Literal["kafka", "hazelcast"]
    name: str
    group: str | None = None
    partitions: Annotated[int, Meta(ge=1, le=64)] = 3


class Accepted(Section, frozen=True, kw_only=True):
    """Which answer to a post is an acknowledgement; any other leaves open what became of the message.

    Attributes:
        status: one of these.
        json: by JSON pointer, what the body has to have there; for who answers 200 to everything.
        unless: a regular expression that the body must not match.
    """

    status: tuple[Status, ...] = (200, 201, 202)
    json: Mapping[Pointer, str | int | bool] = field(default_factory=dict)
    unless: str | None = None


class Denied(Section, frozen=True, kw_only=True):
    """An answer to a post that says what surely has not happened.

    Attributes:
        status: one of these; any but an acknowledgement, if none is given.
        json: by JSON pointer, what the body has to have there.
        what: that surely has not happened: nothing at all was kept, or the message has not come into the queue.
    """

    status: tuple[Status, ...] = ()
    json: Mapping[Pointer, str | int | bool] = field(default_factory=dict)
    what: Literal["kept", "queued"] = "kept"


class Post(Section, frozen=True, kw_only=True):
    """How a client sends a message to the facade.

    Attributes:
        path: of the request.
        method: of the request.
        body: in which form the text is sent: "json" an object with `key`, "json-string" the text as a JSON string,
            "form" a form field `key`, "query" a parameter `key` of the address, "text" the bare text.
        key: the name of the text in that form.
        headers: of the request; values may hold ${id}.
        timeout_s: how long an answer may take, in seconds: more than the facade itself takes to give up.
        accepted: which answer acknowledges the message.
        denied: which answers say that something surely has not happened.
        answer: by name, the JSON pointer to what an acknowledgement tells beside that: `logged_by`, the name of the
            logging instance that has taken it; `partition` and `offset` of the record in Kafka.
    """

    path: str
    method: Literal["POST", "PUT", "GET"] = "POST"
    body: Literal["json", "json-string", "form", "query", "text"] = "json"
    key: str = "msg"
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout_s: Seconds = 8.0
    accepted: Accepted = Accepted()
    denied: tuple[Denied, ...] = ()
    answer: Mapping[Literal["logged_by", "partition", "offset"], Pointer] = field(default_factory=dict)


class Entries(Section, frozen=True, kw_only=True):
    """Where a list of messages is in an answer, and in which form; they are cut out in the order of these keys.

    Attributes:
        at: a JSON pointer into the body; the whole body, if none is given. JSON within a string is read as JSON.
        match: a regular expression; its first group that matches something is the part that is read on.
        empty: a regular expression for the words that say that there are none.
        form: how the messages stand in that part: "json" a JSON list, "python" a list as Python prints it, "text" words
            with a separator between them.
        strip: characters around the whole, and around each message, that do not belong to it; with "text".
        split: the separator, with nothing between two of which there is no message; with "text".
        text: where the entries are objects, the JSON pointer to the text within one.
        id: the JSON pointer to the message's id within one, if the system keeps that; the same as `text` where the
            entries are ids alone, without texts.
        source: a JSON pointer, from the whole body, to the name of the instance that the messages are of.
    """

    at: Pointer = ""
    match: str | None = None
    empty: str | None = None
    form: Literal["json", "python", "text"] = "json"
    strip: str = ""
    split: Annotated[str, Meta(min_length=1)] = ", "
    text: Pointer = ""
    id: Pointer | None = None
    source: Pointer | None = None


class Get(Section, frozen=True, kw_only=True):
    """How a client reads from the facade, and what the answer holds.

    Attributes:
        path: of the request.
        timeout_s: how long an answer may take, in seconds.
        effect: what asking does to what is there: nothing; or "takes", and each message is shown only once.
        logging: where in the answer the messages are that logging has.
        messages: where in the answer the messages are that a messages instance has taken.
    """

    path: str
    timeout_s: Seconds = 8.0
    effect: Literal["none", "takes"] = "none"
    logging: Entries | None = None
    messages: Entries | None = None


class Direct(Section, frozen=True, kw_only=True):
    """How one instance of a service is asked for the messages that it has, past the facade.

    Attributes:
        path: of the GET.
        entries: where in the answer they are.
    """

    path: str
    entries: Entries = Entries()


class Reads(Section, frozen=True, kw_only=True):
    """What instances can be asked directly; without these only the facade says what there is.

    Attributes:
        logging: what a logging instance reads from what all of them share.
        logged: what a logging instance was given itself.
        messages: what a messages instance has taken.
    """

    logging: Direct | None = None
    logged: Direct | None = None
    messages: Direct | None = None


class Promises(Section, frozen=True, kw_only=True):
    """What the system promises. What it does not is left out of the verdict, which says so.

    Attributes:
        order: a messages instance takes the messages of a partition in the order in which they came into it.
        exactly_once: no message is taken twice.
        text: which texts come back as they were sent: "any"; "line", without line ends and control characters; "word",
            of ASCII letters, digits and hyphens alone.
        text_bytes: how long a text may be.
    """

    order: bool = True
    exactly_once: bool = True
    text: Literal["any", "line", "word"] = "any"
    text_bytes: Annotated[int, Meta(ge=32)] = 65536


class Description(Section, frozen=True, kw_only=True):
    """The whole file.

    Attributes:
        name: of the system, as reports call it.
        checkout: the folder with its code, relative to the file.
        runtime: what its commands need.
        servers: what the harness starts for it.
        queue: what carries its messages; without one, what needs a queue is left out.
        services: by role; there has to be a facade.
        post: how a message is sent.
        get: how they are read.
        read: how single instances are asked.
        promises: what it promises.
        settings: of its clients, for what they may lose, such as "kafka.producer.acks"; nobody can read them back.
    """

    name: str
    services: Mapping[Role, Service]
    post: Post
    get: Get
    checkout: str = "."
    runtime: Runtime = Runtime()
    servers: Servers = Servers()
    queue: Queue | None = None
    read: Reads = Reads()
    promises: Promises = Promises()
    settings: Mapping[str, str] = field(default_factory=dict)
