"""Draws the topology before, during and after the faults: a row for each node, with its state and its duties."""

from __future__ import annotations

from collections.abc import Collection, Mapping
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
#: Where a cell's text begins in it: what a cell has needs no places of its own then.
_IN, _DOWN = 8, 15


def drawn(moments: Mapping[str, Snapshot]) -> str:
    """The drawing as SVG; the moments are columns in their order, under their names."""
    names = list(dict.fromkeys(node.name for snapshot in moments.values() for node in snapshot.nodes))
    width = _NAME + len(moments) * (_CELL + _GAP)
    height = _HEAD + len(names) * (_ROW + _GAP) + _GAP
    heads, cells, looks = [], [], set()
    for column, (moment, snapshot) in enumerate(moments.items()):
        x = _NAME + column * (_CELL + _GAP) + _IN
        heads.append(f'<text x="{x}" y="19">{escape(moment)}</text>')
        seen = {node.name: node for node in snapshot.nodes}
        for row, name in enumerate(names):
            node = seen.get(name)
            looks.add(look := _look(node))
            place = f"{x} {_HEAD + row * (_ROW + _GAP) + _DOWN}"
            cells.append(f'<g class="{look}" transform="translate({place})"><rect/>{_words(node)}</g>')
    for row, name in enumerate(names):
        y = _HEAD + row * (_ROW + _GAP) + _ROW / 2 + 4
        heads.append(f'<text x="6" y="{y:g}">{escape(printable(name))}</text>')
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            'font-family="sans-serif" font-size="12" role="img">',
            f"<style>{_style(looks)}</style>",
            f'<path d="M0 0h{width}v{height}H0z" fill="white"/>',
            '<g font-weight="bold">',
            *heads,
            "</g>",
            *cells,
            "</svg>",
        ]
    )


def _style(looks: Collection[str]) -> str:
    """How cells look, said once and not in each: a report has a drawing for every scenario."""
    styles = [f"rect{{x:-{_IN}px;y:-{_DOWN}px;width:{_CELL}px;height:{_ROW}px;rx:5px}}"]
    for look in sorted(looks):
        heavy = look in ("bad", "odd")
        styles.append(f".{look}{{fill:{_WORDS[look]}{';font-weight:bold' if heavy else ''}}}")
        styles.append(f".{look} rect{{fill:{_FILLS[look]};stroke:{_EDGES[look]};stroke-width:{2 if heavy else 1}}}")
    return "\n".join([*styles, "rect+text+text{fill:#1a237e;font-size:11px;font-weight:normal}"])


def _words(node: NodeSeen | None) -> str:
    """What a cell says: the node's state, and its duties under it."""
    state = f"<text>{escape(node.state if node else 'not there')}</text>"
    if node is None or not node.duties:
        return state
    words = "; ".join(duty.words for duty in node.duties)
    shown = words if len(words) <= _LETTERS else words[: _LETTERS - 1] + "…"
    title = f"<title>{escape(words)}</title>" if words != shown else ""
    return f'{state}<text y="16">{escape(shown)}{title}</text>'


def _look(node: NodeSeen | None) -> str:
    if node is None:
        return "absent"
    if node.phase is Phase.RUNNING and not node.impaired:
        return "good"
    return "odd" if node.phase is None or node.phase is Phase.PAUSED or node.impaired else "bad"
