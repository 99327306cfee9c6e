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

from harness.given.tables import Running, RunningMembers

Port = Annotated[int, Meta(ge=1, le=65535)]
Count = Annotated[int, Meta(ge=1, le=9)]
Seconds = Annotated[float, Meta(gt=0, le=3600)]
Status = Annotated[int, Meta(ge=100, le=599)]
#: A text that must not be empty.
Name = Annotated[str, Meta(min_length=1)]
#: The part of a URL behind the port. (Python's `$` is also before a line end, which JSON Schema's is not.)
UrlPath = Annotated[
    str, Meta(pattern=r"^/[^\x00-\x20\x7F]*$(?!\n)", description='a path that begins with "/", without spaces')
]
#: That of a request which sends a message.
MessagePath = Annotated[
    str,
    Meta(
        pattern=r"^/[^\x00-\x20\x7F]*$(?!\n)",
        description='a path that begins with "/", without spaces, with ${id} and ${text}',
    ),
]
HeaderName = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$(?!\n)", description="the name of a header, without spaces")
]
HeaderText = Annotated[
    str, Meta(pattern=r"^[\x20-\x7E]*$(?!\n)", description="a text of ASCII in one line, with ${id} and ${text}")
]
#: RFC 6901.
Pointer = Annotated[
    str,
    Meta(
        pattern=r"^(/([^~/]|~[01])*)*$(?!\n)",
        description='a JSON pointer: empty, or "/" before each name, as in "/a/0"',
    ),
]
#: In the syntax of Python's `re`; it is searched for, anywhere.
Regex = Annotated[str, Meta(description="a regular expression, as Python has them")]
HostName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?$(?!\n)",
        max_length=63,
        description="a host name: letters, digits, hyphens and underscores, at most 63",
    ),
]
HostPort = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?:[1-9][0-9]{0,4}$(?!\n)",
        max_length=260,
        description="a host name and a port, as in hazelcast_node_1:5701",
    ),
]
#: A NUL ends what a process is given, and the path of a file.
FilePath = Annotated[str, Meta(pattern=r"^[^\x00]*$", description="the path of a file or folder")]
Word = Annotated[str, Meta(pattern=r"^[^\x00]*$", description="a text")]
InstanceText = Annotated[str, Meta(pattern=r"^[^\x00]*$", description="a text, with references such as ${name}")]
#: No option, and nothing of the checkout.
Package = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9][^\x00-\x1F]*$(?!\n)", description="a package as pip names it, such as flask==3.1.2"),
]
ImageName = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/:@-]*$(?!\n)", description="the name of an image, as python:3.12-slim")
]
VariableName = Annotated[str, Meta(pattern=r"^[^=\x00]+$", description="the name of a variable")]
#: The roles that services play in a system of this kind.
Role = Literal["facade", "logging", "messages", "config"]


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file."""


class Ready(Section, frozen=True, kw_only=True):
    """How to tell that an instance is ready, if an open port is not enough.

    Attributes:
        path: a GET of it answers with `status`. It must not change anything: it is asked many times.
        status: the status of that answer.
        log: a regular expression that a line of its output matches; in place of `path`.
        within_s: how long it may take to get ready, in seconds.
    """

    path: UrlPath | None = None
    status: Status = 200
    log: Regex | None = None
    within_s: Seconds = 60.0


class Service(Section, frozen=True, kw_only=True):
    """One service, and how its instances start: by a command in the checkout, or in an image; or that they run already.

    Attributes:
        command: the program and its arguments. In an image it takes the place of what the image says (CMD).
        folder: where it starts, relative to the checkout.
        dockerfile: the Dockerfile that makes its image, relative to the checkout.
        context: the folder that the image is built from, relative to the checkout; without it, that of the Dockerfile.
        image: the name of its image, which is on this machine or can be pulled.
        compose: the names of its instances in the compose file, which says how they start; what stands here wins.
        count: how many instances there are.
        names: the names of the instances, which others may use as host names; without them the role's, with -1, -2 and
            so on if there are several.
        port: the port on which it listens, or a list with the port of each instance; required but beside compose.
        environment: the variables of its environment.
        ready: how to tell that an instance is ready; without it, when its port is open.
        stop_timeout_s: how long an end in order may take, in seconds.
        restart: whether an instance that ends by itself is started again, by its command. That it ended is told anyway.
        running: where its instances run already, in place of all that says how they start. All services do, or none.
    """

    command: Annotated[tuple[InstanceText, ...], Meta(min_length=1)] = ()
    port: Port | tuple[Port, ...] = ()
    folder: FilePath = "."
    dockerfile: FilePath | None = None
    context: FilePath | None = None
    image: ImageName | None = None
    compose: tuple[Name, ...] = ()
    count: Count = 1
    names: tuple[HostName, ...] = ()
    environment: Mapping[VariableName, InstanceText] = field(default_factory=dict)
    ready: Ready = Ready()
    stop_timeout_s: Seconds = 10.0
    restart: bool = False
    running: Running | None = None


class Runtime(Section, frozen=True, kw_only=True):
    """What the commands need; with nothing here, what the machine has.

    Attributes:
        python: a requirements file, relative to the checkout, whose packages `python` finds.
        packages: what `python` finds beside these, or without such a file: ["flask", "hazelcast-python-client"].
        node: package.json files, relative to the checkout: what each names is in node_modules beside it,
            by its lock if there is one.
        java: locks of jgo (jgo.lock.toml), relative to the checkout: the jars that each names are in a folder `jars`
            beside it.
        go: go.mod files, relative to the checkout.
        build: commands that are run in the checkout before any service starts, one after the other, once for what is in
            it: [["npm", "run", "build"]].
    """

    python: FilePath | None = None
    packages: tuple[Package, ...] = ()
    node: tuple[FilePath, ...] = ()
    java: tuple[FilePath, ...] = ()
    go: tuple[FilePath, ...] = ()
    build: tuple[Annotated[tuple[Word, ...], Meta(min_length=1)], ...] = ()


class HazelcastServers(Section, frozen=True, kw_only=True):
    """The Hazelcast members that the harness starts; or where they run already.

    Attributes:
        count: how many there are.
        settings: properties of the members, by their names.
        cluster: the name of their cluster, which clients have to give.
        hosts: of a system whose code names them: the host name of each there, and the port.
        localhost: of a system that finds them at 127.0.0.1: the port there of each.
        running: where they run already, in place of all that says how they start; then all services run already, too.
    """

    count: Count = 3
    settings: Mapping[str, str] = field(default_factory=dict)
    cluster: Name = "faulttolerance"
    hosts: tuple[HostPort, ...] = ()
    localhost: tuple[Port, ...] = ()
    running: RunningMembers | None = None


class KafkaServers(Section, frozen=True, kw_only=True):
    """The Kafka brokers that the harness starts; or where they run already.

    Attributes:
        count: how many there are.
        settings: settings of each broker, by their names.
        hosts: of a system whose code names them: the host name of each there, and the port.
        localhost: of a system that finds them at 127.0.0.1: the port there of each. Kafka's clients ask there who the
            brokers are, and go on at the addresses that they hear.
        running: where they run already, in place of all that says how they start; then all services run already, too.
            Some brokers will do where nothing is said of how they are broken: they name the others.
    """

    count: Count = 3
    settings: Mapping[str, str] = field(default_factory=dict)
    hosts: tuple[HostPort, ...] = ()
    localhost: tuple[Port, ...] = ()
    running: Running | None = None


class Servers(Section, frozen=True, kw_only=True):
    """The servers that the services need, which the harness starts, or which run already.

    Attributes:
        hazelcast: the Hazelcast members; without it there are none.
        kafka: the Kafka brokers; without it there are none.
    """

    hazelcast: HazelcastServers | None = None
    kafka: KafkaServers | None = None

    @property
    def running(self) -> Mapping[str, Running]:
        """What is said of servers that run already, by their kinds."""
        said = {"hazelcast": self.hazelcast, "kafka": self.kafka}
        return {kind: each.running for kind, each in said.items() if each and each.running}


class Queue(Section, frozen=True, kw_only=True):
    """What carries the messages from the facade to the messages service.

    Attributes:
        kind: which server carries them.
        name: the name of the topic, or of the Hazelcast queue.
        group: the group of the Kafka consumers.
        partitions: how many partitions the topic has, which the harness makes before the services start.
    """

    kind: Literal["kafka", "hazelcast"]
    name: Name
    group: Name | None = None
    partitions: Annotated[int, Meta(ge=1, le=64)] = 3


class Accepted(Section, frozen=True, kw_only=True):
    """Which answer to a post is an acknowledgement; any other leaves open what became of the message.

    Attributes:
        status: the status is one of these.
        json: what the body has to have, by JSON pointers; for who answers 200 to everything.
        unless: a regular expression that the body must not match.
    """

    status: Annotated[tuple[Status, ...], Meta(min_length=1)] = (200, 201, 202)
    json: Mapping[Pointer, str | int | bool] = field(default_factory=dict)
    unless: Regex | None = None


class Denied(Section, frozen=True, kw_only=True):
    """An answer to a post that says what surely has not happened.

    Attributes:
        status: the status is one of these; any but that of an acknowledgement, if none is given.
        json: what the body has to have, by JSON pointers.
        what: what surely has not happened: "kept", the message was kept nowhere; "queued", it has not come into the
            queue.
    """

    status: tuple[Status, ...] = ()
    json: Mapping[Pointer, str | int | bool] = field(default_factory=dict)
    what: Literal["kept", "queued"] = "kept"


class Post(Section, frozen=True, kw_only=True):
    """How a client sends a message to the facade.

    Attributes:
        path: the path of the request.
        method: the method of the request.
        body: in which form the text is sent: "json" an object with `key`, "json-string" the text as a JSON string,
            "form" a form field `key`, "query" a parameter `key` of the address, "text" the bare text.
        key: the name of the text in that form.
        headers: more headers of the request.
        timeout_s: how long an answer may take, in seconds: more than the facade itself takes to give up.
        accepted: which answer acknowledges the message.
        denied: which answers say that something surely has not happened.
        answer: JSON pointers to what else an acknowledgement tells: `logged_by`, the name of the logging instance that
            has taken the message; `partition` and `offset` of its record in Kafka.
    """

    path: MessagePath
    method: Literal["POST", "PUT", "GET"] = "POST"
    body: Literal["json", "json-string", "form", "query", "text"] = "json"
    key: Name = "msg"
    headers: Mapping[HeaderName, HeaderText] = field(default_factory=dict)
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
    match: Regex | None = None
    empty: Regex | None = None
    form: Literal["json", "python", "text"] = "json"
    strip: str = ""
    split: Name = ", "
    text: Pointer = ""
    id: Pointer | None = None
    source: Pointer | None = None


class Get(Section, frozen=True, kw_only=True):
    """How a client reads from the facade, and what the answer holds.

    Attributes:
        path: the path of the GET.
        timeout_s: how long an answer may take, in seconds.
        effect: what asking does to what is there: nothing; or "takes", and each message is shown only once.
        logging: where in the answer the messages are that logging has.
        messages: where in the answer the messages are that a messages instance has taken.
    """

    path: UrlPath
    timeout_s: Seconds = 8.0
    effect: Literal["none", "takes"] = "none"
    logging: Entries | None = None
    messages: Entries | None = None


class Direct(Section, frozen=True, kw_only=True):
    """How one instance of a service is asked for the messages that it has, past the facade.

    Attributes:
        path: the path of the GET.
        entries: where in the answer the messages are.
    """

    path: UrlPath
    entries: Entries = Entries()


class Reads(Section, frozen=True, kw_only=True):
    """What instances can be asked directly; without these only the facade says what there is.

    Attributes:
        logging: how a logging instance is asked for what all of them share.
        logged: how a logging instance is asked for what it was given itself.
        messages: how a messages instance is asked for what it has taken.
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
    """A system that somebody wrote, as the harness has to know it.

    Attributes:
        name: what reports call the system.
        checkout: the folder with its code, relative to this file.
        compose: a compose file, relative to the checkout, whose services it may take ([services.*] compose). Its Kafka
            and Hazelcast are not started: the harness' servers stand for them, under their names.
        runtime: what the commands of its services need.
        images: what stands in for images that can't be pulled, by their names, wherever a Dockerfile begins with one or
            a service names it: another image, or "harness:python", which the harness makes without a registry.
        servers: the servers that the harness starts for it, or that run already as it does.
        queue: what carries the messages; without one, what needs a queue is left out.
        localhost: its services were written for one machine: each listens on 127.0.0.1, and finds the others there by
            their ports, no two of which are the same. Each has a network of its own all the same.
        services: its services by their roles; there has to be a facade.
        post: how a client sends a message.
        get: how a client reads the messages.
        read: how single instances are asked for what they have.
        promises: what the system promises.
        settings: how its clients are set where that decides what may be lost, such as "kafka.producer.acks" = "1". The
            harness can't ask them, and takes the file's word.
    """

    name: Name
    services: Annotated[Mapping[Role, Service], Meta(extra_json_schema={"required": ["facade"]})]
    post: Post
    get: Get
    checkout: FilePath = "."
    localhost: bool = False
    compose: FilePath | None = None
    runtime: Runtime = Runtime()
    images: Mapping[ImageName, ImageName] = field(default_factory=dict)
    servers: Servers = Servers()
    queue: Queue | None = None
    read: Reads = Reads()
    promises: Promises = Promises()
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def runs_already(self) -> bool:
        """Whether it runs already, so that others may post to it, too, or have posted before."""
        return any(service.running for service in self.services.values()) or bool(self.servers.running)
