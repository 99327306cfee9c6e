"""Draws the topology before, during and after the faults: a row for each node, with its state and its duties."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from harness.backends.protocol import Phase
from harness.inspect.snapshot import NodeSeen, Snapshot
from harness.plain import printable

_NAME, _CELL, _ROW, _HEAD, _GAP = 110, 285, 38, 30, 6
#: As many letters as fit into a cell.
_LETTERS = 50
_FILLS = {"good": "#e8f5e9", "bad": "#ffcdd2", "absent": "#f5f5f5", "odd": "#ffe0b2"}
_EDGES = {"good": "#a5d6a7", "bad": "#c62828", "absent": "#e0e0e0", "odd": "#ef6c00"}
_WORDS = {"good": "#424242", "bad": "#b71c1c", "absent": "#424242", "odd": "#bf360c"}
#: How cells look is said once, not in each: a report has a drawing for every scenario.
_STYLE = "".join(
    f"rect.{look}{{width:{_CELL}px;height:{_ROW}px;rx:5px;fill:{_FILLS[look]};stroke:{_EDGES[look]};"
    f"stroke-width:{2 if look in ('bad', 'odd') else 1}}}\n"
    f"text.{look}{{fill:{_WORDS[look]}{';font-weight:bold' if look in ('bad', 'odd') else ''}}}\n"
    for look in _FILLS
)


def drawn(moments: Mapping[str, Snapshot]) -> str:
    """The drawing as SVG; the moments are columns in their order, under their names."""
    names = list(dict.fromkeys(node.name for snapshot in moments.values() for node in snapshot.nodes))
    width = _NAME + len(moments) * (_CELL + _GAP)
    height = _HEAD + len(names) * (_ROW + _GAP) + _GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="sans-serif" font-size="12" role="img">',
        f"<style>{_STYLE}.duties{{fill:#1a237e;font-size:11px}}</style>",
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for column, (moment, snapshot) in enumerate(moments.items()):
        x = _NAME + column * (_CELL + _GAP)
        parts.append(f'<text x="{x + 8}" y="19" font-weight="bold">{escape(moment)}</text>')
        seen = {node.name: node for node in snapshot.nodes}
        for row, name in enumerate(names):
            parts += _cell(seen.get(name), x, _HEAD + row * (_ROW + _GAP))
    for row, name in enumerate(names):
        y = _HEAD + row * (_ROW + _GAP) + _ROW / 2 + 4
        parts.append(f'<text x="6" y="{y:g}" font-weight="bold">{escape(printable(name))}</text>')
    parts.append("</svg>")
    return "\n".join(parts)


def _cell(node: NodeSeen | None, x: int, y: int) -> list[str]:
    look = _look(node)
    parts = [
        f'<rect x="{x}" y="{y}" class="{look}"/>',
        f'<text x="{x + 8}" y="{y + 15}" class="{look}">{escape(node.state if node else "not there")}</text>',
    ]
    if node and node.duties:
        words = "; ".join(duty.words for duty in node.duties)
        shown = words if len(words) <= _LETTERS else words[: _LETTERS - 1] + "…"
        title = f"<title>{escape(words)}</title>" if words != shown else ""
        parts.append(f'<text x="{x + 8}" y="{y + 31}" class="duties">{escape(shown)}{title}</text>')
    return parts


def _look(node: NodeSeen | None) -> str:
    if node is None:
        return "absent"
    if node.phase is Phase.RUNNING and not node.isolated:
        return "good"
    return "odd" if node.phase is None or node.phase is Phase.PAUSED or node.isolated else "bad"
