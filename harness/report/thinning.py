"""Leaves out of a picture what lies on something else of the same colour: it is heavy, and nobody sees it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

#: A place, across and up, and a level line: from, to, and at what height. All in points.
Dot = tuple[float, float]
Level = tuple[float, float, float]
#: Heights closer than this are one: an eighth of a pixel on the report's page.
_FINEST = 0.1
#: Dots are drawn on the finest of these grids that leaves no more than so many lines.
_GRIDS, _MOST = (_FINEST, 0.25, 0.5, 1.0, 1.5, 2.0), 1_000


def unbroken(lines: Iterable[Level], *, gap: float, grid: float = _FINEST) -> Iterator[Level]:
    """The level lines, as few as look alike: those of one height are one if no more than the gap is between them."""
    rows: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for begin, end, height in lines:
        rows[round(height / grid)].append((begin, end))
    for row, spans in rows.items():
        begin, end = min(spans)
        for next_begin, next_end in sorted(spans):
            if next_begin > end + gap:
                yield begin, end, row * grid
                begin, end = next_begin, next_end
            end = max(end, next_end)
        yield begin, end, row * grid


def dotted(dots: Sequence[Dot]) -> Sequence[Level]:
    """Dots as level lines: of no length where they are apart, and one for many where these nearly cover each other."""
    drawn: Sequence[Level] = ()
    for grid in _GRIDS:
        drawn = sorted(unbroken([(x, x, y) for x, y in dots], gap=grid, grid=grid))
        if len(drawn) <= _MOST:
            break
    return drawn
