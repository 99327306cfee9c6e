"""A queue that was empty when its owner changed loses later what its backup had; one that is never empty does not.

The first is a defect of Hazelcast 5.7.0, the second keeps it out (docs/decisions/0021). Once a version has nothing to
lose here, consumers need not put a sentinel into their queue any more.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from harness.backends.protocol import Deployment
from harness.pool import Pool
from harness.run import Run
from harness.servers.hazelcast import Hazelcast, hazelcast
from harness.servers.hazelcast.clients import connect
from harness.servers.hazelcast.view import HazelcastView
from harness.topology.timings import FAST

pytestmark = pytest.mark.process
_COUNT = 40
_TIMEOUT_S = 60.0


@pytest.fixture
def servers(harness_run: Run) -> Iterator[tuple[Deployment, HazelcastView]]:
    with Pool(harness_run.backend, print, FAST) as pool:
        deployment, clusters = pool.clusters([hazelcast(2)])
        yield deployment, clusters[Hazelcast]


def test_a_backup_that_was_the_owner_of_an_empty_queue_has_nothing_when_it_is_the_owner_again(
    servers: tuple[Deployment, HazelcastView],
) -> None:
    """The owner is killed while its queues are empty, comes back, is given its queues, and is killed once more."""
    deployment, view = servers
    backup, owner = (deployment.nodes[name] for name in ("hazelcast-1", "hazelcast-2"))
    emptied, filled = ([f"{what}-{n}" for n in range(_COUNT)] for what in ("emptied", "filled"))
    with connect([backup]) as client:
        queues: dict[str, Any] = {name: client.get_queue(name).blocking() for name in (*emptied, *filled)}
        for name in filled:
            queues[name].offer("stays")
        for queue in queues.values():
            queue.offer("taken")
            queue.remove("taken")
        had = _owned_by(owner.spec.name, view, queues)

        owner.kill()
        view.await_members(1, timeout_s=_TIMEOUT_S)
        for queue in queues.values():
            queue.peek()
        owner.start()
        view.await_formed(timeout_s=_TIMEOUT_S)
        has = _owned_by(owner.spec.name, view, queues)

        assert all(queue.offer("acknowledged") for queue in queues.values())
        assert view.is_safe()
        owner.kill()
        view.await_members(1, timeout_s=_TIMEOUT_S)
        lost = {name for name, queue in queues.items() if not queue.contains("acknowledged")}

    assert has & set(filled), "no queue that has an item was given back"
    assert lost == had & has & set(emptied)
    assert lost, "no empty queue was given back"


def _owned_by(member: str, view: HazelcastView, queues: dict[str, Any]) -> set[str]:
    return {name for name in queues if view.owner_of(view.partition_of(name)).spec.name == member}
