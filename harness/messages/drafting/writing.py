"""Writes a description as the text of a `system.toml`, with comments that say what a person has to check."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from harness.messages.description.model import Description
from harness.messages.drafting.findings import printable

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SECTION = re.compile(r"\[([\w.]+)\] ?")
_SERVICE = (
    "Check: the command stays in the foreground and starts one instance, and this is the port that it listens on."
)
_CONTAINERS = (
    "Check: these are all instances of the service, and the first port that each exposes is that of its requests."
)
_CHECKS = {
    "runtime": "Check: these packages are all that the services import.",
    "queue": "Check: this is what the facade sends to and the messages service reads from.",
    "post": "Check: this is the request that sends one text, and these statuses acknowledge it and nothing else.",
    "get": "Check: this is the request that reads the texts, and where in the answer they are.",
}
_LOCALHOST = """# Check: its services find each other at 127.0.0.1, by these ports.
localhost = true
"""
_NO_QUEUE = """
# Nothing is said to carry the messages. If something does:
# [queue]
# kind = "kafka" # or "hazelcast"
# name = "messages"
"""
_POST = """# accepted = { status = [200], unless = "error" }
"""
_GET = """# logging = {} # the whole answer is a JSON list
# logging = { at = "/logging" } # it is an object with that key
# messages = { match = 'messages: (.*)', form = "text", split = ", " } # it is text
"""
_PROMISES = """
# What the system does not promise is not demanded:
# [promises]
# order = false
# exactly_once = false
# text = "word" # or "line": which texts come back as they were sent
"""


def text_of(described: Description, origin: str, todos: Sequence[str]) -> str:
    """The file, as a text.

    Args:
        described: what it says.
        origin: what it was guessed from.
        todos: what is missing in it; each stands in the section that it begins with.
    """
    sections = list(_sections(described))
    headings = {heading for heading, _ in sections}
    first = f"# A first version by harness init, from {printable(origin)}. docs/system-file.md has every key.\n"
    for each in todos:
        if not (found := _SECTION.match(each)) or found[1] not in headings:
            first += f"# TODO: {each}\n"
    lines = [first + f"name = {literal(described.name)}\n" + _LOCALHOST * described.localhost]
    lines += [f"compose = {literal(described.compose)}\n"] if described.compose else []
    for heading, keys in sections:
        role = heading.startswith("services.") and heading.count(".") == 1
        check = _check(described, heading) or ((_CONTAINERS if "compose" in keys else _SERVICE) if role else None)
        lines.append(f"\n[{heading}]\n" + (f"# {check}\n" if check else ""))
        found_todos = [each for each in todos if (found := _SECTION.match(each)) and found[1] == heading]
        lines += [f"# TODO: {_SECTION.sub('', each, count=1)}\n" for each in found_todos]
        lines += [f"{_key(name)} = {literal(value)}\n" for name, value in keys.items()]
        lines += [_POST] * (heading == "post" and "accepted" not in keys)
        lines += [_GET] * (heading == "get" and not keys.keys() & {"logging", "messages"})
    if described.queue is None:
        lines.append(_NO_QUEUE)
    return "".join([*lines, _PROMISES])


def _check(described: Description, heading: str) -> str | None:
    """What a person has to check in a section; None if it is that of a service, or nothing."""
    servers = getattr(described.servers, heading.removeprefix("servers."), None) if "servers." in heading else None
    if servers is None:
        return _CHECKS.get(heading)
    reference = "${members}" if heading == "servers.hazelcast" else "${brokers}"
    by = (
        "at these ports of 127.0.0.1"
        if servers.localhost
        else "by these names"
        if servers.hosts or described.compose
        else f"by {reference}"
    )
    cluster = getattr(servers, "cluster", None)
    return f"Check: clients find them {by}" + (f', and ask for the cluster "{cluster}".' if cluster else ".")


def literal(value: Any) -> str:
    """A value as TOML writes it in one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_key(name)} = {literal(each)}" for name, each in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(literal, value))}]"
    return str(value)


def _sections(described: Description) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if runtime := _given(described.runtime):
        yield "runtime", runtime
    for kind, servers in (("hazelcast", described.servers.hazelcast), ("kafka", described.servers.kafka)):
        if servers:
            yield f"servers.{kind}", {"count": servers.count, **_given(servers)}
    if described.queue:
        yield "queue", _given(described.queue)
    for role, service in described.services.items():
        keys = dict(_given(service))
        environment = keys.pop("environment", None)
        yield f"services.{role}", keys
        if environment:
            yield f"services.{role}.environment", environment
    yield "post", _given(described.post)
    yield "get", _given(described.get)


def _given(section: msgspec.Struct) -> Mapping[str, Any]:
    """The keys of a table whose values are not those that they have anyway."""
    found: dict[str, Any] = {}
    for each in msgspec.structs.fields(section):
        value = getattr(section, each.name)
        made = each.default_factory
        default = each.default if made is msgspec.NODEFAULT else made()
        if value != default:
            found[each.name] = _given(value) if isinstance(value, msgspec.Struct) else value
    return found


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else literal(name)
