"""How a message came to be held twice: two records, or one that was read twice, and why."""

from __future__ import annotations

from typing import Any

from tests.forensics.scenes import ID, LOGGED, Scene

Line = tuple[int, str, str, dict[str, Any]]


def kept(at: int, by: str, offset: int | None = 7) -> Line:
    return at, by, "consumed", {"partition": None if offset is None else 0, "offset": offset, "new": True}


def given(at: int, to: str) -> Line:
    return at, to, "assigned", {"partitions": [0]}


def doubled(scene: Scene, *log: Line, **found: Any) -> str:
    both = scene.evidence([*LOGGED, *log], **found).drain(messages_1=[ID], messages_2=[ID])
    return both.fate("duplicated").sentence


def test_two_records_of_one_post_and_of_two() -> None:
    records = {"kafka-1": {ID: [[0, 7], [0, 9]]}}
    told = doubled(Scene().post(), kept(20, "messages-1"), kept(21, "messages-2", 9), brokers=records)
    assert told == "In the queue twice, although it was posted once (offsets 7 and 9 of partition 0)."
    told = doubled(Scene().post().post(at=100), kept(20, "messages-1"), kept(21, "messages-2", 9))
    assert told == "In the queue twice: posted 2 times (offsets 7 and 9 of partition 0)."


def test_an_instance_that_holds_two_records_of_one_id() -> None:
    scene = Scene().post().post(at=100).evidence([*LOGGED, kept(20, "messages-1"), kept(21, "messages-1", 9)])
    assert scene.drain(messages_1=[ID, ID], messages_2=[]).fate("duplicated").sentence == (
        "In the queue twice, and held twice by messages-1, which is to keep it once: posted 2 times (offsets 7 and 9 "
        "of partition 0)."
    )


def test_read_again_after_the_partition_moved() -> None:
    log = (given(5, "messages-1"), kept(20, "messages-1"), given(320, "messages-2"), kept(330, "messages-2"))
    again = "which was given partition 0 300 ms after messages-1 had kept it"
    read = f"Kept by messages-1, and read again by messages-2, {again}"
    moved = (310, "messages-1", "assigned", {"partitions": [1]})
    assert doubled(Scene().post(), *log, moved) == f"{read}."
    paused = Scene().post().kill("messages-1", 120, fault="pause")
    assert doubled(paused, *log) == f"{read}; meanwhile: pause of messages-1, 100 ms after that."
    elsewhere = Scene().post().kill("messages-2", 120, fault="pause")
    assert doubled(elsewhere, *log, moved) == f"{read}."
    failed = (25, "messages-1", "not committed", {"error": "CommitFailedError()"})
    assert doubled(Scene().post(), *log, moved, failed) == f"{read}; messages-1 could not commit."
    both = Scene().post().evidence([*LOGGED, *log, moved, failed]).drain(messages_1=[ID], messages_2=[ID])
    assert "    0.025 s  messages-1 could not commit: CommitFailedError()" in both.fate("duplicated").way


def test_an_instance_that_keeps_what_it_gave_away() -> None:
    log = (given(5, "messages-1"), kept(20, "messages-1"), given(320, "messages-2"), kept(330, "messages-2"))
    moved = (310, "messages-1", "assigned", {"partitions": [1]})
    told = "Held still by messages-1, which gave its partition away: partition 0, 590 ms before it was read directly."
    assert doubled(Scene({"messages.from_beginning": "true"}).post(), *log, moved) == told
    assert doubled(Scene({"messages.from_beginning": "true"}).post(), *log) != told
    assert doubled(Scene({"messages.from_beginning": "false"}).post(), *log, moved) != told


def test_two_groups_that_both_read_everything() -> None:
    both = "Read by messages-1 and by messages-2, which both had its partition (0), as they say."
    log = (given(5, "messages-1"), given(5, "messages-2"), kept(20, "messages-1"), kept(21, "messages-2"))
    assert doubled(Scene().post(), *log) == both
    later = (given(5, "messages-1"), kept(20, "messages-1"), given(320, "messages-2"), kept(330, "messages-2"))
    assert doubled(Scene().post(), *later) == both


def test_an_entry_of_a_hazelcast_queue_that_two_took() -> None:
    log = (kept(20, "messages-1", None), kept(170, "messages-2", None))
    both = Scene().post(offset=None).evidence([*LOGGED[:3], *log]).drain(messages_1=[ID], messages_2=[ID])
    assert both.fate("duplicated").sentence == "Taken by messages-1, and again by messages-2, 150 ms later."


def test_an_entry_that_two_took_and_two_entries() -> None:
    def told(posts: int, *entries: str) -> str:
        scene = Scene()
        for number in range(posts):
            scene.post(at=10 + 10 * number, took=1, offset=None)
        names = ("messages-1", "messages-2")
        taken = [(at, who, "taken", {"entry": name}) for at, who, name in zip((19, 169), names, entries, strict=True)]
        log = [*LOGGED[:3], *taken, kept(20, "messages-1", None), kept(170, "messages-2", None)]
        return scene.evidence(log).drain(messages_1=[ID], messages_2=[ID]).fate("duplicated").sentence

    assert told(1, "e", "e") == "Taken by messages-1, and again by messages-2, 150 ms later, the same entry."
    assert told(1, "e", "f") == "In the queue twice, although it was posted once (2 entries were taken)."
    assert told(2, "e", "f") == "In the queue twice: posted 2 times (2 entries were taken)."


def test_an_entry_that_the_facade_queued_again() -> None:
    queued = (14, "facade", "queued", {"to": "queue", "partition": None, "offset": None})
    log = (*LOGGED[:3], queued, (114, *queued[1:]), kept(20, "messages-1", None), kept(170, "messages-2", None))
    both = Scene().post(offset=None).post(at=110, offset=None).evidence(log).drain(messages_1=[ID], messages_2=[ID])
    told = "In the queue twice: the facade says 2 times that the queue has it; posted 2 times."
    assert both.fate("duplicated").sentence == told


def test_without_evidence_those_that_hold_it_are_named() -> None:
    both = Scene().post().drain(messages_1=[ID], messages_2=[ID])
    assert both.fate("duplicated").sentence == "Held by messages-1 and messages-2."
    twice = Scene().post().drain(messages_1=[ID, ID], messages_2=[])
    assert twice.fate("duplicated").sentence == "Held twice by messages-1."


def test_an_answer_that_has_it_twice_and_nobody_else() -> None:
    scene = Scene().post().get(100, {"logging-1": [ID]}, {"messages-1": [ID, ID]}).drain(messages_1=[ID])
    assert (
        scene.fate("doubled").sentence
        == "Twice in a GET answered by messages-1, and not twice in the last direct read."
    )
