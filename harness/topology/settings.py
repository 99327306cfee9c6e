"""Settings and counts as a person gives them in a marker: checked when the marker is read, and kept as values."""

from __future__ import annotations

from collections.abc import Mapping

from harness.errors import BadInputError

#: A mapping as a value that can be compared and hashed.
Settings = tuple[tuple[str, str], ...]


def settings_of(given: Mapping[str, str] | None, whose: str) -> Settings:
    """Settings as a hashable value.

    Raises:
        BadInputError: a name or a value is no text.
    """
    settings = dict(given or {})
    wrong = {name: value for name, value in settings.items() if not (isinstance(name, str) and isinstance(value, str))}
    if wrong:
        raise BadInputError(f"{whose}: settings map names to text, such as {{'a.b': '1'}}; this is no text: {wrong!r}")
    return tuple(sorted(settings.items()))


def at_least(least: int, count: int, whose: str) -> int:
    """The count, which has to be at least that.

    Raises:
        BadInputError: it is no whole number, or too few.
    """
    if isinstance(count, bool) or not isinstance(count, int) or count < least:
        raise BadInputError(f"{whose}({count!r}) can't be had: the number of nodes is a whole number from {least} on")
    return count


def disk_of(least_mb: int, disk_mb: int | None, whose: str) -> int | None:
    """The size of a disk of a node's own, in megabytes, on which the server has to be able to start; None: it has none.

    Raises:
        BadInputError: it is no whole number, or too few.
    """
    if disk_mb is None:
        return None
    if isinstance(disk_mb, bool) or not isinstance(disk_mb, int) or disk_mb < least_mb:
        raise BadInputError(f"{whose}(disk_mb={disk_mb!r}): give megabytes, a whole number from {least_mb} on")
    return disk_mb
