"""`harness shrink` gets from a random plan of ten and more acts to the one or two that a mutant fails of, by itself."""

import json
from itertools import count
from pathlib import Path

import pytest

from harness import Draw, Plan
from tests.running import ROOT, start

_PLANS = ROOT / "scenarios" / "test_random_plans.py"
_SEARCH_S = 3600
#: Brief acts, close together: ten and more of them in less than a minute.
_DRAW = {"duration_s": 45.0, "lasting_s": (1.0, 3.0), "quiet_s": (0.5, 1.5)}


def long_plan(targets: tuple[str, ...]) -> Plan:
    """A random plan of ten acts or more, of which one kills the first of the targets."""
    draw = Draw(("kill", "stop", "pause"), targets, **_DRAW)
    plans = map(draw.plan, count(1))
    return next(
        plan
        for plan in plans
        if len(plan.acts) >= 10 and any((act.fault, act.target) == ("kill", targets[0]) for act in plan.acts)
    )


@pytest.mark.nightly
@pytest.mark.servers
@pytest.mark.parametrize(
    ("mutant", "scenario", "targets"),
    [
        (
            "producers_that_ask_for_no_acknowledgement",
            "test_a_log_keeps_what_it_acknowledged_whatever_befalls_its_brokers",
            ("leader", "controller", "kafka-1", "kafka-2"),
        ),
        (
            "facade_with_acks_0",
            "test_over_kafka_no_message_is_lost_whatever_befalls_the_system",
            ("leader", "controller", "logging-1", "kafka-1"),
        ),
        (
            "queue_without_backup",
            "test_over_hazelcast_no_message_is_lost_whatever_befalls_the_system",
            ("owner", "oldest", "logging-1", "hazelcast-1"),
        ),
    ],
)
def test_a_plan_of_ten_acts_is_shrunk_to_what_the_mutant_fails_of(
    tmp_path: Path, mutant: str, scenario: str, targets: tuple[str, ...]
) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(long_plan(targets).value))
    options = ("-n", "2", "--budget", f"{_SEARCH_S}s", "--backend", "process", "--", "-p", "tests.zoo.with_mutant")
    search = start(
        "harness", "shrink", f"{_PLANS}::{scenario}", str(tmp_path / "plan.json"), *options, "--mutant", mutant
    )
    output, _ = search.communicate(timeout=2 * _SEARCH_S)
    assert search.returncode == 0, output
    smallest = json.loads((tmp_path / "plan.shrunk.json").read_text())
    assert 1 <= len(smallest["acts"]) <= 2, output
