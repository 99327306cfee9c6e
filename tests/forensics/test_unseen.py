"""Why an answer lacked a message that it had to show: stale, never put, gone with its owner, forgotten."""

from __future__ import annotations

from typing import Any

from tests.forensics.scenes import ID, LOGGED, Scene

THERE = {ID: {"partition": 4, "owner": "hazelcast-2", "there": True}}
GONE = {ID: {"partition": 4, "owner": "hazelcast-2", "there": False}}


def seen(*answers: tuple[int, str, bool], scene: Scene | None = None) -> Scene:
    """GETs at these moments, by those logging instances, with the message or without."""
    scene = scene or Scene().post()
    for at, who, there in answers:
        scene.get(at, {who: [ID] if there else []}, {"messages-1": [ID]})
    return scene


def incomplete(scene: Scene) -> str:
    return scene.fate("incomplete logging part").sentence


def test_stale_and_shown_again() -> None:
    scene = seen(
        (100, "logging-1", True), (200, "logging-2", False), (300, "logging-1", True), (450, "logging-2", True)
    )
    assert incomplete(scene) == (
        "Stale: 1 answer of logging-2 lacked it; shown again 100 ms after the first of them, by logging-1."
    )


def test_late_and_shown_by_another_meanwhile() -> None:
    scene = seen(
        (200, "logging-2", False), (250, "logging-1", True), (300, "logging-2", False), (450, "logging-2", True)
    )
    assert incomplete(scene) == (
        "Late, and shown by nobody before: 2 answers of logging-2 lacked it over 101 ms, while a GET answered by "
        "logging-1 had it; shown 250 ms after the first of them, by logging-2."
    )


def test_lacking_in_gets_alone() -> None:
    cached = seen((200, "logging-1", False), (300, "logging-1", False)).stored(400, logging_1=[ID], logging_2=[ID])
    told = "In no GET, and there when logging is read directly: 2 answers of logging-1 lacked it over 101 ms"
    assert incomplete(cached) == f"{told}; logging-1 had it."
    before = ", although logging-1 had said before that it was logged"
    assert incomplete(cached.evidence(LOGGED)) == f"{told}{before}; logging-1 had it."


def test_never_put_as_far_as_the_logs_say() -> None:
    told = "Never put into the map, as far as the logs say: acknowledged as logged by logging-1."
    silent = LOGGED[2:]
    assert incomplete(seen((200, "logging-1", False)).evidence(silent, map=GONE)) == told
    assert incomplete(seen((200, "logging-1", False)).evidence(silent, map=THERE)) != told
    assert incomplete(seen((200, "logging-1", False)).evidence(silent, map=GONE, logs_of=["facade"])) != told


def test_acknowledged_before_it_was_put() -> None:
    late = [(250, *LOGGED[0][1:]), *LOGGED[2:]]
    scene = seen((200, "logging-2", False), (300, "logging-1", True))
    assert incomplete(scene.evidence(late, map=THERE)) == (
        "Acknowledged before it was put into the map, 235 ms before logging-1 did; 1 answer of logging-2 lacked it."
    )
    assert incomplete(scene.evidence(LOGGED, map=THERE)).startswith("Late, and shown by nobody before")


def test_instances_that_do_not_share_their_map() -> None:
    answers = ((200, "logging-2", False), (300, "logging-1", True), (400, "logging-3", False))
    told = (
        "Shown by some logging instances, and never by others: logging-1 had it, 2 answers of logging-2 and logging-3"
    )
    assert incomplete(seen(*answers).evidence(LOGGED, map=GONE)) == f"{told} lacked it; the map does not have it now."
    gone = seen((100, "logging-1", True), *answers[::2])
    assert not incomplete(gone).startswith("Shown by some")
    assert not incomplete(seen(*answers, (500, "logging-2", True))).startswith("Shown by some")


def test_an_id_of_which_the_facade_does_not_know() -> None:
    nothing = [(5, "messages-1", "assigned", {"partitions": [0]})]
    told = "Acknowledged by the facade, which passed on nothing under this id, as far as the logs say."
    assert incomplete(seen((200, "logging-1", False)).evidence(nothing, map=GONE)) == told
    lost = Scene().post().evidence(nothing, brokers={"kafka-1": {}}, group={"0": 9}).drain(messages_1=[]).fate("lost")
    assert lost.sentence == told
    unread = Scene().post().evidence(nothing, logs_of=["messages-1"]).drain(messages_1=[]).fate("lost")
    assert unread.sentence != told
    there = Scene().post().evidence(nothing, brokers={"kafka-1": {ID: [[0, 7]]}}).drain(messages_1=[]).fate("lost")
    assert there.sentence != told


def test_an_instance_that_died_over_it() -> None:
    for killed, there in (("logging-1", True), ("logging-2", False)):
        scene = seen((200, "logging-2", False), scene=Scene().post().kill(killed, 40))
        told = incomplete(scene.evidence([LOGGED[0], *LOGGED[2:]], map=GONE))
        assert (
            told.startswith("Logging-1 says that it put it, and died before it said that it had logged it")
        ) is there


def gone(backups: str, *killed: tuple[str, int], map_: dict[str, Any] = GONE) -> str:
    scene = Scene({"hazelcast.map.backup-count": backups}).post().owners(hazelcast_1=[4], hazelcast_2=[1])
    for name, at in killed:
        scene.kill(name, at)
    return incomplete(seen((100, "logging-1", True), (400, "logging-1", False), scene=scene).evidence(LOGGED, map=map_))


def test_gone_with_the_owner_of_the_entry() -> None:
    end = "whose owner hazelcast-1 died: it was killed 200 ms later; the map does not have it now."
    assert gone("0", ("hazelcast-1", 215)) == f"An entry without a backup, {end}"
    assert gone("1", ("hazelcast-1", 215)) == f"An entry with backups, {end}"


def test_nobody_is_blamed_who_died_too_late_or_after_others() -> None:
    told = "Shown, and later no more: last by logging-1; the map does not have it now."
    assert gone("0", ("hazelcast-1", 600)) == told
    assert gone("0", ("hazelcast-2", 120), ("hazelcast-1", 215)) == told


def test_put_and_shown_by_nobody() -> None:
    told = (
        "Acknowledged as put into the map, and shown by nobody: logging-1 says that it put it; the map does not have it"
    )
    dead = "; hazelcast-1 died: it was killed 75 ms later."
    for first, more in (("hazelcast-2", dead), ("logging-2", ".")):
        scene = Scene().post().owners(hazelcast_1=[4], hazelcast_2=[3]).kill(first, 20, fault="pause")
        if first == "hazelcast-2":
            scene.kill("hazelcast-1", 90)
        scene = seen((200, "logging-1", False), scene=scene)
        assert incomplete(scene.evidence(LOGGED, map=GONE)) == f"{told} now{more}"


def test_an_owner_that_hung_is_named() -> None:
    for after, more in ((5, "; its first owner hazelcast-1 was paused 5 ms later."), (-5, ".")):
        scene = Scene().post().owners(hazelcast_1=[4]).kill("hazelcast-1", 15 + after, fault="pause")
        told = incomplete(seen((200, "logging-1", False), scene=scene).evidence(LOGGED, map=GONE))
        assert told.endswith(f"the map does not have it now{more}")


def vanished(*log: tuple[int, str, str, dict[str, Any]]) -> str:
    scene = Scene().post().get(100, {"logging-1": [ID]}, {"messages-1": [ID]})
    scene.get(400, {"logging-1": [ID]}, {"messages-1": []})
    return (scene.evidence([*LOGGED, *log]) if log else scene).fate("vanished").sentence


def test_forgotten_in_one_life() -> None:
    assert vanished() == "Forgotten by messages-1: shown, and 299 ms later no more, in one life."
    assert vanished((301, "messages-1", "assigned", {"partitions": [1]})) == (
        "Forgotten by messages-1 with its partition: it gave partition 0 away, 200 ms after it had last shown it."
    )
    assert vanished((301, "messages-2", "assigned", {"partitions": [1]})) == vanished()
    again = "; it was given partition 0 anew in between."
    given: dict[str, Any] = {"partitions": [0, 1]}
    assert vanished((301, "messages-1", "assigned", given)) == vanished().replace(".", again)
    assert vanished((90, "messages-1", "assigned", given)) == vanished()
