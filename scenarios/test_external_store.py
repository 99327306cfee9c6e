"""A Hazelcast map in front of PostgreSQL: what comes back when all members die at once (report 004)."""

import pytest

from harness import FullDisk, Kill, Nemesis, System, assert_holds, every, node
from harness.servers.hazelcast import hazelcast, member_list_of
from harness.servers.hazelcast.checkers import external_store
from harness.servers.hazelcast.spec import WRITE_DELAY_S
from harness.servers.hazelcast.workloads.stored import StoredEntries
from harness.servers.postgres import postgres, store_answers

pytestmark = [
    pytest.mark.faulttolerance,
    pytest.mark.guarantee("no entry is lost"),
    pytest.mark.hazelcast,
    pytest.mark.system(hazelcast(stored=True), postgres()),
]
#: So many entries are sure to need more of a disk than a table has of it already: PostgreSQL takes 8 kB at a time.
MORE_THAN_A_PAGE = 500
#: Longer than a put takes on a busy machine, and than the three seconds after which the members try again.
UNANSWERED_S = 8.0
EXPERIMENT = pytest.mark.experiment("004", "how to avoid loss: an external store", "named, not tried")


@EXPERIMENT
@pytest.mark.parametrize(
    ("store", "delay_s"), [("write-through", 0), ("none", None)], ids=["write-through", "no store"]
)
def test_losing_all_members_at_once(system: System, faults: Nemesis, store: str, delay_s: float | None) -> None:
    """1000 entries with one backup; all members are killed at the same moment and started again.
    A map that writes to PostgreSQL before it acknowledges a put is loaded from there: everything is back. Without a
    store, the same kill loses everything, as all copies were in the members' memory.
    """
    entries = StoredEntries(system, store)
    entries.put(1000)

    killed = faults.inject(Kill(), every("hazelcast"))
    entries.look_into_store()
    killed.undo().until(member_list_of(3))

    entries.read()
    assert_holds(system.history, external_store.check, delay_s=delay_s)


@EXPERIMENT
def test_a_write_behind_store_lacks_what_was_put_last(system: System, faults: Nemesis) -> None:
    """A map that acknowledges a put first and writes it to PostgreSQL some seconds later. 200 entries are written; 200
    more are put, and all members are killed within the delay. What PostgreSQL held at the kill comes back; what was put
    within the delay is lost, although it was acknowledged.
    """
    entries = StoredEntries(system, "write-behind")
    entries.put(200)
    entries.await_stored(200, timeout_s=WRITE_DELAY_S + external_store.LATE_S)
    entries.put(200, first=200)

    killed = faults.inject(Kill(), every("hazelcast"))
    entries.look_into_store()
    killed.undo().until(member_list_of(3))

    entries.read()
    assert_holds(system.history, external_store.check, delay_s=WRITE_DELAY_S)


@EXPERIMENT
def test_a_write_through_map_refuses_puts_without_its_store(system: System, faults: Nemesis) -> None:
    """PostgreSQL is killed under a write-through map: every put is refused while it is gone, and puts are accepted
    again once it is back. It holds all that was acknowledged, and nothing that was surely refused.
    """
    entries = StoredEntries(system, "write-through")
    entries.put(100)

    killed = faults.inject(Kill(), node("postgres"))
    refusals = entries.try_put(5, first=100)
    assert len(refusals) == 5, f"{5 - len(refusals)} of 5 puts were acknowledged without the store"

    killed.undo().until(store_answers())
    entries.put_until_accepted(100, first=200)
    entries.look_into_store()
    entries.read()
    assert_holds(system.history, external_store.check)


@pytest.mark.needs(FullDisk())
@pytest.mark.system(hazelcast(stored=True), postgres(disk_mb=256))
def test_a_write_through_map_waits_while_its_store_has_no_room(system: System, faults: Nemesis) -> None:
    """The disk of PostgreSQL is full under a write-through map. What its tables have no room for the members try again
    and again, so such a put is neither acknowledged nor refused, and goes on once there is room.
    PostgreSQL holds all that was acknowledged.
    """
    entries = StoredEntries(system, "write-through")
    entries.put(100)

    full = faults.inject(FullDisk(), node("postgres"))
    with entries.putting(MORE_THAN_A_PAGE, first=100):
        entries.await_unanswered(UNANSWERED_S, timeout_s=60)
        full.undo().until(store_answers())

    entries.look_into_store()
    entries.read()
    assert_holds(system.history, external_store.check)
