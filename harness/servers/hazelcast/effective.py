"""The configuration that a running member has, as it tells the Management Center: what it really works with.

The Python client has no call for it, so the message is written here, after the Open Binary Client Protocol
(MC.GetMemberConfig). The member answers with all of it as XML, after the schema hazelcast-config.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

from hazelcast.client import HazelcastClient
from hazelcast.invocation import Invocation
from hazelcast.protocol.builtin import StringCodec
from hazelcast.protocol.client_message import REQUEST_HEADER_SIZE, OutboundMessage, create_initial_buffer

_GET_MEMBER_CONFIG = 0x200500
_SCHEMA = "{http://www.hazelcast.com/schema/config}"
#: The settings of a structure that decide what may be lost.
_TOLD = ("backup-count", "async-backup-count", "split-brain-protection-ref")


def member_config(client: HazelcastClient) -> ElementTree.Element:
    """The configuration of the member that the client is connected to."""
    request = OutboundMessage(create_initial_buffer(REQUEST_HEADER_SIZE, _GET_MEMBER_CONFIG, True), True)
    asked = Invocation(request, response_handler=_answer)
    client._invocation_service.invoke(asked)
    return ElementTree.fromstring(asked.future.result())


def _answer(message: Any) -> Any:
    message.next_frame()
    return StringCodec.decode(message)


def settings_of(config: ElementTree.Element, kind: str, name: str) -> Mapping[str, str]:
    """The settings of the map or the queue of that name, by the names of the settings with their kind in front.

    A name without a pattern of its own has Hazelcast's defaults. Of several patterns that fit, the one counts that says
    most of the name (reference manual, using wildcards).
    """
    fitting = sorted(_fitting(config, kind, name), key=lambda found: len(found.get("name", "")))
    found = fitting[-1] if fitting else None
    told = {each: "" if found is None else (found.findtext(f"{_SCHEMA}{each}") or "").strip() for each in _TOLD}
    defaults = {"backup-count": "1", "async-backup-count": "0", "split-brain-protection-ref": ""}
    return {f"hazelcast.{kind}.{each}": value or defaults[each] for each, value in told.items()}


def groups_of(config: ElementTree.Element) -> list[list[str]]:
    """The addresses of the members of each partition group; none if there are no groups."""
    enabled = [found for found in config.iter(f"{_SCHEMA}partition-group") if found.get("enabled") == "true"]
    groups = [group for found in enabled for group in found.iter(f"{_SCHEMA}member-group")]
    return [[(each.text or "").strip() for each in group.iter(f"{_SCHEMA}interface")] for group in groups]


def _fitting(config: ElementTree.Element, kind: str, name: str) -> Iterator[ElementTree.Element]:
    for found in config.iter(f"{_SCHEMA}{kind}"):
        if fnmatch.fnmatchcase(name, found.get("name", "")):
            yield found
