"""What is wrong in a description that its types can't say: how its parts fit each other, and the checkout.

A check leaves out what the types have refused already.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Iterator, Sequence
from os.path import commonpath, isdir, isfile, join, realpath
from pathlib import Path
from typing import get_args

from harness.decoding.meanings import meanings
from harness.decoding.positions import Keys
from harness.decoding.problems import Problem, choice, nearest, shown
from harness.decoding.walking import Walked
from harness.messages.description import imaging
from harness.messages.description.model import (
    Entries,
    FilePath,
    HazelcastServers,
    HeaderText,
    InstanceText,
    MessagePath,
    Post,
    Queue,
    Ready,
    Regex,
    Role,
    Servers,
    Service,
)
from harness.messages.description.names import instance_names, server_names

#: What a reference may name beside nodes: of an instance, of all servers, and of a message.
OF_AN_INSTANCE = ("name", "index", "address", "port")
OF_SERVERS = {"members": "hazelcast", "brokers": "kafka"}
OF_A_MESSAGE = ("id", "text")

_SERVER_KINDS = ("hazelcast", "kafka")
_DEFAULT_COUNT = HazelcastServers().count
_RESERVED = {*OF_AN_INSTANCE, *OF_SERVERS, *OF_A_MESSAGE}
_LAST_PORT = 65535
_REFERENCE = re.compile(r"\$\{([^}]*)(\}?)")
_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")


def problems(walked: Walked, folder: Path) -> Iterator[Problem]:
    """All that is wrong in what the types have let pass.

    Args:
        walked: what they say of the file.
        folder: where the file is, which `checkout` is relative to.
    """
    yield from _facade(walked)
    yield from _counts(walked)
    yield from _names(walked)
    yield from _folders(walked, folder)
    yield from _regexes(walked)
    yield from _ready(walked)
    yield from _queue(walked)
    yield from _post(walked)
    yield from _entries(walked)
    yield from _reads(walked)
    yield from _references(walked)
    yield from _settings(walked)
    yield from _localhost(walked)
    yield from _hosts(walked)
    yield from imaging.problems(walked)


def _facade(walked: Walked) -> Iterator[Problem]:
    roles = walked.given.get("services")
    if isinstance(roles, dict) and "facade" not in roles and walked.right("services", "facade"):
        yield Problem(("services",), "there is no facade, which messages are sent to: describe it in [services.facade]")


def _counts(walked: Walked) -> Iterator[Problem]:
    for keys, service in walked.of(Service):
        count = len(service.running.at) if service.running else service.count
        for name, what in (("port", service.port), ("names", service.names)):
            if isinstance(what, tuple) and what and len(what) != count:
                words = f"expected {count}, one for each instance (count), found {len(what)}"
                yield Problem((*keys, name), words)
        if service.port == () and not service.running:
            yield _without_port(walked, keys)


def _without_port(walked: Walked, keys: Keys) -> Problem:
    if (*keys, "port") in walked.fitting:
        return Problem((*keys, "port"), "expected at least one, found an empty list")
    words = f"the key port is missing: {meanings(Service)['port'].rstrip('.')}"
    return Problem(keys, words)


def _names(walked: Walked) -> Iterator[Problem]:
    servers = walked.at("servers") or Servers()
    taken = {name: f"a server of [servers.{name.rpartition('-')[0]}]" for name in server_names(servers)}
    for keys, service in walked.of(Service):
        role = str(keys[-1])
        for index, name in enumerate(instance_names(role, service.count, service.names)):
            where = (*keys, "names", index) if service.names else keys
            # Host names are the same in capitals.
            if other := taken.get(name.lower()):
                yield Problem(where, f"{name} is the name of {other} already; each node needs one of its own")
            elif name in _RESERVED:
                yield Problem(where, f"{name} can't be a name: ${{{name}}} means something else")
            taken[name.lower()] = f"an instance of {role}"


def _folders(walked: Walked, folder: Path) -> Iterator[Problem]:
    if not walked.right("checkout"):
        return
    root = realpath(folder / (walked.at("checkout") or "."))
    if not isdir(root):
        yield Problem(("checkout",), f"there is no folder {root}; it is relative to the folder of this file")
        return
    for keys, path in walked.of(FilePath):
        if keys[-1] == "folder":
            yield from _in_checkout(keys, root, path, "folder")
        elif keys[0] == "runtime" or keys[-1] in ("dockerfile", "compose"):
            yield from _in_checkout(keys, root, path, "file")
        elif keys[-1] == "context":
            yield from _in_checkout(keys, root, path, "folder")


def _in_checkout(keys: Keys, root: str, relative: str, what: str) -> Iterator[Problem]:
    # By os.path: what can't be the path of a file, as it is too long, is not there; pathlib raises an OSError.
    path = realpath(join(root, relative))
    if commonpath([path, root]) != root:
        yield Problem(keys, f"{shown(relative)} is outside of the checkout {root}, to which it is relative")
    elif not (isdir(path) if what == "folder" else isfile(path)):
        yield Problem(keys, f"there is no {what} {shown(relative)} in the checkout {root}")


def _regexes(walked: Walked) -> Iterator[Problem]:
    for keys, text in walked.of(Regex):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                groups = re.compile(text).groups
        except (re.error, OverflowError, RecursionError, Warning) as error:
            yield Problem(keys, f"{shown(text)} is no regular expression: {error}")
        else:
            if keys[-1] == "match" and not groups:
                yield Problem(keys, f"{shown(text)} has no group (...), which is the part that is read on")


def _ready(walked: Walked) -> Iterator[Problem]:
    for keys, ready in walked.of(Ready):
        if ready.path is not None and ready.log is not None:
            yield Problem((*keys, "log"), "stands beside path; one of them says when it is ready: leave out the other")
        if ready.path is None and (*keys, "status") in walked.fitting:
            yield Problem((*keys, "status"), "is that of an answer to path, which is not given")


def _queue(walked: Walked) -> Iterator[Problem]:
    for keys, queue in walked.of(Queue):
        if walked.right("servers") and getattr(walked.at("servers"), queue.kind, None) is None:
            words = f"{queue.kind} needs such servers, which are not there: add [servers.{queue.kind}]"
            yield Problem((*keys, "kind"), words)
        if queue.kind == "kafka" and not _TOPIC.fullmatch(queue.name):
            words = f"{shown(queue.name)} is no name of a topic: letters, digits, '.', '_' and '-', at most 249"
            yield Problem((*keys, "name"), words)
        for name in ("group", "partitions"):
            if queue.kind != "kafka" and (*keys, name) in walked.fitting:
                yield Problem((*keys, name), f"is of Kafka, and the queue is of {queue.kind}; leave it out")


def _post(walked: Walked) -> Iterator[Problem]:
    for keys, post in walked.of(Post):
        if post.body in ("json-string", "text") and (*keys, "key") in walked.fitting:
            words = f"a body of the form {post.body} is the text alone, without a key; leave it out"
            yield Problem((*keys, "key"), words)
    queue = walked.at("queue")
    for name in ("partition", "offset"):
        keys = ("post", "answer", name)
        if keys in walked.fitting and walked.right("queue") and (queue is None or queue.kind != "kafka"):
            yield Problem(keys, 'is that of a record in Kafka, and queue.kind is not "kafka"')


def _entries(walked: Walked) -> Iterator[Problem]:
    for keys, entries in walked.of(Entries):
        for name in ("text", "id") if entries.form == "text" else ("strip", "split"):
            # A word is its own text, and may be its own id.
            if walked.at(*keys, name):
                words = f'has no meaning with form = "{entries.form}"; leave it out, or say which form it is'
                yield Problem((*keys, name), words)


def _reads(walked: Walked) -> Iterator[Problem]:
    roles = walked.given.get("services")
    for name, role in (("logging", "logging"), ("logged", "logging"), ("messages", "messages")):
        there = not isinstance(roles, dict) or role in roles or not walked.right("services", role)
        if not there and ("read", name) in walked.fitting:
            words = f"there is no {role} service whose instances could be asked: describe it in [services.{role}]"
            yield Problem(("read", name), words)


def _references(walked: Walked) -> Iterator[Problem]:
    for keys, text in [*walked.of(MessagePath), *walked.of(HeaderText)]:
        yield from _refer(keys, text, OF_A_MESSAGE)
    nodes = _nodes(walked)
    if nodes is None:
        return
    servers = walked.at("servers") or Servers()
    there = [word for word, kind in OF_SERVERS.items() if getattr(servers, kind)]
    for keys, text in walked.of(InstanceText):
        yield from _refer(keys, text, (*OF_AN_INSTANCE, *there, *nodes))


def _nodes(walked: Walked) -> Sequence[str] | None:
    """The names of all nodes; None if the file has them wrong, or what they are named after."""
    services = walked.given.get("services")
    if not walked.right("servers") or not isinstance(services, dict) or services.keys() - get_args(Role):
        return None
    nodes = list(server_names(walked.at("servers") or Servers()))
    for role in services:
        if not (walked.right("services", role, "count") and walked.right("services", role, "names")):
            return None
        count, names = walked.at("services", role, "count"), walked.at("services", role, "names")
        nodes += instance_names(role, count or 1, names or ())
    return nodes


def _refer(keys: Keys, text: str, names: Collection[str]) -> Iterator[Problem]:
    for name, end in _REFERENCE.findall(text):
        if not end:
            yield Problem(keys, f"the reference {shown('${' + name)} does not end; a }} is missing")
        elif name not in names:
            yield Problem(keys, f"${{{name}}} {_why_not(name)}{choice(nearest(name, names), names)}")


def _why_not(name: str) -> str:
    if name in OF_SERVERS:
        return f"needs [servers.{OF_SERVERS[name]}]"
    return "is not known here" if name in _RESERVED else "names nothing"


def _settings(walked: Walked) -> Iterator[Problem]:
    given = walked.given.get("settings")
    if not given or not isinstance(given, dict):
        return
    # Here, as this imports the servers' clients.
    from harness.messages.settings import known_settings

    known = known_settings()
    for name in given:
        if name not in known:
            yield Problem(("settings", name), f"the harness knows no such setting{choice(nearest(name, known), known)}")


def _localhost(walked: Walked) -> Iterator[Problem]:
    """What is wrong with the ports of services that find each other at 127.0.0.1."""
    taken: dict[int, str] = {}
    for kind in _SERVER_KINDS:
        yield from _servers_ports(walked, kind, taken)
    for keys, service in walked.of(Service) if walked.at("localhost") else ():
        if isinstance(service.port, int) and service.count > 1:
            words = f"at 127.0.0.1 its {service.count} instances are told apart by their ports: give a list of these"
            yield Problem((*keys, "port"), words)
            continue
        ports = (service.port,) if isinstance(service.port, int) else service.port
        for port, name in zip(ports, instance_names(str(keys[-1]), service.count, service.names), strict=False):
            yield from _port(taken, port, (*keys, "port"), name)


def _servers_ports(walked: Walked, kind: str, taken: dict[int, str]) -> Iterator[Problem]:
    """What is wrong with the ports at which services find servers of a kind."""
    keys = ("servers", kind, "localhost")
    ports, count = walked.at(*keys) or (), walked.at("servers", kind, "count") or _DEFAULT_COUNT
    if ports and not walked.at("localhost") and walked.right("localhost"):
        yield Problem(keys, "is of services that were written for one machine: say localhost = true at the top")
    if ports and len(ports) != count and walked.right("servers", kind, "count"):
        yield Problem(keys, f"expected {count}, one for each of them (count), found {len(ports)}")
    for index, port in enumerate(ports):
        yield from _port(taken, port, (*keys, index), f"{kind}-{index + 1}")


def _hosts(walked: Walked) -> Iterator[Problem]:
    """What is wrong with the host names and ports that services have for servers."""
    services = {name.lower(): f"an instance of {role}" for role, name in _instances(walked)}
    taken: dict[str, str] = {}
    for kind in _SERVER_KINDS:
        keys = ("servers", kind, "hosts")
        hosts, count = walked.at(*keys) or (), walked.at("servers", kind, "count") or _DEFAULT_COUNT
        if hosts and len(hosts) != count and walked.right("servers", kind, "count"):
            yield Problem(keys, f"expected {count}, one for each of them (count), found {len(hosts)}")
        for index, address in enumerate(hosts):
            host, _, port = address.partition(":")
            name = f"{kind}-{index + 1}"
            if int(port) > _LAST_PORT:
                yield Problem((*keys, index), f"{port} is no port: a number from 1 to {_LAST_PORT}")
            if other := {**services, **taken}.get(host.lower()):
                yield Problem((*keys, index), f"{host} is the name of {other} already; each needs one of its own")
            taken[host.lower()] = name


def _instances(walked: Walked) -> Iterator[tuple[str, str]]:
    """The instances of services: their roles and names."""
    for keys, service in walked.of(Service):
        role = str(keys[-1])
        yield from ((role, name) for name in instance_names(role, service.count, service.names))


def _port(taken: dict[int, str], port: int, keys: Keys, name: str) -> Iterator[Problem]:
    """Notes whose a port of 127.0.0.1 is."""
    if port in taken:
        yield Problem(keys, f"{port} is the port of {taken[port]} at 127.0.0.1 already; each needs one of its own")
    taken.setdefault(port, name)
