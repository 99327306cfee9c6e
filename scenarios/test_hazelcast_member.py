"""The distributed map under logging: what survives the loss of one member, and its return (report 004)."""

import pytest

from harness import Kill, Nemesis, node
from harness.messages import MessageSystem, assert_delivered_and_aggregated, messages
from harness.servers.hazelcast import member_list_of, partitions_safe

pytestmark = [
    pytest.mark.faulttolerance,
    pytest.mark.guarantee("no entry is lost"),
    pytest.mark.hazelcast,
    pytest.mark.system(messages()),
]


@pytest.mark.experiment("000", "a node stops while its service goes on (untied)", "data stays on the two other nodes")
@pytest.mark.headline
@pytest.mark.parametrize("member", ["hazelcast-1", "hazelcast-2", "hazelcast-3"])
def test_losing_a_member_loses_no_entry(system: MessageSystem, faults: Nemesis, member: str) -> None:
    """Under posts, kill any one Hazelcast member, and start it again.
    The map keeps every acknowledged message; the cluster is 2, then 3 again with all its backups in place.
    """
    with system.traffic() as traffic:
        traffic.await_answers(20)
        killed = faults.inject(Kill(), node(member)).until(member_list_of(2)).until(partitions_safe())
        traffic.await_answers(20)
        killed.undo().until(member_list_of(3)).until(partitions_safe())
        traffic.await_answers(20)

    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
