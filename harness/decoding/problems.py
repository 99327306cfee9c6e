"""What is wrong in a file: where, and in words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from harness.decoding.positions import Keys

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_LONGEST = 40


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        keys: where.
        words: what was expected, what was found, and what to do.
    """

    keys: Keys
    words: str

    def __str__(self) -> str:
        """The problem in one line, whatever characters the file has."""
        text = f"{dotted(self.keys)}: {self.words}" if self.keys else self.words
        return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def dotted(keys: Keys) -> str:
    """Keys as TOML writes them, with the places in lists in brackets: `post.denied[0].json`."""
    parts = (f"[{key}]" if isinstance(key, int) else f".{_bare(key)}" for key in keys)
    return "".join(parts).removeprefix(".")


def shown(value: object) -> str:
    """A value of a file in a message, in one short line."""
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else f"a list of {len(value)}"
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def nearest(name: str, among: Iterable[str]) -> str | None:
    """The one of several names that a misspelt one most likely means; None if it is like none of them."""
    by_lower = {each.lower(): each for each in among}
    close = get_close_matches(name.lower(), by_lower, n=1)
    return by_lower[close[0]] if close else None


def choice(meant: str | None, among: Iterable[str]) -> str:
    """The end of a message about a name that there isn't: which one may be meant, and which there are."""
    return f"{f'; did you mean {meant}?' if meant else ''} (there are {', '.join(among)})"


def _bare(key: str) -> str:
    return key if _BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False)
