"""What turns the scenarios of both message queues red, beside the mutants of `test_mutants`."""

import pytest

from harness import Kill, Nemesis, Pause, Stop, System
from harness.assertions import GuaranteeBrokenError
from harness.errors import AwaitTimeoutError
from harness.messages import messages
from harness.servers.hazelcast import hazelcast, lowest_ip
from harness.servers.kafka import kafka
from scenarios import test_hazelcast_queue as hazelcast_queue
from scenarios import test_kafka_leader as leader
from scenarios import test_kafka_quorum as quorum
from scenarios import test_kafka_under_load as under_load

LOST = r"lost: \d+ of \d+ acknowledged messages never reached a messages instance"
DENIED = (
    r"wrongly denied: \d+ messages were received of which the facade had said that the queue surely has not got them"
)
TWICE = r"duplicated: \d+ messages were received more than once"
OWNED = messages("hazelcast", queue_owner=lowest_ip, consumers=False)
#: Topics have one replica, and one is enough.
one_replica = kafka(settings={"default.replication.factor": "1", "min.insync.replicas": "1"})


@pytest.mark.system(messages("hazelcast", consumers=False, mutants={"facade": "facade_ignoring_the_key"}), hazelcast())
def test_messages_under_other_ids_are_not_those_that_were_posted(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=LOST):
        hazelcast_queue.test_losing_the_lowest_ip_loses_no_message(system, faults, 10, "as it is")


@pytest.mark.usefixtures("no_backups")
@pytest.mark.system(OWNED, hazelcast(settings={"hazelcast.shutdownhook.policy": "TERMINATE"}))
def test_an_owner_without_backup_that_hands_nothing_over_loses_the_queue(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=LOST):
        hazelcast_queue.test_an_owner_that_stops_or_hangs_loses_no_message(system, faults, Stop(), 10)


@pytest.mark.usefixtures("no_backups")
@pytest.mark.system(OWNED, hazelcast())
def test_an_owner_without_backup_that_hangs_has_the_queue_to_itself(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=LOST):
        hazelcast_queue.test_an_owner_that_stops_or_hangs_loses_no_message(system, faults, Pause(), 10)


@pytest.mark.usefixtures("no_backups")
@pytest.mark.system(OWNED, hazelcast())
def test_consumers_in_turn_find_nothing_without_a_backup(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=LOST):
        hazelcast_queue.test_consumers_that_start_in_turn_share_without_loss(system, faults)


@pytest.mark.system(messages(consumers=False), hazelcast(), one_replica)
def test_a_topic_with_one_replica_gets_no_new_leader(system: System, faults: Nemesis) -> None:
    with pytest.raises(AwaitTimeoutError, match=r"waited 20 s for a new leader for every partition"):
        leader.test_losing_the_leader_loses_no_message(system, faults, 10)


@pytest.mark.system(messages(consumers=False, mutants={"messages": "messages_from_the_latest_offset"}))
@pytest.mark.parametrize("fault", [Stop(), Pause()], ids=lambda fault: fault.name)
def test_messages_sent_before_the_consumers_start_are_missed(
    system: System, faults: Nemesis, fault: Stop | Pause
) -> None:
    with pytest.raises(GuaranteeBrokenError, match=LOST):
        leader.test_a_leader_that_stops_or_hangs_loses_no_message(system, faults, fault, 10)


@pytest.mark.system(messages(consumers=False, mutants={"messages": "messages_each_in_its_own_group"}))
def test_consumers_in_turn_without_a_group_read_everything(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=TWICE):
        leader.test_consumers_that_start_in_turn_share_without_loss(system, faults)


@pytest.mark.system(messages(consumers=False, mutants={"messages": "messages_from_the_latest_offset"}))
@pytest.mark.parametrize("leads", [False, True], ids=["controller", "controller and leader"])
def test_messages_sent_before_the_consumers_start_are_missed_whoever_dies(
    system: System, faults: Nemesis, leads: bool
) -> None:
    with pytest.raises(GuaranteeBrokenError, match=LOST):
        quorum.test_losing_the_controller_loses_no_message(system, faults, leads)


@pytest.mark.system(messages(mutants={"messages": "messages_committing_first"}))
def test_what_is_committed_before_it_is_stored_is_lost_with_the_coordinator(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=LOST):
        under_load.test_losing_brokers_in_turn_loses_no_message(system, faults, Kill(), "coordinator")


@pytest.mark.needs(under_load.UNREACHED)
@pytest.mark.system(messages(mutants={"facade": "facade_ignoring_the_key"}))
def test_traffic_under_other_ids_beside_a_broker_that_no_service_reaches(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=LOST):
        under_load.test_brokers_that_no_service_reaches_lose_no_message(system, faults, "controller")


@pytest.mark.system(messages(), hazelcast(), one_replica)
def test_a_topic_with_one_replica_gets_no_new_leader_under_load(system: System, faults: Nemesis) -> None:
    with pytest.raises(AwaitTimeoutError, match=r"waited 20 s for a new leader for every partition"):
        under_load.test_losing_brokers_in_turn_loses_no_message(system, faults, Kill(), "leader")


@pytest.mark.system(messages(mutants={"facade": "facade_ignoring_the_key"}))
def test_traffic_under_other_ids_is_not_what_was_posted(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=LOST):
        under_load.test_losing_brokers_in_turn_loses_no_message(system, faults, Kill(), "controller")


@pytest.mark.system(messages(mutants={"messages": "messages_committing_first"}))
def test_what_is_committed_before_it_is_stored_is_lost_with_its_instance(system: System, faults: Nemesis) -> None:
    with pytest.raises(AssertionError, match=r"lost: \d+ messages that messages-1 had never stored"):
        under_load.test_losing_a_messages_instance_costs_what_it_held_and_no_more(system, faults)


@pytest.mark.system(messages(replay=True, mutants={"messages": "messages_without_replay"}))
def test_without_replay_every_kill_of_an_instance_loses_its_share(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=LOST):
        under_load.test_with_replay_losing_a_messages_instance_again_and_again_loses_no_message(system, faults)


@pytest.mark.system(messages(mutants={"facade": "facade_that_is_sure_of_the_queue"}))
def test_what_a_facade_was_wrongly_sure_of_comes_out_of_the_queue(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=DENIED):
        quorum.test_what_may_be_on_the_queue_is_not_said_to_be_off_it(system, faults)


@pytest.mark.system(messages(mutants={"facade": "facade_that_goes_on_trying"}))
def test_what_a_facade_goes_on_trying_comes_out_of_the_queue(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=DENIED):
        quorum.test_what_is_surely_not_on_the_queue_never_comes_out_of_it(system, faults)
