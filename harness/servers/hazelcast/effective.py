"""The configuration that a running member has, as it tells the Management Center: what it really works with.

The Python client has no call for it, so the messages are written here, after the Open Binary Client Protocol. To
MC.GetMemberConfig the member answers with XML, after the schema hazelcast-config; system properties are not in it, and
MC.GetSystemProperties asks for those.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

from hazelcast.client import HazelcastClient
from hazelcast.invocation import Invocation
from hazelcast.protocol.builtin import MapCodec, StringCodec
from hazelcast.protocol.client_message import REQUEST_HEADER_SIZE, OutboundMessage, create_initial_buffer

from harness.servers.hazelcast.spec import LASTING

_GET_MEMBER_CONFIG, _GET_SYSTEM_PROPERTIES = 0x200500, 0x200A00
_SCHEMA = "{http://www.hazelcast.com/schema/config}"
#: The settings of a structure that decide what may be lost, with what Hazelcast has where nothing is said.
_COPIES: Mapping[str, str] = {
    "backup-count": "1",
    "async-backup-count": "0",
    "split-brain-protection-ref": "",
    "merge-policy": "PutIfAbsentMergePolicy",
}
_TOLD: Mapping[str, Mapping[str, str]] = {"map": {**_COPIES, **LASTING}, "queue": _COPIES, "set": _COPIES}
#: The element that has a setting as an attribute; any other is an element of its own.
_ATTRIBUTES = {"eviction-policy": "eviction"}


def member_config(client: HazelcastClient) -> ElementTree.Element:
    """The configuration of the member that the client is connected to."""
    return ElementTree.fromstring(_answer(client, _GET_MEMBER_CONFIG, StringCodec.decode))


def properties_of(client: HazelcastClient, names: Collection[str]) -> Mapping[str, str]:
    """The system properties of these names that the member has that the client is connected to; "" if it has none."""
    said = system_properties(client)
    return {name: said.get(name, "") for name in names}


def system_properties(client: HazelcastClient) -> Mapping[str, str]:
    """All system properties of the member that the client is connected to."""
    properties: Mapping[str, str] = _answer(
        client, _GET_SYSTEM_PROPERTIES, lambda m: MapCodec.decode(m, StringCodec.decode, StringCodec.decode)
    )
    return properties


def configured_properties(config: ElementTree.Element) -> Mapping[str, str]:
    """The properties that a member's configuration has for all of it, which system properties go before."""
    properties = config.findall(f"{_SCHEMA}properties/{_SCHEMA}property")
    return {each.get("name", ""): (each.text or "").strip() for each in properties}


def _answer(client: HazelcastClient, question: int, decode: Callable[[Any], Any]) -> Any:
    """What a member answers to a question that has no arguments."""

    def answer(message: Any) -> Any:
        message.next_frame()
        return decode(message)

    request = OutboundMessage(create_initial_buffer(REQUEST_HEADER_SIZE, question, True), True)
    asked = Invocation(request, response_handler=answer)
    client._invocation_service.invoke(asked)
    return asked.future.result()


def names(config: ElementTree.Element, kind: str, name: str) -> bool:
    """Whether a configuration has a pattern of its own for the structure of that kind and name."""
    return any(pattern.get("name") not in ("default", "*") for pattern in _fitting(config, kind, name))


def settings_of(config: ElementTree.Element, kind: str, name: str, *, told_as: str = "") -> Mapping[str, str]:
    """The settings of the map, queue or set of that name, by the names of the settings with their kind in front.

    Or with another word in front, where one is given: what a map is for decides what its settings permit.

    A name without a pattern of its own has Hazelcast's defaults. Of several patterns that fit, the one counts that says
    most of the name (reference manual, using wildcards).
    """
    fitting = sorted(_fitting(config, kind, name), key=lambda pattern: len(pattern.get("name", "")))
    pattern = fitting[-1] if fitting else None
    settings = {each: "" if pattern is None else _said(pattern, each) for each in _TOLD[kind]}
    # A policy may be told by its class, with the package in front.
    front = f"hazelcast.{told_as or kind}"
    return {f"{front}.{each}": value.rpartition(".")[2] or _TOLD[kind][each] for each, value in settings.items()}


def _said(structure: ElementTree.Element, setting: str) -> str:
    """What is said of a setting in the configuration of a structure; empty if nothing is."""
    if element := _ATTRIBUTES.get(setting):
        having = structure.find(f"{_SCHEMA}{element}")
        return "" if having is None else having.get(setting, "")
    return (structure.findtext(f"{_SCHEMA}{setting}") or "").strip()


def groups_of(config: ElementTree.Element) -> list[list[str]]:
    """The addresses of the members of each partition group; none if there are no groups."""
    enabled = [element for element in config.iter(f"{_SCHEMA}partition-group") if element.get("enabled") == "true"]
    groups = [group for element in enabled for group in element.iter(f"{_SCHEMA}member-group")]
    return [[(each.text or "").strip() for each in group.iter(f"{_SCHEMA}interface")] for group in groups]


def _fitting(config: ElementTree.Element, kind: str, name: str) -> Iterator[ElementTree.Element]:
    for pattern in config.iter(f"{_SCHEMA}{kind}"):
        if fnmatch.fnmatchcase(name, pattern.get("name", "")):
            yield pattern
