"""Every scenario and every check can fail: each is run against a system with a known bug, which it has to catch.

`make mutants` runs these; they start real servers.
"""

import pytest

from harness import Nemesis, System
from harness.assertions import GuaranteeBrokenError
from harness.errors import AwaitTimeoutError, FaultDidNotBiteError
from harness.faults import Kill
from harness.messages import MessageSystem, messages
from harness.servers.hazelcast import hazelcast, lowest_ip, spec
from harness.servers.hazelcast.workloads import increments, items
from scenarios.test_bounded_queue import test_a_full_queue_makes_its_producer_wait as a_full_queue
from scenarios.test_distributed_map import test_one_backup_survives_the_loss_of_one_member as one_backup
from scenarios.test_distributed_map import test_two_members_lost_at_once as two_members
from scenarios.test_hazelcast_member import test_losing_a_member_loses_no_entry as losing_a_member
from scenarios.test_hazelcast_member import test_what_no_backup_has_is_not_acknowledged as no_backup_has
from scenarios.test_hazelcast_queue import test_losing_the_lowest_ip_loses_no_message as losing_the_lowest_ip
from scenarios.test_kafka_leader import test_losing_the_leader_loses_no_message as losing_the_leader
from scenarios.test_kafka_quorum import test_without_two_of_three_brokers_nothing_is_acknowledged as two_brokers_gone
from scenarios.test_locks import test_with_locks_the_loss_of_a_member_loses_no_update as with_locks
from scenarios.test_logging_instances import test_losing_logging_instances_costs_no_request as losing_logging
from scenarios.test_services import test_losing_config_costs_no_request as losing_config
from scenarios.test_services import test_the_same_id_is_stored_once as the_same_id
from scenarios.test_services import test_with_replay_a_messages_instance_gets_its_share_back as with_replay


@pytest.mark.system(messages(consumers=False, mutants={"messages": "messages_from_the_latest_offset"}))
def test_messages_sent_before_the_consumers_start_are_missed(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"lost: 10 of 10 acknowledged messages never reached"):
        losing_the_leader(system, faults, 10)


@pytest.mark.system(messages(consumers=False, mutants={"messages": "messages_each_in_its_own_group"}))
def test_messages_read_by_both_instances_are_doubles(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"duplicated: 10 messages were received more than once"):
        losing_the_leader(system, faults, 10)


@pytest.mark.system(messages(consumers=False, mutants={"facade": "facade_merging_the_messages"}))
def test_a_get_of_more_than_one_instance_is_no_aggregation(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"wrong aggregation: a GET said to return the set of messages-"):
        losing_the_leader(system, faults, 100)


@pytest.mark.system(messages(mutants={"facade": "facade_with_a_stale_get"}))
def test_a_get_that_lags_behind_is_incomplete(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"incomplete logging part: a GET answered by logging-"):
        losing_a_member(system, faults, "hazelcast-2")


@pytest.mark.usefixtures("no_backups")
@pytest.mark.system(messages("hazelcast", queue_owner=lowest_ip, consumers=False), hazelcast())
def test_a_queue_without_backup_dies_with_its_owner(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"lost: 10 of 10 acknowledged messages never reached"):
        losing_the_lowest_ip(system, faults, 10, "owning the queue")


@pytest.mark.usefixtures("no_backups")
@pytest.mark.system(messages())
def test_a_map_without_backup_loses_what_the_member_owned(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"incomplete logging part: a GET answered by logging-"):
        losing_a_member(system, faults, "hazelcast-3")


@pytest.mark.system(messages(mutants={"logging": "logging_without_the_second_write"}))
def test_what_is_not_written_again_dies_without_its_backup(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"incomplete logging part: "):
        no_backup_has(system, faults)


@pytest.mark.system(messages(mutants={"facade": "facade_without_failover"}))
def test_a_facade_that_does_not_move_on_fails_requests(system: System, faults: Nemesis) -> None:
    with pytest.raises(AssertionError, match=r"requests were not answered"):
        losing_logging(system, faults, 2)


@pytest.mark.system(messages(consumers=False))
def test_a_kill_that_does_nothing_proves_nothing(
    system: System, faults: Nemesis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Kill, "inject", lambda self, node: None)
    with pytest.raises(FaultDidNotBiteError, match=r"kill of kafka-\d did not bite: its process \d+ still runs"):
        losing_the_leader(system, faults, 10)


@pytest.mark.system(messages(mutants={"facade": "facade_with_acks_1"}))
def test_acks_1_acknowledges_without_a_quorum(system: System, faults: Nemesis) -> None:
    with pytest.raises(AssertionError, match=r"posts were acknowledged with one broker of three"):
        two_brokers_gone(system, faults)


@pytest.mark.system(messages(mutants={"facade": "facade_ignoring_the_key"}))
def test_a_new_id_for_each_post_stores_it_again(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"lost: 10 of 10 acknowledged messages never reached"):
        the_same_id(system, faults)


@pytest.mark.system(messages(mutants={"facade": "facade_that_needs_config"}))
def test_a_facade_that_depends_on_config_fails_requests(system: System, faults: Nemesis) -> None:
    with pytest.raises(AssertionError, match=r"requests were not answered"):
        losing_config(system, faults)


@pytest.mark.system(messages(replay=True, mutants={"messages": "messages_without_replay"}))
def test_without_replay_the_share_is_lost(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"lost: \d+ of 60 acknowledged messages never reached"):
        with_replay(system, faults)


@pytest.mark.system(hazelcast())
def test_a_map_without_backup_is_no_map_with_one(
    system: System, faults: Nemesis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(spec.BACKUPS, "1", spec.NO_BACKUP)
    with pytest.raises(GuaranteeBrokenError, match=r"lost: \d+ of 1000 keys are gone"):
        one_backup(system, faults, Kill())


@pytest.mark.system(hazelcast())
def test_a_loss_that_had_to_be_and_was_not_proves_nothing(
    system: System, faults: Nemesis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(spec.BACKUPS, "1", spec.BACKUPS["2"])
    with pytest.raises(GuaranteeBrokenError, match=r"(?s)backup-count is 2, declared was 1.*nothing was lost of 1000"):
        two_members(system, faults, "1")


@pytest.mark.system(hazelcast())
def test_a_lock_that_is_none_loses_updates(system: System, faults: Nemesis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(increments.WAYS, "optimistic", increments.without_locks)
    with pytest.raises(GuaranteeBrokenError, match=r"lost update: a read returned \d+"):
        with_locks(system, faults, "optimistic")


@pytest.mark.system(hazelcast())
def test_a_queue_without_a_bound_does_not_wait(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "BOUNDED", "unbounded-")
    with pytest.raises(AwaitTimeoutError, match=r"waited 10 s for ten items in the queue; last seen: 11"):
        a_full_queue(system)
