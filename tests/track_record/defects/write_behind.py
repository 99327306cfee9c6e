"""A map of Hazelcast that writes behind, whose member is stopped in order while its store is down."""

import pytest

from harness import Kill, Nemesis, Stop, System, assert_holds, every, node
from harness.checkers import set_full
from harness.servers.hazelcast import hazelcast, member_list_of
from harness.servers.hazelcast.checkers.external_store import LATE_S
from harness.servers.hazelcast.spec import WRITE_DELAY_S
from harness.servers.hazelcast.workloads.stored import StoredEntries
from harness.servers.postgres import postgres, store_answers
from tests.track_record.defect import Defect, Side

SERVERS = (hazelcast(1, stored=True), postgres())
DEFECT = Defect(
    wrong="a member that is stopped in order does not wait until what it has acknowledged is written to the store",
    links=("https://github.com/hazelcast/hazelcast/issues/12874", "https://github.com/hazelcast/hazelcast/issues/5757"),
    found_by="rruxandra (2018), Siarhei-Yarkavy (2015)",
    anomaly="lost",
    affected=Side("Hazelcast 5.7.0, write-behind", SERVERS, "write-behind"),
    fixed=Side("not fixed; write-through", SERVERS, "write-through"),
)
STORED_S = 2 * (WRITE_DELAY_S + LATE_S)


@pytest.mark.faulttolerance
@DEFECT.sides
def test_a_stop_in_order_loses_nothing_that_the_store_lacks(system: System, faults: Nemesis, side: str) -> None:
    """20 entries are in the store; the store is killed, and one more is put, or refused. The only member is stopped in
    order, and started again once the store is back.
    Everything that was acknowledged is loaded from the store.
    """
    entries = StoredEntries(system, side)
    entries.put(20)
    entries.await_stored(20, timeout_s=STORED_S)
    gone = faults.inject(Kill(), node("postgres"))
    entries.try_put(1, first=20)
    stopped = faults.inject(Stop(), every("hazelcast"))
    gone.undo().until(store_answers())
    stopped.undo().until(member_list_of(1))
    entries.read()
    assert_holds(system.history, set_full.at_the_end)
