"""Runs scenarios on somebody's own system (`--system FILE`), and leaves out those that need what it lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.declared import StandIn
from harness.errors import LeftOutError
from harness.offered import brought_along
from harness.plugin.options import value
from harness.typed import Readable

_STAND_IN = pytest.StashKey[StandIn | None]()
LEFT_OUT = pytest.StashKey[Counter[str]]()


def stand_in(config: pytest.Config) -> StandIn | None:
    """The system of somebody's own that the command line names; None if it names none.

    Raises:
        BadInputError: the file can't be used.
    """
    if _STAND_IN not in config.stash:
        file = value(config, "--system")
        config.stash[_STAND_IN] = _read(Path(file)) if file else None
    return config.stash[_STAND_IN]


def _read(file: Path) -> StandIn:
    offered = (each for module in brought_along("typed") for each in vars(module).values())
    (readable,) = (each for each in offered if isinstance(each, Readable))
    return readable.read(file)


def leave_out(items: list[pytest.Item], declare: Callable[[pytest.Item], object]) -> None:
    """Takes away the items for which `declare` says that the system lacks what they need; remembers the reasons."""
    reasons: dict[pytest.Item, str] = {}
    for item in items:
        try:
            declare(item)
        except LeftOutError as error:
            reasons[item] = str(error)
    if reasons:
        config = items[0].config
        config.stash[LEFT_OUT] = Counter(reasons.values())
        config.hook.pytest_deselected(items=list(reasons))
        items[:] = [item for item in items if item not in reasons]


def words(config: pytest.Config) -> list[str]:
    """What was left out, the most frequent reason first; a line each."""
    reasons = config.stash.get(LEFT_OUT, Counter[str]())
    if not reasons:
        return []
    return [
        f"left out of the scenarios: {reasons.total()}",
        *(f"  {count:4} {reason}" for reason, count in reasons.most_common()),
    ]
