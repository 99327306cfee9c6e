"""The tables of what a scenario's settings give and cost: as HTML for Allure's page, as Markdown for a replay's.

A row is a rule: what is set, under which faults it matters, which anomalies may come then, and which fault of this
history is one. Hermitage (https://github.com/ept/hermitage) shows isolation levels in such a form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from harness.events import Event
from harness.explaining import explained
from harness.guarantees import Broken, Rule, met, settings_of
from harness.plain import markdown, printable

_COSTS = ("setting", "under", "permits", "done here", "why", "documented")
_CLEAR = ("setting", "under", "would permit", "why", "documented")
_STYLE = (
    "body{font:14px sans-serif} table{border-collapse:collapse}"
    "td,th{border:1px solid #ccc;padding:4px 8px;text-align:left;vertical-align:top}"
)


@dataclass(frozen=True)
class Table:
    """A table with a title; every cell is plain text, and every row has as many as there are heads."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def tables(events: Sequence[Event]) -> Sequence[Table]:
    """What the settings of a history cost, what they keep clear of, and they themselves; none without settings."""
    settings = settings_of(events)
    if not settings:
        return ()
    explanation, done = explained(settings), met(events)
    costs = [(*_about(rule), _here(rule, done), *_why(rule)) for rule in explanation.costs]
    return (
        Table("What these settings cost", _COSTS, costs),
        Table("What they keep clear of", _CLEAR, [(*_about(rule), *_why(rule)) for rule in explanation.saved_from]),
        Table("The settings", ("name", "value"), [(name, settings[name] or "not set") for name in sorted(settings)]),
    )


def as_markdown(shown: Sequence[Table]) -> str:
    """The tables, each below its title; empty if there are none."""
    return "\n\n".join(part for table in shown for part in (f"### {table.title}", "\n".join(_lines(table))))


def as_html(shown: Sequence[Table]) -> str:
    """The tables as a page of their own; empty if there are none."""
    if not shown:
        return ""
    page = ElementTree.Element("html")
    ElementTree.SubElement(page, "style").text = _STYLE
    for table in shown:
        ElementTree.SubElement(page, "h3").text = table.title
        drawn = ElementTree.SubElement(page, "table")
        for kind, row in (("th", table.heads), *(("td", row) for row in table.rows)):
            line = ElementTree.SubElement(drawn, "tr")
            for cell in row:
                ElementTree.SubElement(line, kind).text = printable(cell)
    return ElementTree.tostring(page, encoding="unicode", method="html")


def _about(rule: Rule) -> tuple[str, str, str]:
    return rule.setting, rule.when, ", ".join(rule.permits) or "no loss"


def _here(rule: Rule, done: Mapping[Rule, Broken | None]) -> str:
    """What was done that the rule is about."""
    hit = done.get(rule)
    return hit.words if hit else "it takes no fault" if rule in done else ""


def _why(rule: Rule) -> tuple[str, str]:
    return rule.because, rule.source


def _lines(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(table.heads)} |"
    yield "|---" * len(table.heads) + "|"
    for row in table.rows:
        yield f"| {' | '.join(map(markdown, row))} |"
