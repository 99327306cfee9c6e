"""The ways of messages as people read them: what a way has, how many sentences there are, and what is refused."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from harness.checkers import Anomaly
from harness.checks import CHECK, Check, evaluate
from harness.cli import main
from harness.errors import HistoryError
from harness.events import NEMESIS, Event, Events
from harness.messages.checkers import delivery
from harness.messages.forensics import fates
from harness.report.fates import anomalies, sentences, ways
from harness.report.forensics import explained
from harness.report.replayed import write
from tests.forensics.scenes import ID, LOGGED, Scene


def lost(count: int = 1) -> Scene:
    """Messages that only a dead leader has; what is known beside its record is of the first."""
    scene = Scene({"kafka.producer.acks": "1"})
    records: dict[str, list[list[int]]] = {}
    for number in range(count):
        id_ = f"m-{number + 1}"
        scene.post(at=10 + number, id_=id_, offset=7 + number)
        records[id_] = [[0, 7 + number]]
    scene.owners(hazelcast_1=[4]).kill("kafka-2", 55)
    scene.get(200, {"logging-1": records}, {"messages-1": []}).get(300, {"logging-2": records}, {"messages-1": []})
    scene.get(400, {"logging-2": records}, {"messages-2": []})
    return scene.evidence(
        LOGGED,
        brokers={"kafka-1": {}, "kafka-2": records, "kafka-3": None},
        map={ID: {"partition": 4, "owner": "hazelcast-2", "there": True}},
        group={"0": 3},
        lacking=["the segments of kafka-3: no answer within 4 s"],
    ).drain(messages_1=[], messages_2=[])


def test_a_way_has_what_clients_saw_what_was_logged_what_was_broken_and_who_has_it_now() -> None:
    assert list(lost().fate("lost").way) == [
        "    0.010 s  posted: hi  (45 ms before the kill of kafka-2)",
        "    0.011 s  logging-1 says that the map has it  (44 ms before the kill of kafka-2)",
        "    0.011 s  logging-1 answers that it is logged  (44 ms before the kill of kafka-2)",
        "    0.012 s  facade had it logged by logging-1  (43 ms before the kill of kafka-2)",
        "    0.014 s  facade says that the queue has it (offset 7 of partition 0)  (41 ms before the kill of kafka-2)",
        "    0.015 s  acknowledged: logged by logging-1, queued at offset 7 of partition 0  (40 ms before the kill of "
        "kafka-2)",
        "    0.055 s  --- kill kafka-2: by name",
        "    0.200 s  logging-1 in a GET: shows it  (145 ms after the kill of kafka-2)",
        "    0.200 s  messages-1 in 2 GETs, until 0.301 s: does not show it  (145 ms after the kill of kafka-2)",
        "    0.300 s  logging-2 in 2 GETs, until 0.401 s: shows it  (245 ms after the kill of kafka-2)",
        "    0.400 s  messages-2 in a GET: does not show it  (345 ms after the kill of kafka-2)",
        "    0.900 s  messages-1 in a direct read: does not show it  (845 ms after the kill of kafka-2)",
        "    0.900 s  messages-2 in a direct read: does not show it  (845 ms after the kill of kafka-2)",
        " in the end  kafka-2 has it on its disk: offset 7 of partition 0",
        " in the end  kafka-1: no record of it on the disk",
        " in the end  kafka-3: nobody could read the disk",
        " in the end  the group is at offset 3 in partition 0",
        " in the end  the map has it; hazelcast-2 owns its partition 4, hazelcast-1 did at first",
        " in the end  not known: the segments of kafka-3: no answer within 4 s",
    ]


def test_a_very_long_way_is_told_by_its_beginning_and_its_end() -> None:
    scene = lost()
    for number in range(300):
        scene.get(1000 + number, {f"logging-{number % 2 + 1}": {ID: []}}, {"messages-1": [ID] * (number % 2)})
    (told,) = ways(scene.events, scene.anomalies()).values()
    lines = told.split("\n\n")[0].splitlines()
    assert lines[1].endswith("posted: hi  (45 ms before the kill of kafka-2)")
    assert "not known" in lines[-2]
    assert len(lines) == 1 + 60 + 1 + 60 + 1
    assert lines[61].endswith(" more lines, much like these")


def test_an_anomaly_of_many_is_one_sentence_and_the_first_twenty_ways() -> None:
    scene = lost(30)
    found = scene.anomalies()
    (sentence,) = sentences(scene.events, found)["lost"]
    assert sentence == (
        "m-1: Only kafka-2 has its record, acknowledged 40 ms before it was killed; kafka-3 could not be read. "
        "19 like it."
    )
    (told,) = ways(scene.events, found).values()
    assert told.count("=> ") == 20
    # Of those that are alike the first three are told whole.
    assert told.count("posted: ") == 3
    assert explained(found, scene.events).count("like it") == 1


def test_two_kinds_are_two_sentences() -> None:
    scene = lost(2)
    taken = (900, "messages-1", "taken", {})
    events = scene.drain(1000, messages_1=[]).evidence([taken], brokers={"kafka-2": {"m-2": [[0, 8]]}}).events
    found = delivery.check(events, exactly_once=True).anomalies
    assert [line[:5] for line in sentences(events, found)["lost"]] == ["m-1: ", "m-2: "]


def test_what_nobody_knows_is_in_no_failure_but_on_the_page() -> None:
    scene = Scene().post().drain(messages_1=[])
    found = scene.anomalies()
    assert not sentences(scene.events, found)
    assert ways(scene.events, found)["what became of each message"].endswith("=> Nothing here shows where.")


def test_of_what_is_no_message_of_ours_nothing_is_told() -> None:
    rows = [("invoke", "m"), ("ok", None)]
    events = Events(Event(i, 1, type_, "post", value, i) for i, (type_, value) in enumerate(rows))  # type: ignore[arg-type]
    found = [Anomaly("lost", "an order is lost", events.operations)]
    assert not sentences(events, found)
    assert not ways(events, found)


def test_what_had_to_be_found_is_told_too_and_is_in_the_report_of_a_replay(tmp_path: Path) -> None:
    check = Check("delivery.check", {"exactly_once": True}, expected=("lost",)).value
    events = lost().events
    found = evaluate(Events((*events, Event(len(events), NEMESIS, "info", CHECK, check, events[-1].time))))
    assert not found.outcome.anomalies
    assert [each.name for each in anomalies(found)] == ["lost"]
    page = write(tmp_path / "report", found).read_text()
    assert "## What became of each message" in page
    assert "=> Only kafka-2 has its record, acknowledged 40 ms before it was killed" in page


def test_a_replay_says_where_it_went_wrong_without_a_report(tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    file.write_bytes(b"".join(msgspec.json.encode(event._asdict()) + b"\n" for event in lost().events))
    answer = CliRunner().invoke(main, ["replay", str(file), "--check", "delivery.check:exactly_once=true"])
    assert answer.exit_code == 1, answer.output
    assert f"lost: {ID}: Only kafka-2 has its record, acknowledged 40 ms before it was killed" in answer.output


@pytest.mark.parametrize(
    "broken",
    [
        {"log": [["soon", "facade", "queued", {}]]},
        {"brokers": {"kafka-1": {ID: [[0]]}}},
        {"group": 3},
        {"map": {ID: 1}},
    ],
)
def test_malformed_evidence_is_refused_by_its_line(broken: dict[str, object]) -> None:
    scene = Scene().post().drain(messages_1=[]).evidence(**broken)  # type: ignore[arg-type]
    with pytest.raises(HistoryError, match=r"^line 6: the value of evidence \(info\) is .*; due was what was found of"):
        fates.fates(scene.events, delivery.check(scene.events, exactly_once=True).anomalies)
