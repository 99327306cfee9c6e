"""Makes an SVG of matplotlib's a fraction of its size and leaves what is seen of it: pictures are most of a report."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from matplotlib import rc_context
from matplotlib.figure import Figure

#: Text stays text, so that a reader can search and copy it, and names few fonts, as each text names them all. Lines of
#: no length are dots, and no detail to be simplified away.
_SETTINGS = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana"],
    "path.simplify": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "harness",
}
_NAMESPACE = re.compile(r"\{.*\}")
_STEP = re.compile(r"\s*(?:([ML]) (-?[\d.]+) (-?[\d.]+)|(z))\s*")
_NUMBER = re.compile(r"-?\d+\.\d+")
_REFERENCE = re.compile(r"#([\w.-]+)")
_PLACES = ("x", "y", "width", "height")
_LEVEL = re.compile(r"rotate\(-?0 .*\)")


def drawn(draw: Callable[[], Figure]) -> str:
    """The figure that a function draws, as a small SVG; equal figures give equal pictures."""
    out = io.StringIO()
    with rc_context(_SETTINGS):  # type: ignore[arg-type]
        draw().savefig(out, format="svg", metadata={"Date": None})
    return smaller(out.getvalue())


def smaller(svg: str) -> str:
    """A picture that looks alike: no groups, short paths, each style said once, an axis's lines of a kind as one."""
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        element.tag = _NAMESPACE.sub("", element.tag)
        element.attrib = {_NAMESPACE.sub("", name): value for name, value in element.attrib.items()}
    marks = {path.attrib["id"]: path.get("d", "") for path in root.iter("path") if "id" in path.attrib}
    for axis in [group for group in root.iter("g") if group.get("id", "").startswith("matplotlib.axis")]:
        _join_lines(axis, marks)
    used = {name for element in root.iter() for value in element.attrib.values() for name in _REFERENCE.findall(value)}
    _tidy(root, used)
    _say_styles_once(root)
    root.attrib = {"xmlns": "http://www.w3.org/2000/svg", **root.attrib}
    return ElementTree.tostring(root, encoding="unicode")


def _join_lines(axis: Element, marks: Mapping[str, str]) -> None:
    """Makes one path of an axis's ticks, and one of its grid: they are alike, and none covers another."""
    joined: dict[tuple[str, ...], Element] = {}
    for line in list(axis.iter()):
        if line.tag == "use":
            path = _moved(marks[line.attrib["href"][1:]], float(line.attrib["x"]), float(line.attrib["y"]))
        elif line.tag == "path" and "id" not in line.attrib:
            path = line.attrib["d"]
        else:
            continue
        look: dict[str, str] = {name: line.attrib[name] for name in ("clip-path", "style") if name in line.attrib}
        element = joined.setdefault(tuple(look.values()), Element("path", {"d": "", **look}))
        element.attrib["d"] += path
    axis[:] = [*joined.values(), *axis.iter("text")]


def _moved(path: str, x: float, y: float) -> str:
    return "".join(close or f"{do} {float(u) + x:f} {float(v) + y:f} " for do, u, v, close in _STEP.findall(path))


def _tidy(parent: Element, used: Collection[str]) -> None:
    """Removes what isn't seen, names that nothing refers to, and groups that say nothing; shortens places and paths."""
    kept: list[Element] = []
    for element in parent:
        _tidy(element, used)
        said = element.attrib
        if (name := said.get("id")) and name not in used:
            del said["id"]
        if _unseen(element, parent):
            continue
        if element.tag == "g" and not said:
            kept += element
            continue
        said.update({place: _NUMBER.sub(_rounded, said[place]) for place in _PLACES if place in said})
        if (turned := said.get("transform", "")).startswith("rotate"):
            said["transform"] = _LEVEL.sub("", _NUMBER.sub(_rounded, turned))
        if "d" in said:
            said["d"] = _short(said["d"])
        if not (element.text or "").strip():
            element.text = None
        element.attrib = {name: value for name, value in said.items() if value}
        element.tail = "\n"
        kept.append(element)
    parent[:] = kept


def _unseen(element: Element, parent: Element) -> bool:
    if parent.tag == "defs" and element.tag != "style":
        return "id" not in element.attrib
    return element.tag == "metadata" or (element.tag in {"g", "defs"} and not len(element))


def _rounded(number: re.Match[str]) -> str:
    return _tenths(round(10 * float(number[0])))


def _tenths(count: int) -> str:
    """So many tenths as a number; without the nought before its point, which SVG can do without."""
    return re.sub(r"\b0\.", ".", f"{count / 10:g}")


def _short(path: str) -> str:
    """A path, its places to a tenth of a point, each told from the one before; one of curves as it is.

    A tenth is an eighth of a pixel on the report's page.
    """
    if _STEP.sub("", path):
        return path
    steps: list[tuple[str, int, int]] = []
    begin = here = (0, 0)
    for do, x, y, close in _STEP.findall(path):
        place = begin if close else (round(10 * float(x)), round(10 * float(y)))
        _step(steps, close or do, place[0] - here[0], place[1] - here[1])
        begin, here = (place if do == "M" else begin), place
    return "".join(map(_written, steps))


def _step(steps: list[tuple[str, int, int]], do: str, across: int, down: int) -> None:
    """Adds a step, or makes the last one longer, if that leads on in the same direction, level or upright."""
    last, x, y = steps[-1] if steps else ("", 0, 0)
    if do == "L" and last == "L":
        if (across, down) == (0, 0):
            return
        if (x, y) == (0, 0) or (x == across == 0 and y * down > 0) or (y == down == 0 and x * across > 0):
            steps[-1] = ("L", x + across, y + down)
            return
    steps.append((do, across, down))


def _written(step: tuple[str, int, int]) -> str:
    do, x, y = step
    if do == "z":
        return "z"
    if do == "L" and y == 0:
        return f"h{_tenths(x)}"
    if do == "L" and x == 0:
        return f"v{_tenths(y)}"
    across, down = _tenths(x), _tenths(y)
    return f"{do.lower()}{across}{'' if down.startswith('-') else ' '}{down}"


def _say_styles_once(root: Element) -> None:
    classes: dict[str, str] = {}
    for element in root.iter():
        if style := element.attrib.pop("style", ""):
            element.attrib["class"] = classes.setdefault(style, f"s{len(classes)}")
    said = "\n".join(f".{name}{{{style}}}" for style, name in classes.items())
    (sheet,) = root.iter("style")
    sheet.text = f"{sheet.text}\n{said}".replace(": ", ":").replace("; ", ";")
