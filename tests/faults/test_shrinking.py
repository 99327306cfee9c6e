"""What is left of a shrunk plan fails as the whole one did, and nothing can be left out of it."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from harness.faults.plan import Act, Plan
from harness.faults.shrinking import runs_for, shrunk

_acts = st.lists(
    st.builds(Act, st.just(0.0), st.sampled_from(["kill", "pause", "stop"]), st.sampled_from("abcd"), st.floats(1, 20)),
    min_size=1,
    max_size=16,
).map(lambda acts: tuple(Act(10.0 * n, a.fault, a.target, round(a.lasting_s, 1)) for n, a in enumerate(acts, 1)))


def smallest(plan: Plan, culprits: set[tuple[str, str]], least_s: float = 0.0) -> tuple[Plan, int]:
    """The last plan of the search, where those acts together are what fails, if they last so long; and its runs."""
    asked = itertools.count(1)
    runs = 0

    def fails(candidate: Plan) -> bool:
        nonlocal runs
        runs = next(asked)
        done = {(act.fault, act.target) for act in candidate.acts if act.lasting_s >= least_s}
        return culprits <= done

    found = plan
    for found in shrunk(plan, fails):
        assert fails(found)
    return found, runs


@given(_acts, st.data())
def test_what_is_left_is_what_fails_and_nothing_else(acts: tuple[Act, ...], data: st.DataObject) -> None:
    culprits = data.draw(st.sets(st.sampled_from([(act.fault, act.target) for act in acts]), min_size=1, max_size=3))
    found, _ = smallest(Plan(acts, 10.0 * len(acts) + 30), culprits)
    assert {(act.fault, act.target) for act in found.acts} == culprits
    assert len(found.acts) == len(culprits)


@given(_acts)
def test_it_takes_no_more_runs_than_a_person_can_wait_for(acts: tuple[Act, ...]) -> None:
    _, runs = smallest(Plan(acts, 500.0), {(acts[0].fault, acts[0].target)})
    assert runs <= 120


def test_of_a_dozen_acts_the_one_that_fails_is_left_and_comes_soon() -> None:
    acts = tuple(Act(10.0 * n, "kill" if n == 7 else "stop", "leader", 16.0) for n in range(1, 13))
    found, runs = smallest(Plan(acts, 150.0, seed=3), {("kill", "leader")}, least_s=3.0)
    assert found == Plan((Act(1.0, "kill", "leader", 4.0),), 6.0)
    assert runs <= 40


def test_a_plan_of_which_nothing_can_be_left_out_stays_as_it_is() -> None:
    plan = Plan((Act(1.0, "kill", "leader", 1.0),), 3.0)
    assert list(shrunk(plan, lambda _: True)) == []


def test_what_fails_seldom_is_run_more_often() -> None:
    assert [runs_for(3, 3), runs_for(1, 2), runs_for(1, 10)] == [1, 5, 29]
