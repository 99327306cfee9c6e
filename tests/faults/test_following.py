"""Following a plan: real nodes are broken in its order, settle in between, and are whole at its end."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

import pytest

from harness.backends.process import ProcessBackend
from harness.backends.protocol import Killable, Node, Pausable, Phase
from harness.backends.session import Session
from harness.clusters import Clusters, Picked
from harness.effects import Effect
from harness.errors import BadInputError, InconclusiveError
from harness.faults.following import follow
from harness.faults.nemesis import Nemesis
from harness.faults.plan import Act, Plan
from harness.history import History
from harness.topology.nodes import Topology
from tests.backends.specs import tiny

pytestmark = pytest.mark.process
TWO = ("tiny-1", "tiny-2")


@pytest.fixture(scope="module")
def nodes() -> Iterator[Mapping[str, Node]]:
    """Two nodes that take half a second to be ready again."""
    specs = tuple(tiny(index, LISTEN_AFTER="0.5") for index in (1, 2))
    backend = ProcessBackend(Session.of_this_process())
    with backend.deploy(Topology("two", specs), lambda line: None) as deployment:
        yield deployment.nodes


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with History.open(tmp_path / "h.jsonl") as history:
        yield history


@pytest.fixture
def faults(nodes: Mapping[str, Node], history: History) -> Iterator[Nemesis]:
    abilities = frozenset({Killable, Pausable})
    nemesis = Nemesis(Clusters(nodes, []), history, abilities, detection_s=1, step=lambda words: nullcontext())
    yield nemesis
    nemesis.heal()


def both_run(clusters: Clusters, hurt: Sequence[Node]) -> object:
    return all(node.state().phase is Phase.RUNNING for node in clusters.nodes.values())


def told(history: History) -> list[str]:
    """What was done, in order: the beginning of each fault and of each undoing, with its node, and each effect."""
    lines = []
    for event in history.events:
        if event.value.get("phase") == "begin":
            lines.append(f"{event.f} {' '.join(event.value['nodes'])}")
        elif "after_s" in event.value:
            lines.append(event.f)
    return lines


def test_a_rolling_restart_waits_until_all_is_settled_before_the_next_node(faults: Nemesis, history: History) -> None:
    done = follow(faults, history, Plan.in_turn("restart", TWO), settled=[Effect("settled", "both to run", both_run)])
    assert [injected.node.spec.name for injected in done] == list(TWO)
    assert told(history) == [
        *("restart tiny-1", "undo-restart tiny-1", "settled"),
        *("restart tiny-2", "undo-restart tiny-2", "settled"),
    ]


def test_acts_overlap_where_the_plan_has_them_overlap(faults: Nemesis, history: History) -> None:
    follow(faults, history, Plan((Act(0, "pause", "tiny-1", 1), Act(0.2, "pause", "tiny-2", 0.1))))
    assert told(history) == ["pause tiny-1", "pause tiny-2", "undo-pause tiny-2", "undo-pause tiny-1"]


def test_an_act_that_can_not_be_done_is_left_out_and_the_rest_is_done(faults: Nemesis, history: History) -> None:
    plan = Plan((Act(0, "pause", "tiny-1", 1), Act(0.1, "kill", "tiny-1", 1), Act(0.2, "pause", "tiny-2", 0.1)))
    assert len(follow(faults, history, plan)) == 2
    (left_out,) = [event.value for event in history.events if event.f == "left-out"]
    assert left_out == {"act": "at 0.1 s: kill tiny-1 for 1 s", "why": "tiny-1 is paused already"}


def test_where_none_may_be_left_out_the_first_that_is_ends_the_scenario(faults: Nemesis, history: History) -> None:
    plan = Plan((Act(0, "pause", "tiny-1", 1), Act(0.1, "kill", "tiny-1", 1)))
    with pytest.raises(InconclusiveError, match="tiny-1 is paused already"):
        follow(faults, history, plan, whole=True)


def test_a_plan_of_which_nothing_can_be_done_is_inconclusive(faults: Nemesis, history: History) -> None:
    def nobody(clusters: Clusters) -> Picked:
        raise InconclusiveError("partition 0 has no leader")

    with pytest.raises(InconclusiveError, match=r"of 1 acts of the plan none was done: .* partition 0 has no leader"):
        follow(faults, history, Plan((Act(0, "kill", "leader", 1),)), {"leader": nobody})


def test_a_target_that_nobody_knows_is_refused_before_anything_is_done(faults: Nemesis, history: History) -> None:
    plan = Plan((Act(0, "kill", "tiny-1", 1), Act(0, "kill", "leader", 1)))
    with pytest.raises(BadInputError, match=r"no such target here \(at 0 s: kill leader for 1 s\); there are tiny-1, "):
        follow(faults, history, plan)
    assert not history.events
