"""While a member hands over its partitions, no read is answered with what was there before an acknowledged write."""

import itertools
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hazelcast.errors import HazelcastError

from harness.clusters.hazelcast import HazelcastView, connect
from harness.run import Run
from harness.topology.hazelcast import hazelcast
from harness.topology.nodes import NodeSpec, Topology

pytestmark = pytest.mark.process
_TIMEOUT_S = 30.0
#: One partition moves each second, and the old owner is told only after ten of them.
_SLOWLY = " -Dhazelcast.partition.migration.interval=1 -Dhazelcast.graceful.shutdown.max.wait=6"


def _slow(spec: NodeSpec) -> NodeSpec:
    return replace(spec, environment={**spec.environment, "JAVA_OPTS": spec.environment["JAVA_OPTS"] + _SLOWLY})


@pytest.fixture
def view(harness_run: Run) -> Iterator[HazelcastView]:
    topology = Topology("members that hand over slowly", tuple(map(_slow, hazelcast(2))))
    with (
        harness_run.backend.deploy(topology, print) as deployment,
        HazelcastView(list(deployment.nodes.values())) as view,
    ):
        view.await_members(2, timeout_s=_TIMEOUT_S)
        view.assign_partitions(timeout_s=_TIMEOUT_S)
        view.await_safe(timeout_s=_TIMEOUT_S)
        yield view


def test_the_old_owner_answers_no_read_that_the_new_one_knows_better(view: HazelcastView) -> None:
    master, leaving = view.members()
    a_key_of_each_partition = {view.partition_of(key): key for key in map(str, range(5000))}.values()
    with connect([master]) as writing, connect([leaving]) as reading:
        written: Any = writing.get_map("versions").blocking()
        read: Any = reading.get_map("versions").blocking()
        pairs: list[tuple[int, int]] = []
        handing_over = threading.Thread(target=leaving.stop)
        # A read of what moves is held back until the member has left; one that is under way then may fail.
        with suppress(HazelcastError, OSError):
            for version in itertools.count(1):
                for key in a_key_of_each_partition:
                    written.set(key, version)
                    pairs.append((version, read.get(key)))
                if version == 1:
                    handing_over.start()
                elif not handing_over.is_alive():
                    break
        handing_over.join()
    assert [pair for pair in pairs if pair[0] != pair[1]] == []
