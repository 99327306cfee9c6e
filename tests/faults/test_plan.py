"""A plan is the same for a seed, stays within what it is drawn from, and comes back from a file as it was."""

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import BadInputError
from harness.faults.following import refuse_impossible, refuse_unknown
from harness.faults.plan import Act, Draw, Plan, read

_DRAW = Draw(faults=("kill", "pause", "isolate"), targets=("leader", "kafka-1"), duration_s=60.0)
_seeds = st.integers(0, 10**9)


@given(_seeds)
def test_a_seed_has_one_plan(seed: int) -> None:
    assert _DRAW.plan(seed) == _DRAW.plan(seed)


@given(_seeds)
def test_a_plan_stays_within_what_it_is_drawn_from(seed: int) -> None:
    for act in _DRAW.plan(seed).acts:
        assert act.fault in _DRAW.faults
        assert act.target in _DRAW.targets
        assert 0 <= act.at_s <= _DRAW.duration_s
        assert _DRAW.lasting_s[0] <= act.lasting_s <= _DRAW.lasting_s[1]


@given(_seeds)
def test_one_begins_once_the_one_before_is_over_unless_they_may_overlap(seed: int) -> None:
    acts = _DRAW.plan(seed).acts
    for before, after in itertools.pairwise(acts):
        # Times are rounded to a tenth of a second.
        assert after.at_s >= before.at_s + before.lasting_s + _DRAW.quiet_s[0] - 0.2


def test_they_overlap_where_they_may() -> None:
    overlapping = Draw(("kill",), ("kafka-1",), duration_s=60.0, overlapping=True)
    plans = [overlapping.plan(seed).acts for seed in range(20)]
    assert any(
        after.at_s < before.at_s + before.lasting_s for acts in plans for before, after in itertools.pairwise(acts)
    )


def test_something_is_done_in_each_plan_if_anything_can_be() -> None:
    short = Draw(("kill",), ("kafka-1",), duration_s=5.0)
    assert all(short.plan(seed).acts for seed in range(100))
    assert not Draw((), ("kafka-1",)).plan(1).acts
    assert not Draw(("kill",), ("kafka-1",), duration_s=0.5).plan(1).acts


def test_now_and_then_nothing_is_done_for_a_while() -> None:
    plans = [_DRAW.plan(seed).acts for seed in range(100)]
    waits = [
        after.at_s - before.at_s - before.lasting_s for acts in plans for before, after in itertools.pairwise(acts)
    ]
    assert max(waits) > 2 * _DRAW.quiet_s[1]


@pytest.mark.parametrize(("lasting_s", "apart_s"), [(0.0, 0.0), (0.1, 0.2), (1.1, 0.1), (3.0, 2.5)])
def test_in_turn_each_begins_once_the_one_before_is_over(lasting_s: float, apart_s: float) -> None:
    names = [f"kafka-{number}" for number in range(1, 8)]
    plan = Plan.in_turn("restart", names, lasting_s=lasting_s, apart_s=apart_s)
    assert [act.target for act in plan.acts] == names
    assert all(before.is_over_before(after) for before, after in itertools.pairwise(plan.acts))
    assert plan.duration_s == pytest.approx(7 * (lasting_s + apart_s))


@pytest.mark.parametrize("history", [False, True], ids=["a plan", "a history"])
def test_a_plan_comes_back_from_a_file(tmp_path: Path, history: bool) -> None:
    plan = _DRAW.plan(7)
    file = tmp_path / "plan.json"
    event = {"index": 1, "f": "plan", "value": plan.value}
    file.write_text(f'{{"index": 0, "f": "settings"}}\n{json.dumps(event)}\n' if history else json.dumps(plan.value))
    assert read(file) == plan


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "neither JSON nor a history|has no plan"),
        ("[1]", "is none"),
        ('{"f": "end"}\n{"f": "end"}', "has no plan"),
        ('{"acts": [{"at_s": 1, "fault": "kill", "target": "leader"}]}', "act 1: expected an object with at_s, fault"),
        ('{"acts": [], "duration_s": -1}', "duration_s is -1; give seconds, from 0"),
        ('{"acts": [{"at_s": -1, "fault": "kill", "target": "leader", "lasting_s": 1}]}', "at_s is -1; give seconds"),
        ('{"acts": [{"at_s": 1, "fault": 3, "target": "leader", "lasting_s": 1}]}', "fault is 3; give text"),
    ],
)
def test_a_file_that_is_no_plan_is_refused_with_the_act(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "plan.json"
    file.write_text(text)
    with pytest.raises(BadInputError, match=said):
        read(file)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="can't be read"):
        read(tmp_path / "none.json")


def test_an_act_that_nobody_can_do_is_refused_with_its_number() -> None:
    plan = Plan((Act(1, "kill", "leader", 1), Act(2, "kil", "leader", 1)))
    with pytest.raises(BadInputError, match=r"act 2 of the plan \(at 2 s: kil leader for 1 s\): choose one of .*kill"):
        refuse_unknown(plan)
    with pytest.raises(BadInputError, match=r"act 1 .*: this backend can't kill: its nodes are not killable"):
        refuse_impossible(Plan(plan.acts[:1]), frozenset())
