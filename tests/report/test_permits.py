"""The tables of what settings permit, in a report's page and in a replay's."""

from xml.etree import ElementTree

from harness.events import NEMESIS, Event, Events
from harness.guarantees import SETTINGS
from harness.report.grid import as_html, as_markdown
from harness.report.permits import tables
from tests.report.histories import Told


def _with(settings: dict[str, str], *, fault: bool) -> Events:
    declared = Event(0, NEMESIS, "info", SETTINGS, {"declared": settings, "effective": settings, "unread": {}}, 0)
    told = Told().fault("kill", "kafka-1", at=10).events if fault else Events()
    later = [Event(e.index + 1, e.process, e.type, e.f, e.value, e.time) for e in told]
    return Events((declared, *later))


LOSSY = {"kafka.producer.acks": "0", "kafka.topic.min.insync.replicas": "<2>", "kafka.topic.name": "a|b"}


def test_a_rule_of_these_settings_has_a_row_with_the_fault_that_was_done() -> None:
    costs, clear, settings = tables(_with(LOSSY, fault=True))
    (row,) = [dict(zip(costs.heads, row, strict=True)) for row in costs.rows if row[0] == "acks=0"]
    assert row["permits"] == "lost"
    assert row["done here"] == "kill kafka-1"
    assert "acks=1" in [row[0] for row in clear.rows]
    assert ("kafka.producer.acks", "0") in settings.rows


def test_where_nothing_was_broken_nothing_was_done() -> None:
    costs, *_ = tables(_with(LOSSY, fault=False))
    assert [row[3] for row in costs.rows if row[0] == "acks=0"] == [""]


def test_a_history_without_settings_has_no_table() -> None:
    assert not tables(Told().fault("kill", "kafka-1", at=10).events)
    assert as_html(()) == as_markdown(()) == ""


def test_cells_can_not_break_out_of_their_table() -> None:
    shown = tables(_with(LOSSY, fault=True))
    assert "<2>" in [cell.text for cell in ElementTree.fromstring(as_html(shown)).iter("td")]
    lines = [line for line in as_markdown(shown).splitlines() if "a\\|b" in line]
    assert lines == ["| kafka.topic.name | a\\|b |"]
