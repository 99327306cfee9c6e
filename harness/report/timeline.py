"""Draws a few operations, and what was done to the clusters meanwhile, on a time axis: as text and as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from harness.events import Event, Operation, faults, in_words
from harness.plain import printable

_COLUMNS = 40
_MOST = 40
_NS = 1e9
_ROW, _LEFT, _WIDTH, _RIGHT = 22, 210, 560, 120
_COLOURS = {"ok": "#2e7d32", "fail": "#9e9e9e", "info": "#ef6c00"}


def text(concerned: Sequence[Operation], events: Sequence[Event]) -> str:
    """The timeline as text, a line for each operation: who, what, outcome, a bar on the common axis, and its times."""
    scale = _Scale(concerned, events)
    lines = []
    for operation in concerned[:_MOST]:
        first, last = (round(scale.part(at) * (_COLUMNS - 1)) for at in (operation.began, operation.ended))
        bar = "." * first + "#" * (last - first + 1) + "." * (_COLUMNS - 1 - last)
        who = f"process {operation.invoke.process}"
        times = f"{scale.seconds(operation.began):.3f}-{_end(scale, operation)} s"
        lines.append(f"{who:<12} {_what(operation):<28} {operation.outcome:<4} [{bar}] {times}")
    for event in _faults(events, scale):
        mark = round(scale.part(event.time) * (_COLUMNS - 1))
        bar = "." * mark + "|" + "." * (_COLUMNS - 1 - mark)
        lines.append(
            f"{'nemesis':<12} {printable(in_words(event)):<28} {'':<4} [{bar}] {scale.seconds(event.time):.3f} s"
        )
    if len(concerned) > _MOST:
        lines.append(f"... and {len(concerned) - _MOST} more operations")
    return "\n".join(lines)


def svg(concerned: Sequence[Operation], events: Sequence[Event]) -> str:
    """The timeline as SVG, 890 pixels wide."""
    scale = _Scale(concerned, events)
    shown = concerned[:_MOST]
    height = _ROW * (len(shown) + 2)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _WIDTH + _RIGHT}" height="{height}" '
        'font-family="sans-serif" font-size="12" role="img">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for event in _faults(events, scale):
        x = _LEFT + scale.part(event.time) * _WIDTH
        parts.append(
            f'<line x1="{x:.1f}" y1="{_ROW}" x2="{x:.1f}" y2="{height}" stroke="#c62828" stroke-dasharray="4 3"/>'
        )
        parts.append(f'<text x="{x + 3:.1f}" y="{_ROW - 6}" fill="#c62828">{escape(printable(in_words(event)))}</text>')
    for row, operation in enumerate(shown, start=1):
        y = row * _ROW
        x = _LEFT + scale.part(operation.began) * _WIDTH
        width = max(3.0, (scale.part(operation.ended) - scale.part(operation.began)) * _WIDTH)
        label = printable(f"{operation.invoke.process}: {_what(operation)}")
        colour = _COLOURS[operation.outcome]
        parts.append(f'<text x="4" y="{y + 14}">{escape(label)}</text>')
        parts.append(f'<rect x="{x:.1f}" y="{y + 3}" width="{width:.1f}" height="{_ROW - 8}" rx="3" fill="{colour}"/>')
        parts.append(f'<text x="{_LEFT + _WIDTH + 8}" y="{y + 14}" fill="{colour}">{operation.outcome}</text>')
    parts.append("</svg>")
    return "\n".join(parts)


class _Scale:
    """Converts times to places on the axis, which spans the operations."""

    def __init__(self, concerned: Sequence[Operation], events: Sequence[Event]) -> None:
        self._zero = events[0].time if events else 0
        end = events[-1].time if events else 0
        self.first = min((operation.began for operation in concerned), default=self._zero)
        self.last = max((min(operation.ended, end) for operation in concerned), default=end)

    def part(self, time: int) -> float:
        """The place of a time on the axis, from 0 to 1."""
        return min(1.0, max(0.0, (time - self.first) / max(1, self.last - self.first)))

    def seconds(self, time: int) -> float:
        """The seconds from the history's first event to a time."""
        return (time - self._zero) / _NS


def _faults(events: Sequence[Event], scale: _Scale) -> list[Event]:
    return [event for event in faults(events) if scale.first <= event.time <= scale.last]


def _end(scale: _Scale, operation: Operation) -> str:
    return f"{scale.seconds(operation.completion.time):.3f}" if operation.completion else "?"


def _what(operation: Operation) -> str:
    value = operation.invoke.value
    if isinstance(value, dict):
        value = next((value[name] for name in ("msg", "value", "element", "set") if name in value), value)
    shown = "" if value is None else f" {value}"
    return printable(f"{operation.f}{shown}")[:28]
