"""What the Hazelcast members say of lost partitions: which ones, and how many copies of each at least.

A member that takes a partition over says how many copies before its own were lost: 0, the owner alone; 1, the owner and
the first backup; and so on. The Python client has no call for it, so the three messages are written here, after the
Open Binary Client Protocol (Client.AddPartitionLostListener).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from hazelcast.client import HazelcastClient
from hazelcast.protocol.builtin import FixSizedTypesCodec
from hazelcast.protocol.client_message import (
    EVENT_HEADER_SIZE,
    REQUEST_HEADER_SIZE,
    RESPONSE_HEADER_SIZE,
    OutboundMessage,
    create_initial_buffer,
)
from hazelcast.serialization.bits import INT_SIZE_IN_BYTES

from harness.backends.protocol import Node
from harness.servers.hazelcast.clients import connect

_ADD, _REMOVE, _EVENT = 0x000600, 0x000700, 0x000602


@contextmanager
def partition_losses(members: Sequence[Node]) -> Iterator[Mapping[int, int]]:
    """The number of backups lost with their owner, by partition, as any of the members has told until now.

    Each member is asked for what it sees itself, so that a survivor is among them whoever dies.
    """
    losses: dict[int, int] = {}
    with ExitStack() as clients:
        for member in members:
            _listen(clients.enter_context(connect([member])), losses)
        yield losses


def _listen(client: HazelcastClient, losses: dict[int, int]) -> None:
    def handle(message: Any) -> None:
        if message.get_message_type() == _EVENT:
            buffer = message.next_frame().buf
            partition = FixSizedTypesCodec.decode_int(buffer, EVENT_HEADER_SIZE)
            backups = FixSizedTypesCodec.decode_int(buffer, EVENT_HEADER_SIZE + INT_SIZE_IN_BYTES)
            losses[partition] = max(backups, losses.get(partition, 0))

    client._listener_service.register_listener(_add(), _registration, _remove, handle).result()


def _add() -> OutboundMessage:
    buffer = create_initial_buffer(REQUEST_HEADER_SIZE + 1, _ADD, is_final=True)
    FixSizedTypesCodec.encode_boolean(buffer, REQUEST_HEADER_SIZE, True)
    return OutboundMessage(buffer, False)


def _registration(message: Any) -> Any:
    return FixSizedTypesCodec.decode_uuid(message.next_frame().buf, RESPONSE_HEADER_SIZE)


def _remove(registration: Any) -> OutboundMessage:
    buffer = create_initial_buffer(REQUEST_HEADER_SIZE + 17, _REMOVE, is_final=True)
    FixSizedTypesCodec.encode_uuid(buffer, REQUEST_HEADER_SIZE, registration)
    return OutboundMessage(buffer, True)
