"""What a service was in the middle of, by its log."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import InconclusiveError
from harness.history import History, Invoked
from harness.messages.moments import demand_in_flight, demand_moments, ending_s, in_flight, not_committed, under_way


def log(*lines: str) -> list[dict[str, str]]:
    return [dict(zip(("event", "id"), line.split(), strict=False)) for line in lines]


@pytest.mark.parametrize(
    ("role", "lines", "ids"),
    [
        ("messages", ("starting", "taken a", "taken b", "consumed a", "assigned"), ["b"]),
        ("messages", ("starting", "taken a", "consumed a"), []),
        ("messages", ("starting", "taken a", "starting", "taken b"), ["b"]),
        ("logging", ("starting", "put a", "logged b"), ["a"]),
        ("facade", ("logged a", "queued a", "logged b"), ["b"]),
    ],
)
def test_what_was_begun_and_not_ended_in_the_last_life_is_under_way(
    role: str, lines: tuple[str, ...], ids: list[str]
) -> None:
    assert under_way(role, log(*lines)) == ids


@pytest.mark.parametrize(
    ("lines", "ids"),
    [
        (("taken a", "taken b", "consumed a", "consumed b"), ""),
        (("taken a", "taken b", "consumed a", "consumed b", "not committed"), "ab"),
        (("taken a", "consumed a", "taken b", "consumed b", "not committed"), "b"),
        (("taken a", "consumed a", "not committed", "taken b", "consumed b", "taken c"), "a"),
        (("taken a", "consumed a", "not committed", "not committed", "taken b", "consumed b", "not committed"), "ab"),
    ],
)
def test_what_was_kept_in_a_step_whose_commit_failed_is_not_committed(lines: tuple[str, ...], ids: str) -> None:
    events = [{"event": "not committed"} if line == "not committed" else log(line)[0] for line in lines]
    assert not_committed(events) == set(ids)


@pytest.mark.parametrize(
    ("lines", "took_s"),
    [
        (("starting 50.0", "stopping 58.059", "part 58.1", "stopped 58.252"), 0.193),
        (("starting 50.0", "stopping 51.0", "stopped 51.5", "starting 52.0", "stopping 53.0", "stopped 55.0"), 2.0),
        (("starting 50.0", "stopping 51.0", "stopped 51.5", "starting 52.0", "stopping 53.0"), None),
        (("starting 50.0",), None),
    ],
)
def test_how_long_a_service_took_to_end_is_in_its_log(lines: tuple[str, ...], took_s: float | None) -> None:
    said = [{"event": event, "time": f"2026-12-01T02:57:{at}+00:00"} for event, at in map(str.split, lines)]
    assert ending_s(said) == took_s


def test_without_a_hit_a_scenario_shows_nothing(tmp_path: Path) -> None:
    with History.open(tmp_path / "history.jsonl") as history:
        demand_moments(history, "taken and not kept", [0, 2])
        with pytest.raises(InconclusiveError, match="none of 2 faults met a message that was taken and not kept"):
            demand_moments(history, "taken and not kept", [0, 0])
        assert [event.value["messages"] for event in history.events] == [[0, 2], [0, 0]]


def told(history: History, *steps: str) -> None:
    """Records these steps: "post a" and "ok a" or "lost a", "get a", "kill" and "killed", "undo" and "undone"."""
    begun: dict[str, Invoked] = {}
    client = {name: history.client() for step in steps for name in step.split()[1:]}
    faults = {"kill": ("kill", "begin"), "killed": ("kill", "end")}
    faults |= {"undo": ("undo-kill", "begin"), "undone": ("undo-kill", "end")}
    for step in steps:
        what, *names = step.split()
        if what in faults:
            f, phase = faults[what]
            history.event(f, {"nodes": ["kafka-1"], "phase": phase})
        elif what in {"post", "get"}:
            begun[names[0]] = client[names[0]].invoke(what, {"id": names[0], "msg": "m"})
        elif what == "ok":
            begun[names[0]].ok()
        else:
            begun[names[0]].info("no answer")


@pytest.mark.parametrize(
    ("steps", "met"),
    [
        (("post a", "kill", "killed", "ok a"), [1]),
        (("post a", "kill", "ok a", "killed"), [1]),
        (("kill", "post a", "ok a", "killed"), [1]),
        (("post a", "kill", "killed"), [1]),
        (("post a", "kill", "killed", "lost a"), [1]),
        (("post a", "ok a", "kill", "killed", "post b", "ok b"), [0]),
        (("kill", "killed", "post a", "ok a", "undo", "post b", "ok b", "undone"), [0]),
        (("get a", "kill", "killed", "ok a"), [0]),
        (("kill", "post a", "ok a"), [0]),
        (("post a", "kill", "killed", "ok a", "undo", "undone", "kill", "post b", "post c", "killed"), [1, 2]),
        ((), []),
    ],
)
def test_a_fault_meets_the_posts_that_are_under_way_while_it_is_done(
    tmp_path: Path, steps: tuple[str, ...], met: list[int]
) -> None:
    with History.open(tmp_path / "history.jsonl") as history:
        told(history, *steps)
        assert in_flight(history.events) == met


def test_without_traffic_a_fault_shows_nothing(tmp_path: Path) -> None:
    with History.open(tmp_path / "history.jsonl") as history:
        told(history, "post a", "ok a", "kill", "killed")
        with pytest.raises(InconclusiveError, match="none of 1 faults met a message that was posted and not answered"):
            demand_in_flight(history)
        told(history, "undo", "undone", "post b", "kill", "killed")
        demand_in_flight(history)
        assert history.events[-1].value == {"what": "posted and not answered", "messages": [0, 1]}
