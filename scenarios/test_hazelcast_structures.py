"""A Hazelcast set, a generator of ids, a counter, and a queue, under load by clients of every member."""

import pytest

from harness import Isolate, Kill, Nemesis, System, assert_holds
from harness.checkers import bounded_queue, counter, effective_settings, ids, load
from harness.effects import Effect
from harness.faults.protocol import Fault
from harness.load import Tally
from harness.servers.hazelcast import hazelcast, member_list_of, owner_of, partitions_safe, split_off
from harness.servers.hazelcast.assertions import assert_elements
from harness.servers.hazelcast.spec import UNBOUNDED
from harness.servers.hazelcast.workloads.counters import Counter
from harness.servers.hazelcast.workloads.ids import Ids
from harness.servers.hazelcast.workloads.queues import Queue
from harness.servers.hazelcast.workloads.sets import Elements

pytestmark = [pytest.mark.faulttolerance, pytest.mark.hazelcast, pytest.mark.system(hazelcast())]

#: Of all clients together, and what has to be left of it over a run in which a member is given up.
OPERATIONS_A_SECOND, LEAST_A_SECOND = 150, 5
#: Acknowledged before a fault, while it is in force, and after it.
OPERATIONS = 200
#: For how long a cluster is waited for, in seconds: what is late the scenarios of registers say.
PATIENCE_S = 60.0
#: Answered by a member that is alone, once the others have parted from it: it refuses what needs a majority.
ALONE = 20


def a_member_is_lost(*, quick: bool) -> pytest.MarkDecorator:
    """How a member is lost: it is killed, which the quick half of the scenarios may have, or it is cut off."""
    killed = pytest.param(Kill(), marks=[pytest.mark.quick] * quick)
    cut_off = pytest.param(Isolate(), marks=pytest.mark.needs(Isolate()))
    return pytest.mark.parametrize("fault", [killed, cut_off], ids=lambda fault: fault.name)


def is_cut_off(fault: Fault) -> bool:
    """Whether the member that is lost lives on, so that clients can be on both sides of a split, and have to stay."""
    return fault.name == Isolate.name


def lose_twice(faults: Nemesis, fault: Fault, key: str, operations: Tally) -> None:
    """The member that owns a partition is lost and comes back, and then the one that owns it by then.

    One that is cut off has to answer its clients as well, be it that it refuses.
    """
    parted: Effect = split_off() if is_cut_off(fault) else member_list_of(2)
    for _ in range(2):
        operations.await_acknowledged(OPERATIONS)
        lost = faults.inject(fault, owner_of(key))
        lost.until(parted, timeout_s=PATIENCE_S).until(partitions_safe(), timeout_s=PATIENCE_S)
        if is_cut_off(fault):
            operations.await_answered(ALONE, at={lost.node.spec.name})
        operations.await_acknowledged(OPERATIONS)
        lost.undo().until(member_list_of(3), timeout_s=PATIENCE_S).until(partitions_safe(), timeout_s=PATIENCE_S)
    operations.await_acknowledged(OPERATIONS)


@pytest.mark.guarantee("every read is right")
@a_member_is_lost(quick=True)
def test_a_majority_keeps_a_set_whoever_is_lost(system: System, faults: Nemesis, fault: Fault) -> None:
    """Clients of every member add numbers to one set that a majority alone serves, and read it; the member that has the
    set is killed, or cut off, twice, the second time once the others have copies again.
    What was acknowledged is in every later read, and in the last one. What a member showed while it waited for the
    other copy's word, and acknowledged to nobody, may be gone with it.
    """
    elements = Elements(system)
    with elements.traffic(a_second=OPERATIONS_A_SECOND, stay=is_cut_off(fault)) as operations:
        lose_twice(faults, fault, elements.name, operations)

    elements.read()
    assert_elements(system.history)
    assert_holds(system.history, load.check, f="add", least_a_second=LEAST_A_SECOND)


@pytest.mark.guarantee("no id is given out twice")
@a_member_is_lost(quick=True)
def test_no_id_is_given_out_twice_whoever_is_lost(system: System, faults: Nemesis, fault: Fault) -> None:
    """Clients of every member take ids from one generator; a member is killed, or cut off, twice, and both sides of a
    split go on giving out ids.
    No id is given out twice.
    """
    generator = Ids(system)
    with generator.traffic(a_second=OPERATIONS_A_SECOND, stay=is_cut_off(fault)) as operations:
        lose_twice(faults, fault, "any key", operations)

    assert_holds(system.history, ids.check)
    assert_holds(system.history, load.check, f="generate", least_a_second=LEAST_A_SECOND)


@pytest.mark.guarantee("no update is lost")
@a_member_is_lost(quick=False)
def test_a_majority_counts_right_whoever_is_lost(system: System, faults: Nemesis, fault: Fault) -> None:
    """Clients of every member read the value at one key of a map that a majority alone serves, and replace it by the
    next one; the member that owns the key is killed, or cut off, twice, the second time once the others have copies
    again.
    Each read has all increments that were acknowledged before it, and none twice.
    """
    counted = Counter(system)
    with counted.traffic(a_second=OPERATIONS_A_SECOND, stay=is_cut_off(fault)) as operations:
        lose_twice(faults, fault, counted.key, operations)

    counted.read()
    assert_holds(system.history, effective_settings.check)
    assert_holds(system.history, counter.check)
    assert_holds(system.history, load.check, f="increment", least_a_second=LEAST_A_SECOND)


@pytest.mark.guarantee("each item comes out once")
@a_member_is_lost(quick=False)
def test_a_majority_keeps_a_queue_whoever_is_lost(system: System, faults: Nemesis, fault: Fault) -> None:
    """Clients of every member offer numbers to one queue that a majority alone serves, and take them out again, but for
    some that stay; the member that owns the queue is killed, or cut off, twice, the second time once the others have
    copies again. Then all is taken out.
    Each item that was acknowledged comes out, once, and nobody finds the queue empty before.
    """
    queue = Queue(system)
    with queue.traffic(a_second=OPERATIONS_A_SECOND, stay=is_cut_off(fault)) as operations:
        lose_twice(faults, fault, queue.name, operations)

    queue.drain()
    assert_holds(system.history, bounded_queue.check, bound=UNBOUNDED, refusal="SplitBrainProtectionError")
    assert_holds(system.history, load.check, f="take", least_a_second=LEAST_A_SECOND)
