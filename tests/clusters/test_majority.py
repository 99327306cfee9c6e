"""Where only a majority serves, a member that hung answers nothing from what it had, and is in the majority again."""

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hazelcast.errors import HazelcastError

from harness.backends.protocol import Node
from harness.pool import Pool
from harness.run import Run
from harness.servers.hazelcast import Hazelcast, hazelcast
from harness.servers.hazelcast.clients import connect
from harness.servers.hazelcast.view import HazelcastView
from harness.topology.timings import FAST
from harness.waiting import until

pytestmark = pytest.mark.process
NAME = "logging-of-the-test"
#: In this time the master has sent a heartbeat, which waits in the sockets of who hangs.
_HEARTBEAT_S = 2.0
_HUNG_S = 5.0


@pytest.fixture
def view(harness_run: Run) -> Iterator[HazelcastView]:
    with Pool(harness_run.backend, print, FAST) as pool:
        _, clusters = pool.clusters([hazelcast()])
        yield clusters[Hazelcast]


def test_a_member_that_was_given_up_answers_no_read_from_what_it_had(view: HazelcastView) -> None:
    hung, *others = view.members()
    a_key_of_each_partition = {view.partition_of(key): key for key in map(str, range(5000))}.values()
    with connect(others) as client:
        entries: Any = client.get_map(NAME).blocking()
        entries.put_all(dict.fromkeys(a_key_of_each_partition, "before"))
        hung.pause()
        view.await_members(2, timeout_s=20)
        entries.put_all(dict.fromkeys(a_key_of_each_partition, "after"))

    hung.resume()
    answers: list[str] = []
    until(
        "the member to be one of three again",
        lambda: (answers.extend(read(hung)), view.sizes())[1],
        lambda sizes: set(sizes.values()) == {3},
        timeout_s=30,
        interval_s=0.01,
    )
    assert answers.count("before") == 0


def test_a_member_that_hung_while_its_master_died_serves_with_the_next_one(harness_run: Run) -> None:
    """The last heartbeats of the master, which it reads late, put its clock back for good (docs/track-record.md)."""
    patient = hazelcast(2, settings={"hazelcast.max.no.heartbeat.seconds": "60"})
    with Pool(harness_run.backend, print, FAST) as pool:
        view = pool.clusters([patient])[1][Hazelcast]
        master, hung = view.members()
        hung.pause()
        pass_time(_HEARTBEAT_S)
        master.kill()
        pass_time(_HUNG_S)
        hung.resume()
        view.await_members(1, timeout_s=20)
        master.start()
        view.await_formed(timeout_s=20)


def pass_time(seconds: float) -> None:
    began = time.monotonic()
    until(f"{seconds:g} s to pass", lambda: time.monotonic() - began > seconds, timeout_s=2 * seconds)


def read(node: Node) -> list[str]:
    """What the node says that all values are, if it answers."""
    with suppress(HazelcastError, OSError), connect([node]) as client:
        entries: Any = client.get_map(NAME).blocking()
        return list(entries.values())
    return []
