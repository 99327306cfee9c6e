"""Compares what several scenarios of a run measured of one thing: a table and a plot in the report folder.

What was measured so far is in a file there, since the scenarios of a run may be in several processes. Not for judging:
the figures are of one run on one machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from harness.events import NEMESIS, Event, faults, in_words
from harness.telling import Comparison

_NOTHING = "nothing"


@dataclass(frozen=True)
class Row:
    """The figures of one scenario, and what was broken meanwhile."""

    broken: str
    figures: Mapping[str, object]

    def number(self, name: str) -> float:
        """A figure as a number: 0 if the scenario has none."""
        figure = self.figures.get(name)
        return figure if isinstance(figure, int | float) else 0


@dataclass(frozen=True)
class Compared:
    """The figures that `comparison` is about, of all scenarios of a run that have any so far."""

    comparison: Comparison
    rows: Sequence[Row]

    @classmethod
    def with_those_of(cls, events: Sequence[Event], comparison: Comparison, folder: Path) -> Compared | None:
        """Takes a scenario's figures in; None if it has none."""
        broken = "; ".join(map(in_words, faults(events))) or _NOTHING
        values = [e.value for e in events if e.process == NEMESIS and e.f == comparison.event]
        if not values:
            return None
        with (folder / comparison.measured).open("a+", encoding="utf-8") as file:
            # One call, so that the lines of several processes don't mix.
            file.write("".join(f"{json.dumps(asdict(Row(broken, figures)))}\n" for figures in values))
            file.seek(0)
            return cls(comparison, [Row(**json.loads(line)) for line in file])

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Writes table and plot, and gives their paths."""
        table, plot = (folder / name for name in self.comparison.files)
        table.write_text(self.table(), encoding="utf-8")
        plot.write_text(self.plot(), encoding="utf-8")
        return table, plot

    def table(self) -> str:
        """The comparison as a Markdown table."""
        others = {name for row in self.rows for name in self._reported(row)}
        names = [name for name in (self.rows[0].figures if self.rows else ()) if name != self.comparison.by]
        heads = [self.comparison.by, "broken meanwhile"]
        for name in names:
            heads += [name.replace("_", " "), *([f"{name} in {self.comparison.source}"] if name in others else [])]
        lines = [f"# {self.comparison.title}", "", _cells(heads), _cells(["---"] * 2 + ["--:"] * (len(heads) - 2))]
        for row in self.rows:
            cells = [str(row.figures[self.comparison.by]), row.broken]
            for name in names:
                seen = self._reported(row).get(name, "")
                cells += [f"{row.figures.get(name, '')}", *([f"{seen}"] if name in others else [])]
            lines.append(_cells(cells))
        return "\n".join(lines) + "\n"

    def plot(self) -> str:
        """The comparison as SVG: a panel for each figure, a bar for each scenario, a diamond for what was reported."""
        # A run without such scenarios need not wait for it.
        from harness.report.bars import Bar, Panel, bars

        panels = [
            Panel(
                words,
                [Bar(self._label(row), row.number(name), self._reported(row).get(name)) for row in self.rows],
            )
            for name, words in self.comparison.plotted.items()
        ]
        return bars(self.comparison.title, panels, marked=self.comparison.source)

    def _label(self, row: Row) -> str:
        done = f"{row.figures[self.comparison.by]}, {row.figures[self.comparison.amount]:,}"
        return done if row.broken == _NOTHING else f"{done}\n{row.broken}"

    def _reported(self, row: Row) -> Mapping[str, float]:
        """The figure that others reported of the same; nothing if something was broken meanwhile."""
        what = str(row.figures[self.comparison.by])
        return self.comparison.reported.get(what, {}) if row.broken == _NOTHING else {}


def _cells(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
