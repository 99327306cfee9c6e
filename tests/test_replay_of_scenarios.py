"""The history of a scenario exits as the scenario ended, whatever it demanded and however it ended."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.cli import main
from tests.running import ROOT, run

_HEAD = """
import pytest
from harness import assert_broken, assert_holds
from harness.checkers import bounded_queue, counter, lock
from harness.messages import assert_delivered_and_aggregated
from harness.errors import AwaitTimeoutError, EnvironmentUnfitError, FaultDidNotBiteError

pytestmark = pytest.mark.faulttolerance

def increment(history, *, shown):
    history.invoke(1, "increment", 1).ok(1)
    history.invoke(2, "increment", 1).ok(1)
    history.invoke(1, "read").ok(shown)

def post_and_drain(history, lost="", **held):
    ids = ["a", *lost]
    for id_ in ids:
        history.invoke(1, "post", {"id": id_, "msg": "m"}).ok({"id": id_, "msg": "m", "partition": 0, "offset": 0})
    history.invoke(1, "drain").ok(held)
    part = {"from": "logging", "ids": ids}
    history.invoke(1, "get").ok({"logging": part, "messages": {"from": "one", "ids": held["one"]}})

def declare(history, acks="all"):
    settings = {"messages.commits": "after storing", "messages.from_beginning": "false", "kafka.producer.acks": acks}
    history.event("settings", {"declared": settings, "effective": settings, "unread": {}})

def kill_a_broker(history, acks="all"):
    declare(history, acks)
    history.event("kill", {"nodes": ["kafka-1"], "phase": "begin", "why": "it leads"})

def test_it(history):
"""
_BITES = '    history.event("kill", {"nodes": ["a-1"], "phase": "begin", "why": "it is"})\n'
_SCENARIOS = {
    "expects a loss": ('increment(history, shown=1); assert_broken(history, counter.check, "lost update")', 0),
    "expects a loss that is not there": (
        'increment(history, shown=2); assert_broken(history, counter.check, "lost update")',
        1,
    ),
    "permits doubles": (
        'kill_a_broker(history); post_and_drain(history, one=["a"], two=["a"]); '
        "assert_delivered_and_aggregated(history)",
        0,
    ),
    "permits no doubles": (
        'declare(history); post_and_drain(history, one=["a"], two=["a"]); assert_delivered_and_aggregated(history)',
        1,
    ),
    "does not say which settings it had": (
        'post_and_drain(history, one=["a"], two=[]); assert_delivered_and_aggregated(history)',
        3,
    ),
    "shows a loss that is permitted": (
        'kill_a_broker(history, acks="1"); post_and_drain(history, one=["a"], two=[], lost="b"); '
        'assert_delivered_and_aggregated(history, shows=["lost"])',
        0,
    ),
    "has a loss that is permitted and not shown": (
        'kill_a_broker(history, acks="1"); post_and_drain(history, one=["a"], two=[], lost="b"); '
        "assert_delivered_and_aggregated(history)",
        1,
    ),
    "has no messages": ("history.invoke(1, 'acquire').ok(1); assert_holds(history, lock.check, fenced=True)", 0),
    "has a bound": ("history.invoke(1, 'put', 7).ok(7); assert_holds(history, bounded_queue.check, bound=0)", 1),
    "has one that nothing is taken from": (
        "history.invoke(1, 'put', 7).ok(7); assert_holds(history, bounded_queue.check, bound=1, drained=False)",
        0,
    ),
    "is inconclusive": ("assert_holds(history, counter.check)", 3),
    "has a fault that did not bite": ("raise FaultDidNotBiteError('a-1 still runs')", 3),
    "asserts what no checker says": (
        'increment(history, shown=2)\n    assert assert_holds(history, counter.check).figures["final"] == 3',
        1,
    ),
    "asserts something before it demands": ("assert [] == ['request 7']\n    assert_holds(history, lock.check)", 1),
    "waits in vain": ("raise AwaitTimeoutError('waited 60 s for a leader')", 1),
    "has no room on the disk": ("raise EnvironmentUnfitError('the disk is full')", 2),
    "demands nothing": ("pass", 0),
    "meets one demand, and of another nobody can say": (
        "increment(history, shown=2); assert_holds(history, counter.check); assert_holds(history, lock.check)",
        3,
    ),
    "demands what a checker can't be given": ("assert_holds(history, bounded_queue.check, bound='ten')", 2),
    "is skipped in its midst": ("pytest.skip('there is no zone')", 0),
}


@pytest.mark.parametrize(("body", "status"), _SCENARIOS.values(), ids=_SCENARIOS)
def test_replay_exits_as_the_scenario_ended(tmp_path: Path, body: str, status: int) -> None:
    (tmp_path / "test_ends.py").write_text(f"{_HEAD}{_BITES}    {body}\n")
    plugin = ("-p", "harness.plugin", "-c", str(ROOT / "pytest.ini"))
    reports = tmp_path / "reports"
    ended, output = run("pytest", *plugin, f"--reports={reports}", str(tmp_path / "test_ends.py"))
    (history,) = (reports / "histories").iterdir()
    replayed = CliRunner().invoke(main, ["replay", str(history)])
    assert (ended, replayed.exit_code) == (status, status), output + replayed.output
