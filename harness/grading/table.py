"""The table of all checkouts, and a page for each: HTML for people, CSV for spreadsheets, JSON for programs."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

import msgspec
from markdown_it import MarkdownIt

from harness.grading.choice import Choice
from harness.grading.one import Graded
from harness.grading.row import Row, Tally
from harness.plain import markdown, printable
from harness.report.owner import OwnersPage
from harness.report.tables import in_one_sentence

_PAGE = Path(__file__).with_name("page.html")
_PAGES = "pages"
#: What a spreadsheet takes for a formula when a cell begins with it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LONGEST = 160


def write(folder: Path, graded: Sequence[Graded], choice: Choice) -> Path:
    """Writes the table in its three forms, and the pages; gives the path of the page with the table."""
    rows = [each.row for each in graded]
    (folder / "grades.json").write_bytes(msgspec.json.format(msgspec.json.encode(rows)) + b"\n")
    with (folder / "grades.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([_safe(cell) for cell in line] for line in _lines(rows))
    (folder / _PAGES).mkdir(exist_ok=True)
    for each in graded:
        _write_page(folder / _PAGES / f"{each.row.name}.html", each.row.name, _about(each))
    page = folder / "grades.html"
    _write_page(page, "What held, and what broke", _table(rows, choice))
    return page


def _guarantees(rows: Sequence[Row]) -> Sequence[str]:
    """The guarantees of all rows, each once, what most rows have coming first."""
    names = [tally.guarantee for row in rows for tally in row.tallies]
    return sorted(dict.fromkeys(names), key=lambda name: (-names.count(name), name))


def _lines(rows: Sequence[Row]) -> Iterator[Sequence[str]]:
    """The lines of the CSV."""
    guarantees = _guarantees(rows)
    yield [
        *("checkout", "folder", "system", "verdict", "held", "broke", "scenarios", "not tried"),
        *guarantees,
        *("broke first", "what broke", "what else was seen", "trouble", "evidence", "seconds", "page"),
    ]
    for row in rows:
        first = row.broken[0] if row.broken else None
        yield [
            *(row.name, row.folder, row.system, row.verdict),
            *map(str, (row.held, row.broke, row.scenarios, row.not_tried)),
            *(_words(_tallies(row).get(guarantee)) for guarantee in guarantees),
            *((first.title, "; ".join(each.title for each in row.broken)) if first else ("", "")),
            *("; ".join(row.noticed), row.trouble, first.evidence if first else "", f"{row.took_s:g}"),
            f"{_PAGES}/{row.name}.html",
        ]


def _table(rows: Sequence[Row], choice: Choice) -> str:
    """The page of the table as Markdown."""
    guarantees = _guarantees(rows)
    head = ["checkout", "verdict", *guarantees, "to mend first", "what else was seen", "min"]
    cells = [[_cell(cell) for cell in head], ["---"] * len(head), *(_cells(row, guarantees) for row in rows)]
    counts = ", ".join(
        f"{count} {verdict}"
        for verdict in ("held", "broke", "no verdict")
        if (count := sum(row.verdict == verdict for row in rows))
    )
    limits = choice.confinement.words if choice.confinement else "none: local processes"
    plural = "" if len(rows) == 1 else "s"
    return "\n".join(
        [
            "# What held, and what broke",
            "",
            f"{len(rows)} checkout{plural}: {counts or 'none'}. Each ran the scenarios marked "
            f"{markdown(choice.marks)}{f', of these {markdown(choice.names)}' if choice.names else ''}, within "
            f"{choice.time_s / 60:g} min. Limits of each service: {markdown(limits)}.",
            "",
            *(f"| {' | '.join(line)} |" for line in cells),
            "",
            "A cell says in how many scenarios a guarantee held of those that tried it. A scenario that needs what a "
            "system does not have was not tried on it; a checkout's page says why.",
        ]
    )


def _cells(row: Row, guarantees: Sequence[str]) -> Sequence[str]:
    tallies = _tallies(row)
    first = f"{_cell(row.broken[0].title)}: {_cell(row.broken[0].sentence)}" if row.broken else ""
    shown = {"held": "held", "broke": "**broke**", "no verdict": "*no verdict*"}[row.verdict]
    return [
        f"[{_cell(row.name)}]({_PAGES}/{quote(row.name)}.html)",
        shown,
        *(_coloured(tallies.get(guarantee)) for guarantee in guarantees),
        first if not row.trouble else "; ".join(filter(None, [f"*{_cell(row.trouble)}*", first])),
        _cell("; ".join(row.noticed)),
        f"{row.took_s / 60:.1f}",
    ]


def _tallies(row: Row) -> Mapping[str, Tally]:
    return {tally.guarantee: tally for tally in row.tallies}


def _words(tally: Tally | None) -> str:
    """A guarantee's cell: in how many scenarios it held of those that tried it."""
    if tally is None:
        return ""
    return f"{tally.held} of {tally.held + tally.broke + tally.open}"


def _coloured(tally: Tally | None) -> str:
    words = _words(tally)
    if tally is None or not (tally.broke or tally.open):
        return words
    return f"**{words}**" if tally.broke else f"*{words}*"


def _about(graded: Graded) -> str:
    """The page of one checkout as Markdown: that for its owner, after how the run ended if it came to no end."""
    row, subject = graded.row, graded.journal.subject
    parts = [f"[all checkouts](../grades.html) · {markdown(row.folder)}"]
    if row.trouble:
        parts += ["## How its run ended", f"*{markdown(row.trouble)}*"]
    if subject:
        ran = in_one_sentence(graded.journal.outcomes, backend=subject.backend, timings=subject.timings)
        parts.append(OwnersPage(subject.about, ran, graded.journal.outcomes, subject.left_out).text)
    else:
        parts.insert(0, f"# {markdown(row.name)}: nothing was tried")
    return "\n\n".join(parts)


def _write_page(path: Path, title: str, text: str) -> None:
    # No HTML of anybody's: what is in the texts is shown as it is.
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    frame = _PAGE.read_text(encoding="utf-8")
    escaped = printable(title).replace("&", "&amp;").replace("<", "&lt;")
    path.write_text(frame.replace("{{title}}", escaped).replace("{{body}}", body), encoding="utf-8")


def _cell(text: str) -> str:
    shortened = text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()}..."
    return markdown(shortened)


def _safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula, nor anything in it for a line's end."""
    shown = printable(cell)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
