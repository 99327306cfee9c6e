"""What a service was in the middle of, by its log."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import InconclusiveError
from harness.history import History
from harness.messages.moments import demand_moments, under_way


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


def test_without_a_hit_a_scenario_shows_nothing(tmp_path: Path) -> None:
    with History.open(tmp_path / "history.jsonl") as history:
        demand_moments(history, "taken and not kept", [0, 2])
        with pytest.raises(InconclusiveError, match="2 faults met no message that was taken and not kept"):
            demand_moments(history, "taken and not kept", [0, 0])
        assert [event.value["messages"] for event in history.events] == [[0, 2], [0, 0]]
