"""Every scenario and every check can fail: each is run against a system with a known bug, which it has to catch.

`make mutants` runs these; they start real servers.
"""

import pytest

from harness import Nemesis, System
from harness.errors import FaultDidNotBiteError
from harness.faults import Kill
from harness.judgement import GuaranteeBrokenError
from harness.targets import lowest_ip
from scenarios.test_hazelcast_member import test_losing_a_member_loses_no_entry as losing_a_member
from scenarios.test_hazelcast_queue import test_losing_the_lowest_ip_loses_no_message as losing_the_lowest_ip
from scenarios.test_kafka_leader import test_losing_the_leader_loses_no_message as losing_the_leader
from scenarios.test_logging_instances import test_losing_logging_instances_costs_no_request as losing_logging


@pytest.mark.system(consumers=False, mutants={"messages": "messages_from_the_latest_offset"})
def test_messages_sent_before_the_consumers_start_are_missed(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"lost: 10 of 10 acknowledged messages never reached"):
        losing_the_leader(system, faults, 10)


@pytest.mark.system(consumers=False, mutants={"messages": "messages_each_in_its_own_group"})
def test_messages_read_by_both_instances_are_doubles(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"duplicated: 10 messages were received more than once"):
        losing_the_leader(system, faults, 10)


@pytest.mark.system(consumers=False, mutants={"facade": "facade_merging_the_messages"})
def test_a_get_of_more_than_one_instance_is_no_aggregation(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"wrong aggregation: a GET said to return the set of messages-"):
        losing_the_leader(system, faults, 100)


@pytest.mark.system(mutants={"facade": "facade_with_a_stale_get"})
def test_a_get_that_lags_behind_is_incomplete(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"incomplete logging part: a GET answered by logging-"):
        losing_a_member(system, faults, "hazelcast-2")


@pytest.mark.system(queue="hazelcast", queue_owner=lowest_ip, backups=False, consumers=False)
def test_a_queue_without_backup_dies_with_its_owner(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"lost: 10 of 10 acknowledged messages never reached"):
        losing_the_lowest_ip(system, faults, 10, "owning the queue")


@pytest.mark.system(backups=False)
def test_a_map_without_backup_loses_what_the_member_owned(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"incomplete logging part: a GET answered by logging-"):
        losing_a_member(system, faults, "hazelcast-3")


@pytest.mark.system(mutants={"facade": "facade_without_failover"})
def test_a_facade_that_does_not_move_on_fails_requests(system: System, faults: Nemesis) -> None:
    with pytest.raises(AssertionError, match=r"requests were not answered"):
        losing_logging(system, faults, 2)


@pytest.mark.system(consumers=False)
def test_a_kill_that_does_nothing_proves_nothing(
    system: System, faults: Nemesis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Kill, "inject", lambda self, node: None)
    with pytest.raises(FaultDidNotBiteError, match=r"kill of kafka-\d did not bite: its process \d+ still runs"):
        losing_the_leader(system, faults, 10)
