"""The distributed map under logging: what survives the loss of one member, and its return (report 004)."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from harness import Kill, Nemesis, Pause, node
from harness.errors import InconclusiveError
from harness.faults.nemesis import Injected
from harness.messages import MessageSystem, assert_delivered_and_aggregated, messages
from harness.messages.moments import demand_moments
from harness.messages.needs import LOGS, at_least
from harness.servers.hazelcast import Hazelcast, member_list_of, partitions_safe
from harness.servers.hazelcast.clients import connect
from harness.servers.hazelcast.timings import silence_s
from harness.waiting import until

pytestmark = [
    pytest.mark.faulttolerance,
    pytest.mark.guarantee("no entry is lost"),
    pytest.mark.hazelcast,
    pytest.mark.system(messages("any")),
]
#: Entries that together are more than what the buffers of a connection between two members hold.
FILLING, A_LOT = 64, "x" * 128 * 1024


@pytest.mark.experiment("000", "a node stops while its service goes on (untied)", "data stays on the two other nodes")
@pytest.mark.headline
@pytest.mark.parametrize(
    "member",
    [
        *("hazelcast-1", "hazelcast-2"),
        pytest.param("hazelcast-3", marks=pytest.mark.needs(at_least(3, "hazelcast"))),
    ],
)
@pytest.mark.needs(at_least(2, "hazelcast"))
def test_losing_a_member_loses_no_entry(system: MessageSystem, faults: Nemesis, member: str) -> None:
    """Under posts, kill any one Hazelcast member, and start it again.
    The map keeps every acknowledged message; the cluster is one less, then whole again with all its backups in place.
    """
    members = len(system.clusters[Hazelcast].nodes)
    with system.traffic() as traffic:
        traffic.await_answers(20)
        killed = faults.inject(Kill(), node(member)).until(member_list_of(members - 1)).until(partitions_safe())
        traffic.await_answers(20)
        killed.undo().until(member_list_of(members)).until(partitions_safe())
        traffic.await_answers(20)

    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history)


@pytest.mark.needs(LOGS)
def test_what_no_backup_has_is_not_acknowledged(system: MessageSystem, faults: Nemesis) -> None:
    """Under posts a member hangs, with more on its way to it than the network takes: no backup reaches it any more.
    What is put and has its backup there has an unknown outcome, and the facade tries it again. Before the others give
    the hanging member up, the owner of some of that dies, and with it what was on its way; then the member goes on.
    Every acknowledged message is still there, read through any logging instance.
    """
    _, owner, backup = (member.spec.name for member in system.clusters[Hazelcast].members())
    with connect([system.clusters.nodes[owner]]) as client, ThreadPoolExecutor(2) as pool:
        filling: Any = client.get_map(system.new_name("filling"))
        hanging = faults.inject(Pause(), node(backup))
        puts = [filling.put(number, A_LOT) for number in range(FILLING)]
        # Those in which the hanging member has no part, a third. As many are on their way to it by then.
        until("a lot to be put", lambda: sum(put.done() for put in puts), lambda done: done > FILLING / 6, timeout_s=2)
        posting = pool.submit(system.clients.post, 60, clients=60)
        hanging.lasting(0.8 * silence_s(system.timings))
        # Meanwhile: reading the logs would give the others the time to give the hanging member up.
        counting = pool.submit(put_without_backup, system)
        dead = faults.inject(Kill(), node(owner))
        demand_in_time(hanging, dead, silence_s(system.timings))
        hanging.undo().until(member_list_of(2))
        posted, without = posting.result(), counting.result()
    dead.undo().until(member_list_of(3)).until(partitions_safe())

    system.drain(posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
    demand_moments(system.history, "put without its backup", [len(without)])


def demand_in_time(hanging: Injected, dead: Injected, limit_s: float) -> None:
    """Sees that the owner died before the others gave the hanging member up, and made other backups, or began to.

    Raises:
        InconclusiveError: the machine was too slow for that.
    """
    hung_s = (dead.at_ns - hanging.at_ns) / 1e9
    if hung_s > limit_s:
        raise InconclusiveError(
            f"{hanging.node.spec.name} had hung for {hung_s:.1f} s when {dead.node.spec.name} was killed, and after "
            f"{limit_s:g} s the others give it up: give the machine less to do besides"
        )


def put_without_backup(system: MessageSystem) -> set[str]:
    """The ids of the messages of which a logging instance has heard that they were put, and not of their backup."""
    lines = [line for name in system.logging.running for line in system.log_of(name) if line["event"] == "not logged"]
    return {line["id"] for line in lines if "IndeterminateOperationState" in line["error"]}
