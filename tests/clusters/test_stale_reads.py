"""While a member hands over its partitions, no read is answered with what was there before an acknowledged write."""

import itertools
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hazelcast.errors import HazelcastError

from harness.pool import Pool
from harness.run import Run
from harness.servers.hazelcast import Hazelcast, hazelcast
from harness.servers.hazelcast.clients import connect
from harness.servers.hazelcast.view import HazelcastView
from harness.topology.timings import FAST

pytestmark = pytest.mark.process
#: One partition moves each second, and the old owner is told only after ten of them.
_SLOWLY = {"hazelcast.partition.migration.interval": "1", "hazelcast.graceful.shutdown.max.wait": "6"}


@pytest.fixture
def view(harness_run: Run) -> Iterator[HazelcastView]:
    with Pool(harness_run.backend, print, FAST) as pool:
        _, clusters = pool.clusters([hazelcast(2, settings=_SLOWLY)])
        yield clusters[Hazelcast]


def test_the_old_owner_answers_no_read_that_the_new_one_knows_better(view: HazelcastView) -> None:
    master, leaving = view.members()
    a_key_of_each_partition = {view.partition_of(key): key for key in map(str, range(5000))}.values()
    with connect([master]) as writing, connect([leaving]) as reading:
        written: Any = writing.get_map("versions").blocking()
        read: Any = reading.get_map("versions").blocking()
        pairs: list[tuple[int, int]] = []
        handing_over = threading.Thread(target=leaving.stop)
        handing_over.start()
        # A read of what moves is held back until the member has left; one that is under way then may fail.
        with suppress(HazelcastError, OSError):
            for version in itertools.takewhile(lambda _: handing_over.is_alive(), itertools.count(1)):
                for key in a_key_of_each_partition:
                    written.set(key, version)
                    pairs.append((version, read.get(key)))
        handing_over.join()
    assert [pair for pair in pairs if pair[0] != pair[1]] == []
