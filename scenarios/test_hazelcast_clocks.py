"""Hazelcast members whose wall clock is wrong: what they keep, lock and expire by the time of day, and what not."""

import pytest

from harness import Clock, Nemesis, System, assert_holds, node
from harness.checkers import effective_settings, load, lock
from harness.servers.hazelcast import hazelcast, member_list_of, owner_of, partitions_safe
from harness.servers.hazelcast.assertions import assert_kept, assert_registers
from harness.servers.hazelcast.workloads.keys import Keys
from harness.servers.hazelcast.workloads.locks import Lock
from harness.servers.hazelcast.workloads.registers import Registers

HOUR_S = 3600.0
pytestmark = [
    pytest.mark.faulttolerance,
    pytest.mark.hazelcast,
    pytest.mark.needs(Clock(HOUR_S)),
    pytest.mark.system(hazelcast(clock=True)),
]
#: Of all clients together, and what has to be left of it where clients go from a member that refuses to the next one.
OPERATIONS_A_SECOND, LEAST_A_SECOND = 300, 5
#: Acknowledged before a fault, while it is in force, and after it.
OPERATIONS = 300
#: So long that each client waits for it most of the time, and a clock jumps while somebody has it, in seconds.
HELD_S = 0.5
TEN_MINUTES_S, COUNT = 600, 50


@pytest.mark.guarantee("every read is right")
@pytest.mark.parametrize(
    "seconds", [pytest.param(HOUR_S, id="ahead", marks=pytest.mark.quick), pytest.param(-HOUR_S, id="behind")]
)
def test_an_owner_with_the_wrong_time_keeps_registers(system: System, faults: Nemesis, seconds: float) -> None:
    """Clients of every member read, write and replace at five keys of a map that a majority alone serves; the wall
    clock of the member that owns one of the keys is an hour ahead, or behind, for a while.
    Every read returns what a single register could have held at some moment while it lasted.
    """
    registers = Registers(system)
    with registers.traffic(a_second=OPERATIONS_A_SECOND) as operations:
        operations.await_acknowledged(OPERATIONS)
        wrong = faults.inject(Clock(seconds), owner_of(registers.keys[0])).lasting(10)
        operations.await_acknowledged(OPERATIONS)
        wrong.undo().until(member_list_of(3)).until(partitions_safe())
        operations.await_acknowledged(OPERATIONS)

    assert_holds(system.history, load.check, f="read", least_a_second=LEAST_A_SECOND)
    assert_registers(system.history)


@pytest.mark.guarantee("no update is lost")
def test_a_lease_is_not_over_sooner_where_the_owners_clock_jumps_ahead(system: System, faults: Nemesis) -> None:
    """Clients of every member take one lock, whose lease is ten seconds, and hold it for half a second; the wall clock
    of the member that has it jumps an hour ahead while somebody holds it.
    Nobody else gets it sooner: a lease is measured by the clock that nobody sets.
    """
    taken = Lock(system, held_s=HELD_S)
    with taken.traffic() as operations:
        operations.await_acknowledged(10)
        wrong = faults.inject(Clock(HOUR_S), owner_of(taken.key))
        operations.await_acknowledged(10)
        wrong.undo().until(member_list_of(3)).until(partitions_safe())
        operations.await_acknowledged(10)

    assert_holds(system.history, effective_settings.check)
    assert_holds(system.history, lock.check)


@pytest.mark.guarantee("what these settings cost")
def test_entries_expire_sooner_where_their_owners_clock_is_ahead(system: System, faults: Nemesis) -> None:
    """time-to-live-seconds=600, and 50 keys are put that one member owns, and 50 that another one does. The wall clock
    of the first is an hour ahead: all that it owns is gone for whoever asks for it, and for good, and nothing else.
    """
    keys = Keys(system, expires_s=TEN_MINUTES_S)
    put = {name: keys.put_through(name, keys.owned_by(name, COUNT)) for name in ("hazelcast-1", "hazelcast-2")}

    wrong = faults.inject(Clock(HOUR_S), node("hazelcast-1"))
    keys.await_expiry(put["hazelcast-1"])
    wrong.undo().until(member_list_of(3)).until(partitions_safe())

    keys.read()
    verdict = assert_kept(system.history, shows=["entry lost"])
    assert verdict.figures["lost"] == COUNT, f"{verdict.figures['lost']} keys were lost, and {COUNT} have expired"
