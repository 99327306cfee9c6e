"""Clients of Hazelcast members, with settings that are the same for the view and for every workload."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from hazelcast.asyncio import HazelcastClient as AsyncHazelcastClient
from hazelcast.client import HazelcastClient

from harness.backends.protocol import Node, running_nodes
from harness.errors import InconclusiveError
from harness.servers.hazelcast.spec import cluster_of


@contextmanager
def connect(nodes: Sequence[Node], **own: object) -> Iterator[HazelcastClient]:
    """A client of its own for a workload, connected to one of these nodes; `own` are its settings in place of ours."""
    client = client_of(running_nodes(nodes), **own)
    try:
        yield client
    finally:
        client.shutdown()


@asynccontextmanager
async def connect_async(nodes: Sequence[Node]) -> AsyncIterator[AsyncHazelcastClient]:
    """A client for asyncio, connected to the first node that answers; without threads an operation is cheaper."""
    settings = _settings(running_nodes(nodes)) | {"shuffle_member_list": False}
    client = await AsyncHazelcastClient.create_and_start(**settings)
    try:
        yield client
    finally:
        await client.shutdown()


def client_of(nodes: Sequence[Node], **own: object) -> HazelcastClient:
    """A client that is connected to one of these nodes; `own` are its settings in place of ours.

    Raises:
        InconclusiveError: there is no node.
    """
    return HazelcastClient(**{**_settings(nodes), **own})


def _settings(nodes: Sequence[Node]) -> dict[str, Any]:
    if not nodes:
        # Of nobody, the client would ask whoever listens on Hazelcast's own port of this machine.
        raise InconclusiveError("no Hazelcast member runs that could be asked")
    logging.getLogger("hazelcast").setLevel(logging.CRITICAL)
    return {
        "cluster_name": cluster_of(nodes[0].spec),
        "cluster_members": [node.endpoint("client") for node in nodes],
        # The harness may not be able to reach a container's own address, only its published port.
        "smart_routing": False,
        "connection_timeout": 1.0,
        "cluster_connect_timeout": 10.0,
        "invocation_timeout": 10.0,
        "heartbeat_interval": 1.0,
        "heartbeat_timeout": 5.0,
    }
