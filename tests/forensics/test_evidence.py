"""Evidence as it is collected: a log's lines on the history's clock, and a scenario that no evidence may change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.assertions import GuaranteeBrokenError, assert_holds
from harness.checkers import counter
from harness.errors import InconclusiveError
from harness.history import History
from harness.messages.evidence import _log, _other, note_leaders
from harness.report.scenario import ScenarioReport
from harness.servers.kafka.kind import Kafka
from services.logs import Log


@dataclass
class Spec:
    """A node's spec, as far as it is asked for."""

    name: str = "messages-1"


@dataclass
class Logging:
    """A node, as far as its log is asked for."""

    text: str
    spec: Spec = field(default_factory=Spec)

    def logs(self) -> str:
        return self.text


def line(at: float, event: str, **more: object) -> str:
    time = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    return json.dumps({"time": time, "service": "messages-1", "event": event, **more})


def test_of_a_log_there_are_the_lines_of_these_messages_on_the_historys_clock() -> None:
    written = [
        line(1000.25, "taken", id="a"),
        line(1000.5, "taken", id="b"),
        line(1000.75, "assigned", partitions=[0]),
        line(1001, "library", message="of nobody's message"),
        "no JSON",
        line(1002, "consumed", id="a", partition=0)[:-9],
    ]
    node: Any = Logging("\n".join(written))
    assert _log(node, ["a"], 999_000_000_000) == [
        [1_250_000_000, "messages-1", "taken", {"id": "a"}],
        [1_750_000_000, "messages-1", "assigned", {"partitions": [0]}],
    ]


def test_what_a_service_writes_is_what_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    Log("messages-1")("consumed", id="a", partition=0, offset=7, new=True)
    node: Any = Logging(capsys.readouterr().out)
    ((_, service, event, fields),) = _log(node, ["a"], 0)
    assert (service, event, fields) == (
        *("messages-1", "consumed"),
        {"id": "a", "partition": 0, "offset": 7, "new": True},
    )


def test_only_another_text_than_was_posted_is_told() -> None:
    assert _other("hi", "hi") == []
    assert _other("h", "hi") == ["h"]


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with History.open(tmp_path / "history.jsonl") as history:
        yield history


class Asked:
    """A system whose evidence can't be had."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.asked: list[str] = []

    def note_evidence(self, anomalies: Any) -> None:
        self.asked += [anomaly.name for anomaly in anomalies]
        if anomalies:
            raise InconclusiveError("nobody answers")


def test_evidence_that_can_not_be_had_is_lacking_and_changes_nothing(history: History, report: ScenarioReport) -> None:
    history.invoke(1, "increment", 1).ok(1)
    history.invoke(1, "read").ok(0)
    with pytest.raises(GuaranteeBrokenError):
        assert_holds(history, counter.check)
    system: Any = Asked(history)
    report.note_evidence(system)
    assert system.asked == ["lost update"]
    assert report.lacking.lines == ["evidence on single things: nobody answers"]


def test_of_what_held_no_single_thing_is_asked(history: History, report: ScenarioReport) -> None:
    history.invoke(1, "increment", 1).ok(1)
    history.invoke(1, "read").ok(1)
    assert_holds(history, counter.check)
    system: Any = Asked(history)
    report.note_evidence(system)
    assert (system.asked, report.lacking.lines) == ([], [])


def test_who_leads_is_noted_by_name_or_why_nobody_knows(history: History) -> None:
    class Brokers:
        def leaders(self, topic: str) -> dict[str, str | None]:
            if topic == "unheard":
                raise InconclusiveError("no broker answers")
            return {"0": "kafka-1", "1": None}

    for topic in ("orders", "unheard"):
        system: Any = SimpleNamespace(history=history, clusters={Kafka: Brokers()}, topic=topic)
        note_leaders(system)
    assert [(event.f, event.value) for event in history.events] == [
        ("leaders", {"leaders": {"0": "kafka-1", "1": None}}),
        ("leaders", {"unread": "no broker answers"}),
    ]
