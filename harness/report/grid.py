"""Tables of plain text: as HTML for Allure's page, as Markdown for a replay's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from harness.plain import markdown, printable

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


def _lines(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(table.heads)} |"
    yield "|---" * len(table.heads) + "|"
    for row in table.rows:
        yield f"| {' | '.join(map(markdown, row))} |"
