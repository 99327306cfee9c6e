"""Draws a whole scenario: operations, throughput and latency on one time axis, with the faults as bands."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullLocator
from matplotlib.transforms import Affine2D, Transform

from harness.events import NEMESIS, Event, Operation, faults, in_words, operations, undone
from harness.plain import printable
from harness.report.svg import drawn
from harness.report.thinning import Dot, Level, dotted, unbroken

_NS = 1e9
_COLOURS = {"ok": "#2e7d32", "fail": "#757575", "info": "#ef6c00"}
_WORDS = {"ok": "ok", "fail": "surely not done", "info": "outcome unknown"}
_KINDS = ("#1565c0", "#6a1b9a", "#00838f", "#ad1457", "#4e342e", "#558b2f")
_FAULT = "#c62828"
_BINS = 60
_DOT = 3


@dataclass(frozen=True)
class Band:
    """A fault in force. Times in seconds from the history's first event."""

    words: str
    begins_s: float
    ends_s: float


def bands(events: Sequence[Event]) -> Iterator[Band]:
    """Every fault of the history, to its undoing or to the end."""
    zero, end = events[0].time, events[-1].time
    for fault in faults(events):
        until = min(end, undone(fault, events))
        yield Band(in_words(fault), (fault.time - zero) / _NS, (until - zero) / _NS)


def overview(events: Sequence[Event]) -> str:
    """The picture of a scenario as SVG, 1000 pixels wide; empty if the history holds no operation."""
    if not (history := operations(events)):
        return ""
    return drawn(lambda: _figure(history, events))


def _figure(history: Sequence[Operation], events: Sequence[Event]) -> Figure:
    by_kind: dict[str, list[Operation]] = {}
    for operation in history:
        by_kind.setdefault(operation.f, []).append(operation)
    zero, end = events[0].time, events[-1].time
    figure = Figure(figsize=(10, 4.6 + 0.35 * len(by_kind)))
    # Fixed margins: finding them out takes as long as all the drawing.
    figure.subplots_adjust(left=0.13, right=0.9, top=0.92, bottom=0.08, hspace=0.12)
    lanes, rate, latency = figure.subplots(3, 1, sharex=True, height_ratios=[1 + 0.35 * len(by_kind), 1.4, 1.6])
    latency.set_xlim(0, max((end - zero) / _NS, 0.001))
    _lanes(lanes, by_kind, zero, end)
    colours = dict(zip(by_kind, _KINDS * len(by_kind), strict=False))
    _rate(rate, by_kind, colours, zero, end)
    _latency(latency, by_kind, colours, zero)
    for axes in (lanes, rate, latency):
        _mark_faults(axes, events, named=axes is lanes)
    latency.set_xlabel("seconds from the beginning")
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8)
        axes.grid(axis="x", alpha=0.25)
    return figure


def _lanes(axes: Axes, by_kind: Mapping[str, Sequence[Operation]], zero: int, end: int) -> None:
    """Draws each operation as a line from invocation to completion, clients above each other in their kind's lane."""
    axes.set_ylim(len(by_kind) - 0.4, -0.6)
    for lane, of_kind in enumerate(by_kind.values()):
        ranks = {process: rank for rank, process in enumerate(dict.fromkeys(o.invoke.process for o in of_kind))}
        heights = {process: lane + 0.4 - 0.8 * (rank + 0.5) / len(ranks) for process, rank in ranks.items()}
        width = max(1.2, 9 / max(1, len(ranks)))
        for outcome, colour in _COLOURS.items():
            those = [(o, heights[o.invoke.process]) for o in of_kind if o.outcome == outcome]
            begins = _in_points(axes, [((o.began - zero) / _NS, height) for o, height in those])
            ends = _in_points(axes, [((min(o.ended, end) - zero) / _NS, height) for o, height in those])
            lines = unbroken([(x, to, y) for (x, y), (to, _) in zip(begins, ends, strict=True)], gap=width)
            _segments(axes, lines, color=colour, linewidth=width, solid_capstyle="projecting")
    axes.set_yticks(range(len(by_kind)), [_as_text(f"{f} ({len(of_kind)})") for f, of_kind in by_kind.items()])
    axes.set_title("operations", loc="left", fontsize=10, pad=18)
    seen = [
        outcome for outcome in _COLOURS if any(o.outcome == outcome for of_kind in by_kind.values() for o in of_kind)
    ]
    handles = [Line2D([], [], color=_COLOURS[outcome], linewidth=4, label=_WORDS[outcome]) for outcome in seen]
    axes.legend(handles=handles, loc="lower right", bbox_to_anchor=(1, 1.0), ncols=3, fontsize=8, frameon=False)


def _unbroken(lines: Sequence[tuple[float, float]], gap: float) -> Iterator[tuple[float, float]]:
    """The lines of one row, those as one whose ends, half a gap long on each side, leave nothing between them."""
    begin, end = lines[0]
    for next_begin, next_end in sorted(lines):
        if next_begin > end + gap:
            yield begin, end
            begin, end = next_begin, next_end
        end = max(end, next_end)
    yield begin, end


def _points(axes: Axes) -> Transform:
    """The picture's own measure, points from its lower left corner, for what has been thinned out in it."""
    return Affine2D().scale(1 / 72) + axes.figure.dpi_scale_trans


def _in_points(axes: Axes, places: Sequence[Dot]) -> Sequence[Dot]:
    """Where in the picture, in points, the places of the axes are; their limits are for good by now."""
    return (axes.transData - _points(axes)).transform(places).tolist() if places else []


def _segments(axes: Axes, lines: Iterable[Level], **style: Any) -> None:
    """Draws level lines, told in points, as one path: one each would be most of the file."""
    x, y = [], []
    for begin, end, height in lines:
        x += [begin, end, math.nan]
        y += [height, height, math.nan]
    axes.plot(x, y, transform=_points(axes), **style)


def _rate(
    axes: Axes, by_kind: Mapping[str, Sequence[Operation]], colours: Mapping[str, str], zero: int, end: int
) -> None:
    """Draws the successes per second."""
    edges = np.linspace(0, max((end - zero) / _NS, 0.001), _BINS + 1)
    for f, of_kind in by_kind.items():
        counts, _ = np.histogram([(o.ended - zero) / _NS for o in of_kind if o.outcome == "ok"], edges)
        axes.stairs(counts / np.diff(edges), edges, color=colours[f], label=_as_text(f), linewidth=1.4)
    axes.set_ylabel("ok a second", fontsize=8)
    axes.set_ylim(bottom=0)


def _latency(axes: Axes, by_kind: Mapping[str, Sequence[Operation]], colours: Mapping[str, str], zero: int) -> None:
    took = {
        f: [((o.began - zero) / _NS, (o.ended - o.began) / 1e6) for o in of_kind if o.outcome == "ok"]
        for f, of_kind in by_kind.items()
    }
    axes.set_yscale("log")
    axes.update_datalim([place for places in took.values() for place in places])
    axes.autoscale_view(scalex=False)
    low, high = axes.get_ylim()
    # Whole decades, each with its number: the labels between them would cover each other.
    axes.set_ylim(10 ** math.floor(math.log10(low)), 10 ** math.ceil(math.log10(high)))
    for f, places in took.items():
        # A line of no length with a round end is a dot.
        dots = dotted(_in_points(axes, places))
        _segments(axes, dots, color=colours[f], linewidth=_DOT, solid_capstyle="round", label=_as_text(f))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    # Nobody reads the ticks between them, and they are most of what there is to draw.
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_ylabel("latency, ms", fontsize=8)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=8, frameon=False)


def _mark_faults(axes: Axes, events: Sequence[Event], *, named: bool) -> None:
    for number, band in enumerate(bands(events)):
        axes.axvspan(band.begins_s, max(band.ends_s, band.begins_s), color=_FAULT, alpha=0.1, linewidth=0)
        axes.axvline(band.begins_s, color=_FAULT, linewidth=1)
        if named:
            _label(axes, band.words, (band.begins_s, 1), above=4 + 11 * (number % 2), size=8)
    for number, (effect, at_s) in enumerate(_effects(events)):
        axes.axvline(at_s, color=_FAULT, linewidth=0.8, linestyle=":")
        if named:
            _label(axes, effect, (at_s, 0), above=3 + 9 * (number % 3), size=7)


def _label(axes: Axes, words: str, at: tuple[float, float], *, above: int, size: int) -> None:
    """Labels one band; neighbours are given different heights, so that their labels don't cover each other."""
    axes.annotate(
        _as_text(words),
        at,
        xycoords=("data", "axes fraction"),
        xytext=(3, above),
        textcoords="offset points",
        color=_FAULT,
        fontsize=size,
        bbox={"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 0.5},
    )


def _as_text(words: str) -> str:
    """The text without what XML can't have, and with dollars that begin no formula."""
    return printable(words).replace("$", r"\$")


def _effects(events: Sequence[Event]) -> Iterator[tuple[str, float]]:
    """The effects that the clusters showed of a fault, and when."""
    for event in events:
        if event.process == NEMESIS and isinstance(event.value, Mapping) and "after_s" in event.value:
            yield f"{event.f}, {event.value['after_s']:.2f} s", (event.time - events[0].time) / _NS
