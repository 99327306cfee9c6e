"""What turns the scenarios red that show what lossy settings cost: safe ones in their place."""

import pytest

from harness import Isolate, Nemesis, PeerPartition, System
from harness.assertions import GuaranteeBrokenError
from harness.errors import AwaitTimeoutError
from harness.messages import MessageSystem, messages
from harness.messages.namespace import Namespace
from harness.messages.settings import OWN
from harness.servers.hazelcast import hazelcast, lowest_ip, spec
from harness.servers.hazelcast.workloads import keys
from scenarios import test_hazelcast_settings as hazelcast_settings
from scenarios import test_kafka_settings as kafka_settings

NOT_LOST = r"delivery.check\(.*\) had to find 'lost', and did not"


@pytest.fixture
def as_if_nothing_was_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """The services are not told the settings that are declared for them."""
    for name, (_, variable) in OWN.items():
        monkeypatch.setitem(OWN, name, ((), variable))  # type: ignore[misc]


@pytest.fixture
def backups_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The services' map and queue have a backup, although they are declared to have none."""
    monkeypatch.setattr(Namespace, "_prefix", "")


@pytest.fixture
def old_owners_that_do_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Members answer no reads of a partition that moves, although they are declared to do so."""
    java = spec._java
    monkeypatch.setattr(
        spec, "_java", lambda told: java({**told, "hazelcast.partition.migration.stale.read.disabled": "true"})
    )


@pytest.mark.usefixtures("as_if_nothing_was_declared")
@pytest.mark.system(messages(consumers=False, settings={"kafka.producer.acks": "1"}))
def test_a_producer_that_waits_for_all_loses_nothing(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=f"other settings: kafka.producer.acks is all.*(?s:.*){NOT_LOST}"):
        kafka_settings.test_without_the_acknowledgement_of_the_others_the_leader_takes_messages_along(
            system, faults, "1"
        )


@pytest.mark.needs(PeerPartition())
@pytest.mark.usefixtures("as_if_nothing_was_declared")
@pytest.mark.system(messages(consumers=False, settings={"kafka.producer.acks": "1"}))
def test_a_leader_that_waits_for_those_that_have_given_it_up_acknowledges_nothing(
    system: MessageSystem, faults: Nemesis
) -> None:
    # Unless the producer asks another broker who leads, in time: then the new leader has it.
    with pytest.raises(AssertionError, match=f"nobody takes posts to it|{NOT_LOST}"):
        kafka_settings.test_a_leader_that_the_others_have_given_up_acknowledges_what_it_will_lose(system, faults)


@pytest.mark.usefixtures("as_if_nothing_was_declared")
@pytest.mark.system(messages(consumers=False, settings={"kafka.consumer.auto_offset_reset": "latest"}))
def test_a_group_that_begins_at_the_beginning_loses_nothing(system: MessageSystem) -> None:
    with pytest.raises(GuaranteeBrokenError, match=NOT_LOST):
        kafka_settings.test_a_group_that_begins_at_the_end_never_reads_what_was_there(system)


@pytest.mark.system(messages(consumers=False))
def test_a_topic_that_keeps_records_for_a_week_still_has_them(system: MessageSystem) -> None:
    with pytest.raises(
        AwaitTimeoutError, match=r"waited 20 s for the brokers to have deleted all that is in messages-"
    ):
        kafka_settings.test_what_nobody_reads_in_time_is_deleted_by_retention(system)


@kafka_settings.replicas(2, in_sync=1)
def test_a_clean_election_has_nobody_who_could_lead(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(AwaitTimeoutError, match=r"a new leader for every partition of messages-\w+-\d+ after the kill"):
        kafka_settings.test_an_unclean_election_loses_what_the_leader_alone_had(system, faults)


@kafka_settings.replicas(2, in_sync=1, unclean=True)
def test_an_unclean_election_leaves_no_partition_without_a_leader(system: MessageSystem, faults: Nemesis) -> None:
    # While the election is under way somebody may see that nobody leads; posts are acknowledged afterwards.
    with pytest.raises(
        (AwaitTimeoutError, AssertionError), match=r"without a leader after|posts were acknowledged there"
    ):
        kafka_settings.test_without_unclean_elections_what_the_leader_alone_had_waits_for_it(system, faults)


@kafka_settings.replicas(1, in_sync=1, mutants={"facade": "facade_that_acknowledges_failures"})
def test_what_is_acknowledged_without_a_leader_is_lost(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"lost: \d+ of \d+ acknowledged messages never reached"):
        kafka_settings.test_with_one_replica_a_partition_is_away_with_its_broker_and_comes_back_with_it(system, faults)


@kafka_settings.replicas(1, in_sync=1)
def test_one_replica_of_two_is_led_by_nobody_else(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(AwaitTimeoutError, match=r"a new leader for every partition of messages-\w+-\d+ after the kill"):
        kafka_settings.test_with_two_replicas_the_loss_of_one_broker_loses_nothing_and_stops_nobody(system, faults)


@kafka_settings.replicas(2, in_sync=1)
def test_one_of_two_replicas_that_is_enough_takes_posts(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(AssertionError, match=r"\d+ posts were acknowledged there"):
        kafka_settings.test_where_both_replicas_have_to_be_in_sync_the_loss_of_one_costs_posts_and_no_message(
            system, faults
        )


@pytest.mark.usefixtures("backups_all_the_same")
@pytest.mark.system(messages("hazelcast", queue_owner=lowest_ip, backups=False, consumers=False), hazelcast())
def test_a_backup_that_was_not_declared_saves_what_had_to_be_lost(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=NOT_LOST):
        hazelcast_settings.test_without_a_backup_a_queue_and_its_share_of_the_map_die_with_their_owner(system, faults)


@pytest.mark.system(hazelcast(2, settings=hazelcast_settings.PATIENT))
@pytest.mark.parametrize(("backups", "in_doubt"), [("0 + 1 async", ""), ("1", ""), ("1", "hazelcast-1")])
def test_a_write_that_waits_for_its_backup_is_not_lost(
    system: System, faults: Nemesis, monkeypatch: pytest.MonkeyPatch, backups: str, in_doubt: str
) -> None:
    monkeypatch.setitem(spec.BACKUPS, backups, spec.BACKUPS["1"])
    monkeypatch.setitem(keys._IN_DOUBT, "fail_on_indeterminate_operation_state", True)
    with pytest.raises(GuaranteeBrokenError, match=r"set_full.at_the_end had to find 'lost', and did not"):
        hazelcast_settings.test_what_is_acknowledged_before_the_backup_has_it_dies_with_its_owner(
            system, faults, backups, in_doubt
        )


@pytest.mark.usefixtures("old_owners_that_do_not_answer")
@pytest.mark.system(hazelcast(2, settings=hazelcast_settings.STALE))
def test_an_old_owner_that_does_not_answer_lacks_nothing(system: System, faults: Nemesis) -> None:
    with pytest.raises(
        GuaranteeBrokenError,
        match=r"(?s)other settings: hazelcast.partition.migration.stale.read.disabled is true.*had to find 'stale'",
    ):
        hazelcast_settings.test_while_partitions_move_their_old_owner_answers_without_what_the_new_one_acknowledged(
            system, faults
        )


@pytest.mark.needs(Isolate())
@pytest.mark.system(hazelcast())
@pytest.mark.parametrize(
    ("split", "others", "says"),
    [
        ("kept", "discarding-", r"(?s)other settings: hazelcast.map.merge-policy.*lost: 100 of 200 acknowledged"),
        ("discarded", "", r"(?s)other settings: hazelcast.map.merge-policy.*had to find 'lost', and did not"),
        ("refused", "", r"other settings: hazelcast.map.split-brain-protection-ref is not set"),
    ],
)
def test_another_merge_policy_or_no_protection_is_seen(
    system: System, faults: Nemesis, monkeypatch: pytest.MonkeyPatch, split: str, others: str, says: str
) -> None:
    monkeypatch.setitem(spec.SPLITS, split, others)
    with pytest.raises(GuaranteeBrokenError, match=says):
        hazelcast_settings.test_what_a_minority_acknowledges_is_the_merge_policys_to_keep(system, faults, split)


@pytest.mark.system(hazelcast())
def test_a_map_that_keeps_what_should_expire_is_seen(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "EXPIRING", "")
    with pytest.raises(AwaitTimeoutError, match=r"waited 10 s for no key to be left in keys-"):
        hazelcast_settings.test_what_a_map_was_given_expires_though_it_was_acknowledged(system)
