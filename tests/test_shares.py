"""The share of a map's partitions that settings and faults cost, from the events of a history."""

from __future__ import annotations

from typing import Any

import pytest

from harness.events import NEMESIS, Event
from harness.guarantees import SETTINGS
from harness.servers.hazelcast.shares import permitted_loss
from tests.faulted import said


def told(backups: str, *done: str, members: int = 3, groups: str = "") -> list[Event]:
    sync, _, later = backups.partition("+")
    settings = {
        "hazelcast.map.backup-count": sync,
        "hazelcast.map.async-backup-count": later or "0",
        "hazelcast.members": str(members),
        "hazelcast.partition-groups": groups,
    }
    values: list[tuple[str, Any]] = [(SETTINGS, {"declared": settings, "effective": {}, "unread": {}})]
    for what in done:
        f, *numbers = what.split()
        nodes = [f"hazelcast-{number}" for number in numbers]
        value = {**said(f), "nodes": nodes, "phase": "begin"} if nodes else {"seen": True, "after_s": 1.0}
        values.append((f, value))
    return [Event(index, NEMESIS, "info", f, value, index) for index, (f, value) in enumerate(values)]


@pytest.mark.parametrize(
    ("events", "share", "copies"),
    [
        (told("1"), 0, 2),
        (told("1", "kill 1"), 0, 2),
        (told("0", "kill 1"), 1 / 3, 1),
        (told("0", "stop 1"), 0, 1),
        (told("1", "kill 1 2"), 1 / 3, 2),
        (told("1", "kill 1", "kill 2"), 1 / 3, 2),
        (told("1", "kill 1", "safe", "kill 2"), 0, 2),
        (told("1+1", "kill 1 2"), 0, 3),
        (told("1", "kill 1 2 3"), 1, None),
        (told("2", "kill 1", "kill 2", "kill 3"), 1, None),
        (told("2", "kill 1 2", members=2), 1, None),
        (told("1", "crash 1", "kill 2"), 1 / 3, 2),
        (told("0", "crash 1"), 1 / 3, 1),
        (told("1", "partial-partition 1", "kill 2"), 0, 2),
        (told("1", "heat 1", "kill 2"), 0, 2),
        (told("1", "stop 1", "kill 2"), 0, 2),
        (told("0", "restart 1"), 0, 1),
        (told("0", "partial-partition 1 2 3"), 0, 1),
        (told("1", "isolate 2"), 0, None),
        (told("1", "pause 2"), 0, None),
        (told("0", "pause 2"), 0, None),
        (told("1", "isolate 2", "kill 1"), 1 / 3, None),
        (told("1", "kill 1 2", members=4), 1 / 6, 2),
        (told("1", "kill 1 2", members=4, groups="hazelcast-1 hazelcast-2|hazelcast-3 hazelcast-4"), 0, 2),
        (told("1", "kill 1 3", members=4, groups="hazelcast-1 hazelcast-2|hazelcast-3 hazelcast-4"), 1 / 4, 2),
        (told("2", "kill 1 3", members=4, groups="hazelcast-1 hazelcast-2|hazelcast-3 hazelcast-4"), 1 / 4, 3),
        (told("1", "kill 1 2 3", members=4, groups="hazelcast-1 hazelcast-2|hazelcast-3 hazelcast-4"), 1 / 2, 2),
        (
            told(
                "1",
                "partial-partition 3",
                "kill 1 2",
                members=4,
                groups="hazelcast-1 hazelcast-2|hazelcast-3 hazelcast-4",
            ),
            0,
            2,
        ),
        (told("0", "kill 1 2", members=4, groups="hazelcast-1 hazelcast-2|hazelcast-3 hazelcast-4"), 1 / 2, 1),
        (told("1", "kill 1 2", "undo-kill 1 2", "safe", "kill 2 3"), 1 / 3, 2),
    ],
)
def test_a_share_follows_from_backups_members_groups_and_kills(
    events: list[Event], share: float, copies: int | None
) -> None:
    found = permitted_loss(events)
    assert found["share"] == pytest.approx(share)
    assert found.get("copies") == copies


def test_in_a_history_from_before_a_fault_said_what_it_takes_its_name_says_it() -> None:
    events = told("1", "kill 1", "kill 2")
    old = [event._replace(value={"nodes": event.value["nodes"], "phase": "begin"}) for event in events[1:]]
    assert permitted_loss([events[0], *old]) == permitted_loss(events)
