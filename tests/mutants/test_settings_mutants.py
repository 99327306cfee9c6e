"""What turns the scenarios red that show what lossy settings cost: safe ones in their place."""

import pytest

from harness import Nemesis
from harness.assertions import GuaranteeBrokenError
from harness.messages import MessageSystem, messages
from harness.messages.namespace import Namespace
from harness.messages.settings import OWN
from harness.servers.hazelcast import hazelcast, lowest_ip
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


@pytest.mark.usefixtures("as_if_nothing_was_declared")
@pytest.mark.system(messages(consumers=False, settings={"kafka.producer.acks": "1"}))
def test_a_producer_that_waits_for_all_loses_nothing(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=f"other settings: kafka.producer.acks is all.*(?s:.*){NOT_LOST}"):
        kafka_settings.test_without_the_acknowledgement_of_the_others_the_leader_takes_messages_along(
            system, faults, "1"
        )


@pytest.mark.usefixtures("as_if_nothing_was_declared")
@pytest.mark.system(messages(consumers=False, settings={"kafka.consumer.auto_offset_reset": "latest"}))
def test_a_group_that_begins_at_the_beginning_loses_nothing(system: MessageSystem) -> None:
    with pytest.raises(GuaranteeBrokenError, match=NOT_LOST):
        kafka_settings.test_a_group_that_begins_at_the_end_never_reads_what_was_there(system)


@pytest.mark.usefixtures("backups_all_the_same")
@pytest.mark.system(messages("hazelcast", queue_owner=lowest_ip, backups=False, consumers=False), hazelcast())
def test_a_backup_that_was_not_declared_saves_what_had_to_be_lost(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=NOT_LOST):
        hazelcast_settings.test_without_a_backup_a_queue_and_its_share_of_the_map_die_with_their_owner(system, faults)
