"""What turns each scenario of the distributed map red: fewer copies, or more, or copies in the wrong places."""

import pytest

from harness import Isolate, Kill, Nemesis, Stop, System
from harness.assertions import GuaranteeBrokenError
from harness.servers.hazelcast import hazelcast, spec
from scenarios import test_distributed_map as scenarios

pytestmark = pytest.mark.system(hazelcast())
#: SIGTERM ends a member at once, as it does by default: it hands nothing over.
terminating = pytest.mark.system(hazelcast(settings={"hazelcast.shutdownhook.policy": "TERMINATE"}))

GONE = r"lost: \d+ of 1000 keys are gone, although a copy of each survived"


@pytest.fixture
def no_backup(monkeypatch: pytest.MonkeyPatch) -> None:
    """A map that should have one backup has none."""
    monkeypatch.setitem(spec.BACKUPS, "1", spec.NO_BACKUP)


@terminating
@pytest.mark.usefixtures("no_backup")
def test_a_member_that_hands_nothing_over_loses_its_keys(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=GONE):
        scenarios.test_one_backup_survives_the_loss_of_one_member(system, faults, Stop())


@terminating
def test_without_backup_a_stop_that_hands_nothing_over_is_a_kill(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=GONE):
        scenarios.test_no_backup_loses_what_the_member_owned(system, faults, Stop())


@pytest.mark.needs(Isolate())
@pytest.mark.usefixtures("merges_that_discard")
def test_a_merge_that_discards_loses_what_only_the_isolated_member_held(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=GONE):
        scenarios.test_one_backup_survives_the_isolation_of_a_member(system, faults)


@pytest.mark.usefixtures("no_backup")
def test_without_backup_each_of_two_members_in_turn_takes_its_keys_along(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=GONE):
        scenarios.test_one_backup_survives_the_loss_of_two_members_in_turn(system, faults)


@pytest.mark.parametrize("backups", ["1 + 1 async", "2"])
def test_one_backup_is_not_enough_for_two_members(
    system: System, faults: Nemesis, monkeypatch: pytest.MonkeyPatch, backups: str
) -> None:
    monkeypatch.setitem(spec.BACKUPS, backups, spec.BACKUPS["1"])
    with pytest.raises(GuaranteeBrokenError, match=GONE):
        scenarios.test_two_members_lost_at_once(system, faults, backups)


@pytest.mark.usefixtures("no_backup")
def test_without_backup_two_members_take_more_than_a_third(
    system: System, faults: Nemesis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenarios, "_REPETITIONS", 1)
    with pytest.raises(
        GuaranteeBrokenError, match=r"(?s)lost with a living copy: .*implausible share: \d+ of \d+ part"
    ):
        scenarios.test_two_members_lost_at_once_take_a_third_along(system, faults)


def test_a_backup_that_should_not_be_saves_what_had_to_be_lost(
    system: System, faults: Nemesis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(spec.BACKUPS, "0", spec.BACKUPS["1"])
    with pytest.raises(GuaranteeBrokenError, match=r"other settings: .*backup-count is 1, declared was 0"):
        scenarios.test_no_backup_loses_what_the_member_owned(system, faults, Kill())


@pytest.mark.system(hazelcast(4))
def test_without_partition_groups_a_zone_takes_keys_along(system: System, faults: Nemesis) -> None:
    with pytest.raises(AssertionError, match=r"these members permit 17% of the partitions to be lost"):
        scenarios.test_partition_groups_survive_the_loss_of_a_zone(system, faults, "two zones")


@pytest.mark.system(hazelcast(4, zoned=True))
def test_with_partition_groups_nothing_is_lost_that_had_to_be(system: System, faults: Nemesis) -> None:
    with pytest.raises(AssertionError, match=r"these members permit 0% of the partitions to be lost"):
        scenarios.test_partition_groups_survive_the_loss_of_a_zone(system, faults, "no zones")
