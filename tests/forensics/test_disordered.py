"""Who put messages into another order than the queue had them in: who read them, who showed them, or the facade."""

from __future__ import annotations

from typing import Any

from tests.forensics.scenes import ID, Scene

OTHER = "m-2"
RIGHT, WRONG = [ID, OTHER], [OTHER, ID]
Line = tuple[int, str, str, dict[str, Any]]


def kept(at: int, id_: str, by: str = "messages-1") -> Line:
    """The line with which an instance says that it kept a message."""
    return at, by, "consumed", {"id": id_, "partition": 0, "new": True}


def disordered(shown: list[str], directly: list[str] | None, *log: Line, **found: Any) -> str:
    """What is told of message `ID`, which was before the other one in the queue, by its places there."""
    scene = Scene().post().post(at=20, id_=OTHER, offset=8)
    scene = scene.get(300, {"logging-1": RIGHT}, {"messages-1": shown})
    if directly is not None:
        scene = scene.drain(messages_1=directly)
    if log:
        scene = scene.evidence(log, ids=[ID, OTHER], **found)
    return scene.fate("out of order").sentence


def test_an_instance_that_read_them_so() -> None:
    told = "Kept by messages-1 in another order than the queue had: m-2 40 ms before m-1"
    log = (kept(60, OTHER), kept(100, ID))
    assert disordered(WRONG, WRONG, *log) == f"{told}."
    given: Line = (80, "messages-1", "assigned", {"partitions": [0]})
    assert disordered(WRONG, WRONG, *log, given) == f"{told}; it was given partition 0 in between."
    assert disordered(WRONG, WRONG, *log, (40, *given[1:])) == f"{told}."


def test_lines_of_a_millisecond_are_in_the_order_of_the_log() -> None:
    told = "Kept by messages-1 in another order than the queue had: m-2 0 ms before m-1."
    assert disordered(WRONG, WRONG, kept(60, OTHER), kept(60, ID)) == told
    assert disordered(WRONG, WRONG, kept(60, ID), kept(60, OTHER)) != told


def test_an_instance_that_shows_them_in_another_order_than_it_kept_them() -> None:
    told = "Kept by messages-1 in the queue's order, and shown in another one: changed by messages-1."
    log = (kept(60, ID), kept(100, OTHER))
    assert disordered(WRONG, WRONG, *log) == told
    assert disordered(WRONG, None, *log) == told
    assert disordered(RIGHT, WRONG, *log) == told


def test_a_facade_that_changes_the_order() -> None:
    told = (
        "Kept in the queue's order, right when messages is read directly, and out of order in GETs: changed by the "
        "facade that answers."
    )
    assert disordered(WRONG, RIGHT, kept(60, ID), kept(100, OTHER)) == told
    assert disordered(WRONG, RIGHT, kept(60, ID), kept(100, OTHER, by="messages-2")) != told


def test_what_answers_alone_say() -> None:
    assert disordered(WRONG, RIGHT) == "Right when messages is read directly, and out of order in GETs."
    assert disordered(WRONG, WRONG) == "Out of order in messages-1, read directly."
    assert disordered(WRONG, None) == "Nothing here shows where."


def test_of_many_those_are_compared_that_there_is_evidence_on() -> None:
    far = "m-3"
    scene = Scene().post().post(at=20, id_=OTHER, offset=8).post(at=30, id_=far, offset=9)
    scene = scene.get(300, {"logging-1": [ID, OTHER, far]}, {"messages-1": [far, OTHER, ID]})
    scene = scene.evidence((kept(60, OTHER), kept(100, ID)), ids=[ID, OTHER])
    assert scene.fate("out of order").sentence == (
        "Kept by messages-1 in another order than the queue had: m-2 40 ms before m-1."
    )
