"""Makes an SVG of matplotlib's a third of its size and leaves what is seen of it: pictures are most of a report."""

from __future__ import annotations

import re

_PATH = re.compile(r' d="([^"]*)"')
_POINT = re.compile(r"([ML]) (-?[\d.]+) (-?[\d.]+)")
_STYLE = re.compile(r' style="([^"]*)"')
#: Names that nothing refers to, and how far in a line is.
_UNSEEN = [(re.compile(r'<g id="[\w.]+">'), "<g>"), (re.compile(r"\n\s*"), "\n")]


def smaller(svg: str) -> str:
    """A picture that looks alike: paths in SVG's short form and no finer than a pixel, and each style said once."""
    svg = _PATH.sub(lambda found: f' d="{_path(found[1])}"', svg)
    for what, instead in _UNSEEN:
        svg = what.sub(instead, svg)
    classes = {style: f"s{number}" for number, style in enumerate(dict.fromkeys(_STYLE.findall(svg)))}
    svg = _STYLE.sub(lambda found: f' class="{classes[found[1]]}"', svg)
    said = "\n".join(f".{name}{{{style}}}" for style, name in classes.items())
    return svg.replace("</style>", f"\n{said}</style>", 1)


def _path(points: str) -> str:
    """A path with a level or an upright line as one number; one of curves, or of several shapes, as it is."""
    if set(points) & set("CQ") or points.count("z") > 1:
        return points
    short: list[str] = []
    here = ("", "")
    for command, *there in _POINT.findall(points):
        x, y = (f"{float(number):.2f}".rstrip("0").rstrip(".") for number in there)
        if command == "L" and y == here[1]:
            short.append(f"H{x}")
        elif command == "L" and x == here[0]:
            short.append(f"V{y}")
        else:
            short.append(f"{command}{x} {y}")
        here = (x, y)
    return "".join(short) + ("z" if "z" in points else "")
