"""Servers that accept a connection and never answer do not hold a service for long."""

import socket
import time
from collections.abc import Iterator

import pytest

from services import hazelcast_client
from services.failover import in_turn
from services.logs import Log
from services.parts import NotConnectedError
from services.settings import Address, Hazelcast


@pytest.fixture
def silent() -> Iterator[Address]:
    """A server that accepts, by its backlog, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield Address("127.0.0.1", server.getsockname()[1])


def test_a_member_that_hangs_does_not_hold_the_client(silent: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hazelcast_client, "CONNECT_S", 0.5)
    cluster = hazelcast_client.Cluster(Hazelcast("dev", (silent,)), lambda client: None, Log("test"))
    began = time.monotonic()
    with pytest.raises(NotConnectedError, match=rf"Hazelcast member {silent} did not let this client in within 0\.5 s"):
        cluster._make()
    assert time.monotonic() - began < 3


def test_every_instance_gets_its_share_of_the_deadline_and_what_others_left() -> None:
    now = time.monotonic()
    instances = [(f"logging-{n}", "http://127.0.0.1:1") for n in (1, 2, 3)]
    shares = [within_s for _, _, within_s in in_turn(instances, now + 3)]
    assert shares == pytest.approx([1.0, 1.5, 1.5], abs=0.1)
    assert list(in_turn(instances, now - 1)) == []
