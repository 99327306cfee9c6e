"""Which tests run when: with each `make test`, with each run of CI, by turns, at night; and how long they take."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from functools import cache

#: The tests there bring up the session of this checkout, of which there is one at a time.
OF_THE_SESSION = "tests/session/"
_TOPOLOGY = "three members and three brokers"
#: What files share, by file: the tests of all files that share something run in one process, one after the other.
_SHARED = {
    **dict.fromkeys(
        # Some of these kill runs, and some demand that no dead run has left a container on this machine.
        (
            "tests/backends/test_sweep.py",
            "tests/backends/test_watchdog.py",
            "tests/test_bad_input.py",
            "tests/test_cleaning_up.py",
        ),
        "what the dead left",
    ),
    # Servers of one topology, which are started once.
    **dict.fromkeys(
        (
            "tests/clusters/test_effective.py",
            "tests/clusters/test_snapshot.py",
            "tests/clusters/test_views.py",
            "tests/forensics/test_real_losses.py",
        ),
        _TOPOLOGY,
    ),
    **dict.fromkeys(("tests/services/test_kafka_consumer.py", "tests/services/test_kafka_producer.py"), "one broker"),
}
#: What `make test` leaves to CI, by turns: it takes long, and a change of the harness seldom breaks it.
SELDOM = frozenset(
    {
        # Pages that are typed, and the package in an environment of its own.
        "tests/docs/test_extending.py",
        "tests/docs/test_own_system.py",
        "tests/docs/test_tutorial.py",
        "tests/package/test_wheel.py",
        "tests/docs/test_grading.py",
        # Runs within runs, each with a system of its own.
        "tests/grading/test_grade.py",
        "tests/messages/test_hostile.py",
        "tests/messages/test_running_on_few.py",
        "tests/messages/test_without_a_queue.py",
        "tests/session/test_debugging.py",
        "tests/session/up/test_pytest_attach.py",
        "tests/test_explore.py",
        "tests/test_shrink.py",
        # Runs of several processes, and one of a suite of somebody else's, each of which imports all there is.
        "tests/test_parallel.py",
        "tests/test_suite_elsewhere.py",
        # The jobs of others' pipelines, each a run of its own; hundreds of histories that others' judges have judged.
        "tests/ci/test_pipelines.py",
        "tests/test_bench_agreement.py",
        # A browser.
        "tests/session/up/test_watch.py",
        # What servers do, whatever the harness does.
        "tests/clusters/test_emptied_queue.py",
        "tests/clusters/test_majority.py",
        "tests/clusters/test_postgres.py",
        "tests/clusters/test_queue_owner.py",
        "tests/clusters/test_stale_reads.py",
        "tests/clusters/test_strangers.py",
        "tests/forensics/test_real_losses.py",
    }
)
#: What `make test` has and CI has by turns: systems of other people's making, clusters that are given, and faults of
#: networks and clocks, which scenarios inject into real servers as well.
SOMETIMES = frozenset(
    {
        "tests/backends/test_confinement.py",
        "tests/backends/test_docker_exec.py",
        "tests/backends/test_docker_renewal.py",
        "tests/clusters/test_effective.py",
        "tests/clusters/test_snapshot.py",
        "tests/clusters/test_views.py",
        "tests/clusters/test_wiped.py",
        "tests/faults/test_clock.py",
        "tests/faults/test_isolate.py",
        "tests/faults/test_one_way.py",
        "tests/faults/test_partial_partition.py",
        "tests/faults/test_upgrade.py",
        "tests/given/test_contained_services.py",
        "tests/given/test_containers.py",
        "tests/given/test_hazelcast.py",
        "tests/given/test_kafka.py",
        "tests/given/test_services.py",
        "tests/given/test_whole.py",
        "tests/messages/test_composed.py",
        "tests/messages/test_flask_example.py",
        "tests/messages/test_java_example.py",
        "tests/messages/test_node_example.py",
        "tests/messages/test_one_machine.py",
        "tests/messages/test_own_images.py",
        "tests/messages/test_starting.py",
        "tests/messages/test_toolchains.py",
    }
)
#: What each pipeline sees as well: the quick half injects these faults into real servers, with their proofs. And what
#: starts engines of its own: but for the network between them, the other tests of the backends see it on one.
NIGHTLY = frozenset(
    {
        "tests/backends/test_brokers_on_two_machines.py",
        "tests/backends/test_several_machines.py",
        "tests/backends/test_swarm.py",
        "tests/faults/test_interposed.py",
        "tests/faults/test_packets.py",
        "tests/faults/test_sides.py",
        "tests/faults/test_slow.py",
    }
)
#: About how many seconds tests that share something take, where that is long: who begins with these ends in time.
SECONDS = {
    OF_THE_SESSION: 140,
    _TOPOLOGY: 140,
    "tests/messages/test_without_a_queue.py": 200,
    "tests/messages/test_hostile.py": 200,
    "tests/messages/test_running_on_few.py": 450,
    "tests/grading/test_grade.py": 150,
    "tests/docs/test_grading.py": 150,
    "tests/docs/test_own_system.py": 85,
    "tests/docs/test_tutorial.py": 85,
    "tests/messages/test_java_example.py": 80,
    "what the dead left": 75,
    "tests/session/up/test_pytest_attach.py": 45,
    "tests/session/up/test_watch.py": 40,
    "tests/faults/test_isolate.py": 40,
    "tests/faults/test_partial_partition.py": 40,
    "tests/backends/test_brokers_on_two_machines.py": 150,
    "tests/backends/test_swarm.py": 80,
    "tests/backends/test_several_machines.py": 50,
    "tests/backends/test_docker.py": 40,
    "tests/messages/test_starting.py": 40,
    "tests/messages/test_one_machine.py": 40,
    "tests/messages/test_toolchains.py": 40,
    "tests/package/test_wheel.py": 35,
    "tests/backends/test_docker_renewal.py": 30,
    "tests/clusters/test_majority.py": 30,
    "tests/docs/test_extending.py": 25,
    "tests/given/test_kafka.py": 25,
    "tests/given/test_contained_services.py": 80,
    "tests/given/test_whole.py": 30,
    "tests/faults/test_one_way.py": 25,
    "tests/test_shrink.py": 20,
    "tests/messages/test_node_example.py": 20,
    "tests/backends/test_confinement.py": 20,
}
#: What anything else of those takes.
_OTHERS_S = 8
#: In these each test has a system of its own: a part of the file has a turn, not the whole file.
_APART = frozenset({"tests/messages/test_hostile.py"})
#: How many runs of CI have all that has turns between them.
TURNS = 6
#: Which turn it is: .ci/run counts commits and days.
_TURN = int(os.environ.get("HARNESS_TURN") or date.today().toordinal())


def shared(file: str) -> str:
    """What the tests of a file share with those of others; the file, if nothing."""
    return _SHARED.get(file, file)


def is_its_turn(file: str, place: int, *, turn: int = _TURN) -> bool:
    """Whether a test has its turn.

    Args:
        file: that it is in, one of those that have turns.
        place: of the test among those of the file, from 0.
        turn: which turn it is.
    """
    own = place if file in _APART else _turns()[shared(file)]
    return own % TURNS == turn % TURNS


@cache
def _turns() -> Mapping[str, int]:
    """The turn of each file, or of what files share, so that turns take about as long as each other."""
    long = {unit: SECONDS.get(unit, _OTHERS_S) for unit in map(shared, (SELDOM | SOMETIMES) - _APART)}
    taken = [0] * TURNS
    turns: dict[str, int] = {}
    for unit in sorted(long, key=lambda unit: (-long[unit], unit)):
        turns[unit] = taken.index(min(taken))
        taken[turns[unit]] += long[unit]
    return turns
