"""Times that a person gives a command, such as 90s, 10m or 2h."""

from __future__ import annotations

import re

from harness.errors import BadInputError

_UNITS = {"s": 1, "m": 60, "h": 3600}
_TIME = re.compile(r"(\d{1,6})([smh])")


def seconds(option: str, said: str) -> int:
    """The seconds that are said for an option.

    Raises:
        BadInputError: it is no time.
    """
    match = _TIME.fullmatch(said)
    if not match:
        raise BadInputError(f"{option} is {said!r}; give a time such as 90s, 10m or 2h")
    return int(match[1]) * _UNITS[match[2]]
