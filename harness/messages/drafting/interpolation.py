"""Fills in `$NAME`, `${NAME}` and `${NAME:-default}` in a text, as Compose does."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_VARIABLE = re.compile(
    r"\$(?:(?P<dollar>\$)|(?P<bare>[A-Za-z_]\w*)"
    r"|\{(?P<name>[A-Za-z_]\w*)(?:(?P<how>:?[-?+])(?P<other>(?:[^{}]|\{[^{}]*\})*))?\})"
)


def interpolate(text: str, values: Mapping[str, str], unset: Callable[[str], None]) -> str:
    """A text with the values of the variables that it names.

    Args:
        text: in which `$$` stands for a dollar.
        values: of the variables.
        unset: is called with the name of each that has neither a value nor a default, and stands for nothing.
    """

    def value(found: re.Match[str]) -> str:
        if found["dollar"]:
            return "$"
        name, how, other = found["name"] or found["bare"], found["how"] or "", found["other"] or ""
        given = values.get(name)
        there = given is not None and (given != "" or not how.startswith(":"))
        if how.endswith("+"):
            return interpolate(other, values, unset) if there else ""
        if there:
            return str(given)
        if how.endswith("-"):
            return interpolate(other, values, unset)
        unset(name)
        return ""

    return _VARIABLE.sub(value, text)
