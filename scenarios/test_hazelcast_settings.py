"""What lossy settings of Hazelcast cost: each is declared, the loss that it permits is provoked, and has to come."""

import pytest

from harness import Kill, Nemesis
from harness.messages import MessageSystem, assert_delivered_and_aggregated, messages
from harness.servers.hazelcast import hazelcast, lowest_ip, member_list_of

pytestmark = [pytest.mark.faulttolerance, pytest.mark.guarantee("what these settings cost")]


@pytest.mark.hazelcast
@pytest.mark.system(messages("hazelcast", queue_owner=lowest_ip, backups=False, consumers=False), hazelcast())
def test_without_a_backup_a_queue_and_its_share_of_the_map_die_with_their_owner(
    system: MessageSystem, faults: Nemesis
) -> None:
    """No backup, and the member is killed that owns the queue, and a third of the map: all messages in the queue are
    gone, and GETs lack the entries that it owned.
    """
    posted = system.post(100)

    faults.inject(Kill(), lowest_ip).until(member_list_of(2))

    system.messages.start()
    system.drain(posted)
    system.read()
    verdict = assert_delivered_and_aggregated(system.history, shows=["lost", "incomplete logging part"])
    assert verdict.figures["lost"] == 100
