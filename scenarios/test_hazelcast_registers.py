"""The keys of a Hazelcast map as registers, under reads, writes and replacements by clients of every member."""

import pytest

from harness import (
    Isolate,
    Kill,
    Nemesis,
    Pause,
    Plan,
    Split,
    Stop,
    System,
    assert_broken,
    assert_holds,
    assert_recovered,
    follow,
    node,
    some,
)
from harness.bounds import budget_s
from harness.checkers import availability, effective_settings, load, register
from harness.effects import Effect
from harness.faults.protocol import Fault
from harness.servers.hazelcast import hazelcast, member_list_of, new_owner, owner_of, partitions_safe, split_off
from harness.servers.hazelcast.assertions import assert_registers
from harness.servers.hazelcast.workloads.registers import Registers
from harness.steps import Step
from harness.taken import Taken

pytestmark = [
    pytest.mark.faulttolerance,
    pytest.mark.guarantee("every read is right"),
    pytest.mark.hazelcast,
    pytest.mark.system(hazelcast()),
]

MEMBERS = ("hazelcast-1", "hazelcast-2", "hazelcast-3")
#: Of all clients together, and what has to be left of it over a run in which a member is given up.
OPERATIONS_A_SECOND, LEAST_A_SECOND = 300, 30
#: Acknowledged before a fault, while it is in force, and after it.
OPERATIONS = 300
#: How long it may take until there are copies of all again, once a member is lost, and once it is back, in seconds.
REDUNDANT_S = 60.0
#: A wait is this many times as long as usual where a budget says what is late.
PATIENCE = 3


def parted(fault: Fault) -> Effect:
    """The others have given a member up; one that is cut off has given them up as well."""
    return split_off() if fault.name == Isolate.name else member_list_of(2)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Kill(), marks=pytest.mark.quick),
        Stop(),
        Pause(),
        pytest.param(Isolate(), marks=pytest.mark.needs(Isolate())),
    ],
    ids=lambda fault: fault.name,
)
def test_a_majority_serves_registers_whoever_is_lost(system: System, faults: Nemesis, fault: Fault) -> None:
    """Clients of every member read, write and replace at five keys of a map that a majority alone serves; the member
    that owns one of the keys is killed, shut down in order, hangs, or is cut off, twice, the second time once the
    others have copies again.
    Every read returns what a single register could have held at some moment while it lasted. No key is
    without a read for much longer than the members' settings imply, nor does it take the others much longer to give up
    a member that says nothing, and to own what it owned; there are soon copies of all again.
    """
    registers, patience_s = Registers(system), PATIENCE * system.timings.detection_s
    with registers.traffic(a_second=OPERATIONS_A_SECOND) as operations:
        for key in registers.keys[:2]:
            operations.await_acknowledged(OPERATIONS)
            lost = faults.inject(fault, owner_of(key))
            for effect in (parted(fault), new_owner(key), partitions_safe()):
                lost.until(effect, timeout_s=patience_s)
            operations.await_acknowledged(OPERATIONS)
            lost.undo().until(member_list_of(3)).until(partitions_safe(), timeout_s=patience_s)
        operations.await_acknowledged(OPERATIONS)

    # No setting limits how long somebody takes to hand over.
    bounded = (Step.DETECTION, Step.LEADER) if Taken.PEERS in fault.takes else ()
    assert_recovered(system.history, *bounded, redundancy_s=REDUNDANT_S)
    assert_holds(system.history, availability.check, f="read", each="key", within_s=budget_s(system.history.events))
    assert_holds(system.history, load.check, f="read", least_a_second=LEAST_A_SECOND)
    assert_registers(system.history)


def test_registers_survive_a_rolling_restart(system: System, faults: Nemesis) -> None:
    """Clients of every member read, write and replace at five keys of a map that a majority alone serves; the members
    are shut down in order and started again one after the other, each once the others have copies of all again.
    Every read returns what a single register could have held at some moment while it lasted.
    """
    registers = Registers(system)
    with registers.traffic(a_second=OPERATIONS_A_SECOND) as operations:
        operations.await_acknowledged(OPERATIONS)
        whole = [member_list_of(3), partitions_safe()]
        follow(faults, system.history, Plan.in_turn("restart", MEMBERS), settled=whole, whole=True)
        operations.await_acknowledged(OPERATIONS)

    assert_holds(system.history, load.check, f="read", least_a_second=LEAST_A_SECOND)
    assert_registers(system.history)


@pytest.mark.quick
@pytest.mark.needs(Split())
@pytest.mark.system(hazelcast(4))
def test_a_split_into_halves_has_no_majority_and_keeps_registers(system: System, faults: Nemesis) -> None:
    """Clients of each of four members read, write and replace at five keys of a map that a majority alone serves, with
    so many backups that either half has a copy; two members are split off from the others. Clients reach both halves.
    Neither half serves for long, so nothing that was acknowledged is lacking in the other one; once they have merged,
    every read returns what a single register could have held at some moment while it lasted.
    """
    registers = Registers(system, backups="2")
    with registers.traffic(a_second=OPERATIONS_A_SECOND) as operations:
        operations.await_acknowledged(OPERATIONS)
        halves = faults.inject(Split(), some("hazelcast", 2, seed=1)).until(member_list_of(2)).until(partitions_safe())
        halves.undo().until(member_list_of(4)).until(partitions_safe())
        operations.await_acknowledged(OPERATIONS)

    assert_holds(system.history, load.check, f="read", least_a_second=LEAST_A_SECOND)
    assert_registers(system.history)


@pytest.mark.needs(Isolate())
def test_a_write_whose_backup_never_comes_is_shown_and_undone(system: System, faults: Nemesis) -> None:
    """A client of one member writes five keys that it owns, of a map that a majority alone serves, and clients of every
    member read them. That member is cut off.
    What it is given then nobody acknowledges, as no backup comes. It shows that to whoever reads there until it finds
    itself without a majority; the others never see it, and the merge undoes it.
    """
    registers = Registers(system, owner="hazelcast-1")
    with registers.traffic(clients=9, a_second=OPERATIONS_A_SECOND) as operations:
        operations.await_acknowledged(OPERATIONS)
        isolated = faults.inject(Isolate(), node("hazelcast-1")).until(split_off())
        operations.await_acknowledged(OPERATIONS)
        isolated.undo().until(member_list_of(3)).until(partitions_safe())

    assert_holds(system.history, load.check, f="read", least_a_second=LEAST_A_SECOND)
    assert_registers(system.history, shows=["dirty read"])


@pytest.mark.needs(Isolate())
def test_without_a_majority_both_sides_of_a_split_serve_registers(system: System, faults: Nemesis) -> None:
    """Clients of every member read, write and replace at five keys of a map that any member serves, however few are
    left; the member that owns one of the keys is cut off.
    Either side takes writes and answers reads by itself, so reads miss what the other side has acknowledged; after the
    merge one of the two values is left.
    """
    registers = Registers(system, split="kept")
    with registers.traffic(a_second=OPERATIONS_A_SECOND, stay=True) as operations:
        operations.await_acknowledged(OPERATIONS)
        isolated = faults.inject(Isolate(), owner_of(registers.keys[0])).until(split_off())
        alone = isolated.node.spec.name
        operations.await_acknowledged(OPERATIONS, at={alone})
        operations.await_acknowledged(OPERATIONS, at={each.name for each in system.deployment.topology} - {alone})
        isolated.undo().until(member_list_of(3)).until(partitions_safe())
        operations.await_acknowledged(OPERATIONS)

    assert_holds(system.history, effective_settings.check)
    assert_holds(system.history, load.check, f="read", least_a_second=LEAST_A_SECOND)
    assert_broken(system.history, register.check, "not linearizable")
