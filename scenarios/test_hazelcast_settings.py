"""What lossy settings of Hazelcast cost: each is declared, the loss that it permits is provoked, and has to come."""

import pytest

from harness import Isolate, Kill, Nemesis, Pause, Stop, System, node
from harness.messages import MessageSystem, assert_delivered_and_aggregated, messages
from harness.servers.hazelcast import (
    Hazelcast,
    hazelcast,
    lowest_ip,
    member_list_of,
    merged,
    partitions_safe,
    split_off,
)
from harness.servers.hazelcast.assertions import assert_kept
from harness.servers.hazelcast.workloads.keys import Keys

pytestmark = [pytest.mark.faulttolerance, pytest.mark.hazelcast, pytest.mark.guarantee("what these settings cost")]

#: The other member hangs for some seconds, and is not to be given up meanwhile: what is owed to it has to be lost only
#: when the owner is.
PATIENT = {"hazelcast.max.no.heartbeat.seconds": "60"}
IN_DOUBT = {**PATIENT, "hazelcast.operation.fail.on.indeterminate.state": "false"}
#: One partition moves each second, and members are told who owns it now only after ten of them.
SLOWLY = {"hazelcast.partition.migration.interval": "1", "hazelcast.graceful.shutdown.max.wait": "6"}
STALE = {**SLOWLY, "hazelcast.partition.migration.stale.read.disabled": "false"}
#: Between two members the sockets hold less than a megabyte of what one of them does not read; these are twelve.
_COUNT, _LENGTH = 48, 250_000


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


@pytest.mark.parametrize(
    ("backups", "in_doubt"),
    [
        pytest.param("0 + 1 async", "", marks=pytest.mark.system(hazelcast(2, settings=PATIENT)), id="asynchronous"),
        pytest.param("1", "", marks=pytest.mark.system(hazelcast(2, settings=IN_DOUBT)), id="success in doubt"),
        pytest.param(
            "1", "hazelcast-1", marks=pytest.mark.system(hazelcast(2, settings=PATIENT)), id="client in doubt"
        ),
    ],
)
def test_what_is_acknowledged_before_the_backup_has_it_dies_with_its_owner(
    system: System, faults: Nemesis, backups: str, in_doubt: str
) -> None:
    """Two members, and the one with the backups hangs for some seconds while the other is given more than their sockets
    hold. It is all acknowledged: at once, as the backup is asynchronous, or after two seconds without the backup's
    word, by the member (hazelcast.operation.fail.on.indeterminate.state=false) or by a client that waits for it itself
    (fail_on_indeterminate_operation_state=false). The owner is killed, and the backup goes on: it never heard of most
    of the keys.
    """
    keys = Keys(system, backups=backups, in_doubt=in_doubt)
    owned = keys.owned_by("hazelcast-1", _COUNT)

    hanging = faults.inject(Pause(), node("hazelcast-2"))
    keys.put_through("hazelcast-1", owned, length=_LENGTH)
    killed = faults.inject(Kill(), node("hazelcast-1"))
    hanging.undo()
    killed.until(member_list_of(1)).until(partitions_safe())

    keys.read()
    assert_kept(system.history, shows=["entry lost"])


@pytest.mark.system(hazelcast(2, settings=STALE))
def test_while_partitions_move_their_old_owner_answers_without_what_the_new_one_acknowledged(
    system: System, faults: Nemesis
) -> None:
    """A member is stopped and hands over its partitions, slowly, while keys are put through the master and all of them
    are read through it. It still answers for what has moved, as the master tells it of ten moves at a time, and lacks
    what was acknowledged since (hazelcast.partition.migration.stale.read.disabled=false). At the end no key is missing.
    """
    keys = Keys(system)
    master, leaving = (member.spec.name for member in system.clusters[Hazelcast].members())

    with keys.traffic(put=master, read=leaving):
        faults.inject(Stop(), node(leaving)).until(member_list_of(1))

    keys.read()
    assert_kept(system.history, shows=["entry stale"])


@pytest.mark.needs(Isolate())
@pytest.mark.system(hazelcast())
@pytest.mark.parametrize("split", ["kept", "discarded", "refused"])
def test_what_a_minority_acknowledges_is_the_merge_policys_to_keep(system: System, faults: Nemesis, split: str) -> None:
    """A member is cut off from the two others, and given 100 keys when they have parted; then the sides merge. Without
    split-brain protection it acknowledges them all, and the merge policy decides: PutIfAbsentMergePolicy keeps them,
    DiscardMergePolicy throws them away. With the protection it refuses every one. What was there before stays.
    """
    keys = Keys(system, split=split)
    keys.put(100)

    isolated = faults.inject(Isolate(), node("hazelcast-2")).until(split_off())
    acknowledged = keys.put_through("hazelcast-2", [f"key-{number}" for number in range(100, 200)])
    isolated.undo().until(member_list_of(3)).until(merged()).until(partitions_safe())

    keys.read()
    verdict = assert_kept(system.history, shows=["entry lost"] if split == "discarded" else [])
    assert len(acknowledged) == (0 if split == "refused" else 100)
    assert verdict.figures["lost"] == (100 if split == "discarded" else 0)


@pytest.mark.system(hazelcast())
def test_what_a_map_was_given_expires_though_it_was_acknowledged(system: System) -> None:
    """time-to-live-seconds=1, and nothing is broken: 100 keys are acknowledged, and seconds later none is left."""
    keys = Keys(system, expires_s=1)
    put = keys.put_through("hazelcast-1", [f"key-{number}" for number in range(100)])
    keys.await_expiry(put)

    keys.read()
    verdict = assert_kept(system.history, shows=["entry lost"])
    assert verdict.figures["lost"] == 100
