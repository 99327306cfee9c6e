"""Makes text of others (names, values, logs) safe where control characters or punctuation would have a meaning."""

from __future__ import annotations

import re

_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~$&!])")
#: Words with a digit: what makes two messages about the same thing differ, such as a time, a port or an id.
_NUMBERED = re.compile(r"[\w.-]*\d[\w.-]*")
_FENCE = re.compile(r"`{3,}")


def printable(text: str) -> str:
    """The text with control characters, and whatever else can't be shown or be in XML, written as in Python."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def markdown(text: str) -> str:
    """The text as one line that a page shows as it is: no link, no picture, no HTML, no heading."""
    return _MARKDOWN.sub(r"\\\1", printable(text))


def fenced(text: str) -> str:
    """The lines as a block that a page shows as it is, and that none of them can end."""
    longest = max((len(run) for run in _FENCE.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return "\n".join((fence, *map(printable, text.splitlines()), fence))


def unnumbered(text: str) -> str:
    """The text without words that have a digit, in which two messages about the same thing differ."""
    return _NUMBERED.sub("", text)
