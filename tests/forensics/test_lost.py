"""Where a lost message was lost: each sentence, and that it is another one where the evidence is another."""

from __future__ import annotations

from typing import Any

import pytest

from harness.events import NEMESIS, Event, Events
from harness.messages.forensics.facts import Facts
from tests.forensics.scenes import ALL, ID, LOGGED, Scene

#: Brokers of which only the second has the record.
ALONE: dict[str, Any] = {"kafka-1": {}, "kafka-2": {ID: [[0, 7]]}, "kafka-3": {}}
EVERYWHERE = {name: {ID: [[0, 7]]} for name in ALONE}
TAKEN = (20, "messages-1", "taken", {})
KEPT = (21, "messages-1", "consumed", {"partition": 0, "offset": 7, "new": True})
GIVEN = (5, "messages-1", "assigned", {"partitions": [0]})


def lost(scene: Scene) -> str:
    return scene.drain(messages_1=[], messages_2=[]).fate("lost").sentence


def on_the_leader(acks: str, **brokers: Any) -> str:
    scene = Scene({"kafka.producer.acks": acks}).post().kill("kafka-2", 55)
    return lost(scene.evidence(LOGGED, brokers={**ALONE, **brokers}))


def test_a_leader_that_alone_had_it() -> None:
    assert on_the_leader("1") == "Acknowledged by kafka-2 alone, 40 ms before it was killed."


def test_that_it_acknowledged_alone_is_said_only_where_the_settings_have_it_so() -> None:
    assert on_the_leader("all") == "Only kafka-2 has its record, acknowledged 40 ms before it was killed."
    assert on_the_leader("0") == "Acknowledged by no broker (acks=0), and on kafka-2 alone, 40 ms before it was killed."


def test_a_broker_that_could_not_be_read_may_have_it_too() -> None:
    told = on_the_leader("1", **{"kafka-3": None})
    assert told == "Only kafka-2 has its record, acknowledged 40 ms before it was killed; kafka-3 could not be read."


def test_a_leader_that_came_back_without_it() -> None:
    scene = Scene({"kafka.producer.acks": "1"}).post().kill("kafka-2", 55, again=500)
    told = lost(scene.evidence(LOGGED, brokers={name: {} for name in ALONE}))
    assert told == (
        "Queued, and kafka-1, kafka-2 and kafka-3 have no record of it now; kafka-2 died: it was killed 40 ms later."
    )


@pytest.mark.parametrize(
    ("fault", "node", "at", "again", "more"),
    [
        ("peer-partition", "kafka-2", 10, 500, "; kafka-2 was cut off from its peers then"),
        ("isolate", "kafka-2", 10, None, "; kafka-2 was isolated then"),
        ("peer-partition", "kafka-2", 10, 14, ""),
        ("peer-partition", "kafka-2", 16, 500, ""),
        ("partial-partition", "kafka-2", 10, 500, ""),
        ("kill", "kafka-2", 10, 500, ""),
        ("peer-partition", "messages-1", 10, 500, ""),
    ],
)
def test_a_leader_that_had_no_peers_when_it_acknowledged(
    fault: str, node: str, at: int, again: int | None, more: str
) -> None:
    scene = Scene({"kafka.producer.acks": "1"}).post().kill(node, at, fault=fault, again=again)
    told = lost(scene.evidence(LOGGED, brokers={name: {} for name in ALONE}))
    assert told == f"Queued, and kafka-1, kafka-2 and kafka-3 have no record of it now{more}."


def test_what_live_brokers_have_is_not_lost_with_a_dead_one() -> None:
    scene = Scene({"kafka.producer.acks": "1"}).post().kill("kafka-2", 55)
    told = lost(scene.evidence([*LOGGED, TAKEN, KEPT], brokers=EVERYWHERE))
    assert told == "Kept by messages-1, which lived on and did not show it in the end."


@pytest.mark.parametrize(
    ("killed", "told"),
    [
        ("facade", "Never queued: the facade had it logged, and died: it was killed 8 ms later; no broker has it."),
        ("logging-1", "Never queued, as far as the facade says: it had it logged, and no more; no broker has it."),
    ],
)
def test_a_facade_that_died_between_logging_and_queue(killed: str, told: str) -> None:
    scene = Scene().post(took=3).kill(killed, 20)
    assert lost(scene.evidence(LOGGED[:3], brokers={name: {} for name in ALONE})) == told


def test_a_facade_whose_log_nobody_read_says_nothing() -> None:
    scene = Scene().post(took=3).kill("facade", 20)
    others = [name for name in ALL if name != "facade"]
    assert lost(scene.evidence(LOGGED[:2], logs_of=others)) == "Nothing here shows where."


def test_a_group_that_began_behind_it() -> None:
    joined = (1215, "messages-1", "assigned", {"partitions": [0, 1]})
    scene = Scene({"kafka.consumer.auto_offset_reset": "latest"}).post().evidence([*LOGGED, joined], brokers=EVERYWHERE)
    told = scene.drain(2000, messages_1=[], messages_2=[]).fate("lost").sentence
    assert told == (
        "Read by nobody: the group began at the end of its partition (auto.offset.reset=latest), 1.2 s after it was "
        "acknowledged."
    )


@pytest.mark.parametrize(
    ("committed", "told"),
    [
        (
            9,
            "Committed before it was kept: no instance says that it took it; the group goes on at offset 9 of "
            "partition 0, behind it (7); messages-1 had been given the partition, and died: it was killed 15 ms later.",
        ),
        (7, "Not read yet: the group is at offset 7 of partition 0, it has 7."),
        (None, "Read by nobody, although brokers have it."),
    ],
)
def test_what_the_group_has_passed_and_nobody_took(committed: int | None, told: str) -> None:
    scene = Scene({"kafka.consumer.auto_offset_reset": "earliest"}).post().kill("messages-1", 30)
    assert lost(scene.evidence([GIVEN, *LOGGED], brokers=EVERYWHERE, group={"0": committed})) == told


def test_taken_and_never_kept() -> None:
    scene = Scene().post().kill("messages-1", 30, again=40)
    told = lost(scene.evidence([*LOGGED, TAKEN], brokers=EVERYWHERE, group={"0": 8}))
    assert told == (
        "Taken by messages-1 and never kept: it was killed 10 ms later, in between; the group goes on at offset 8 of "
        "partition 0, behind it (7)."
    )


def test_taken_by_one_that_lived_on() -> None:
    scene = Scene().post().kill("messages-2", 30)
    told = lost(scene.evidence([*LOGGED, TAKEN], brokers=EVERYWHERE, group={"0": 7}))
    assert told == "Taken by messages-1, which does not say that it kept it."


@pytest.mark.parametrize(("fault", "past"), [("stop", "stopped"), ("restart", "restarted"), ("crash", "crashed")])
def test_kept_and_gone_with_the_memory(fault: str, past: str) -> None:
    scene = Scene().post().kill("messages-1", 2021, fault=fault)
    told = scene.evidence([*LOGGED, TAKEN, KEPT], brokers=EVERYWHERE).drain(3000, messages_1=[]).fate("lost").sentence
    assert told == f"Kept by messages-1, and gone with its memory: it was {past} 2.0 s later."


def test_a_history_without_the_word_for_what_was_done_has_the_name_of_the_fault() -> None:
    begin, end = (
        Event(i, NEMESIS, "info", "kill", {"nodes": ["a"], "phase": p}, i) for i, p in enumerate(("begin", "end"))
    )
    assert [death.past for death in Facts(Events((begin, end))).deaths] == ["hit by kill"]


@pytest.mark.parametrize("fault", ["pause", "isolate", "partial-partition", "peer-partition", "heat"])
def test_a_fault_that_spares_the_process_is_no_death(fault: str) -> None:
    scene = Scene().post().kill("messages-1", 2021, fault=fault)
    told = scene.evidence([*LOGGED, TAKEN, KEPT], brokers=EVERYWHERE).drain(3000, messages_1=[]).fate("lost").sentence
    assert told == "Kept by messages-1, which lived on and did not show it in the end."


def test_what_comes_after_the_last_read_explains_nothing() -> None:
    scene = Scene().post().kill("messages-1", 950)
    told = lost(scene.evidence([*LOGGED, TAKEN, KEPT], brokers=EVERYWHERE))
    assert told == "Kept by messages-1, which lived on and did not show it in the end."


def test_kept_and_forgotten_with_the_partition() -> None:
    away = (321, "messages-1", "assigned", {"partitions": [2]})
    for replay, told in (
        ("true", "Kept by messages-1, which forgot it when it gave partition 0 away, 300 ms later."),
        ("false", "Kept by messages-1, which lived on and did not show it in the end."),
    ):
        scene = Scene({"messages.from_beginning": replay}).post()
        assert lost(scene.evidence([GIVEN, *LOGGED, TAKEN, KEPT, away], brokers=EVERYWHERE)) == told


QUEUED = (14, "facade", "queued", {"to": "queue", "partition": None, "offset": None})


def in_a_queue(backups: str, *killed: str, holds: tuple[str, ...] = ()) -> str:
    scene = Scene({"hazelcast.queue.backup-count": backups})
    scene.owners(queue=4, hazelcast_1=[0, 4], hazelcast_2=[1, 2, 3]).post(offset=None)
    for place, name in enumerate(killed):
        scene.kill(name, 215 + 50 * place)
    return lost(scene.evidence([*LOGGED[:3], QUEUED], queue={"owner": "hazelcast-2", "holds": list(holds)}))


def test_a_queue_that_died_with_its_owner() -> None:
    told = "whose owner hazelcast-1 died: it was killed 200 ms later."
    assert in_a_queue("0", "hazelcast-1") == f"In a queue without a backup, {told}"
    assert (
        in_a_queue("1", "hazelcast-1", "hazelcast-2")
        == f"In a queue with backups, {told.replace('owner', 'first owner')}"
    )


def test_a_queue_whose_owner_nobody_knows_any_more() -> None:
    unknown = "Acknowledged, taken by nobody, and not in the queue now."
    assert in_a_queue("0", "hazelcast-2") == unknown
    assert in_a_queue("0", "hazelcast-2", "hazelcast-1") == unknown


def test_what_is_in_the_queue_still() -> None:
    assert in_a_queue("0", "hazelcast-1", holds=(ID,)) == "Still in the queue: nobody has taken it."


def test_without_evidence_there_are_the_answers() -> None:
    shown = Scene().post().get(100, {"logging-1": [ID]}, {"messages-1": [ID]}).kill("messages-1", 201)
    assert lost(shown) == "Shown by messages-1, and gone with its memory: it was killed 100 ms later."
    lived = Scene().post().get(100, {"logging-1": [ID]}, {"messages-1": [ID]}).kill("messages-2", 201)
    assert lost(lived) == "Shown by messages-1, which lived on and did not show it in the end."


def test_without_evidence_and_answers_nobody_knows() -> None:
    fate = Scene().post().drain(messages_1=[]).fate("lost")
    assert (fate.sentence, fate.kind) == ("Nothing here shows where.", "")
    assert fate.way[-1].endswith("no evidence was recorded: what services logged and servers have is not known")
