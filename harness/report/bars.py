"""Draws bars beside each other, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from harness.report.svg import drawn

_BAR, _MARK = "#1565c0", "#c62828"


@dataclass(frozen=True)
class Bar:
    """One bar, and the figure that somebody else measured, to be shown beside it."""

    label: str
    length: float
    mark: float | None = None


@dataclass(frozen=True)
class Panel:
    """Several bars with one axis."""

    axis: str
    bars: Sequence[Bar]


def bars(title: str, panels: Sequence[Panel], *, marked: str) -> str:
    """The panels in a row, as SVG; their bars have the same order and labels, and `marked` says whose the marks are."""
    return drawn(lambda: _figure(title, panels, marked))


def _figure(title: str, panels: Sequence[Panel], marked: str) -> Figure:
    count = max(len(panel.bars) for panel in panels)
    figure = Figure(figsize=(3.6 * len(panels) + 1.2, 0.55 * count + 1.6), layout="constrained")
    figure.suptitle(title, fontsize=11)
    axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axis, panel in zip(axes, panels, strict=True):
        lengths = [bar.length for bar in panel.bars]
        lengths_drawn = axis.barh(range(len(panel.bars)), lengths, color=_BAR, height=0.6)
        axis.bar_label(lengths_drawn, fmt="{:,.6g}", padding=3, fontsize=8)
        marks = [(bar.mark, place) for place, bar in enumerate(panel.bars) if bar.mark is not None]
        if marks:
            axis.scatter(*zip(*marks, strict=True), color=_MARK, marker="D", s=22, zorder=3, label=marked)
            axis.legend(fontsize=8, loc="lower right")
        axis.set_yticks(range(len(panel.bars)), [bar.label for bar in panel.bars], fontsize=8)
        axis.set_xlabel(panel.axis, fontsize=9)
        axis.margins(x=0.25)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].invert_yaxis()
    return figure
