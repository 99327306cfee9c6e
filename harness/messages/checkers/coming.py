"""Gives out what is over by a moment of a history, for a checker that goes through it once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

_Thing = TypeVar("_Thing")


class Coming(Generic[_Thing]):
    """Things that are over at some index of a history, and given out once they are.

    Sorting them is all that this costs: who asks for later and later moments is given each thing once.
    """

    def __init__(self, things: Iterable[tuple[int, _Thing]]) -> None:
        """Keeps things, each with the index at which it is over."""
        self._things = sorted(things, key=lambda thing: thing[0], reverse=True)

    def over_before(self, index: int) -> Iterator[_Thing]:
        """The things that are over before an index, the earliest first, and were not given out before."""
        while self._things and self._things[-1][0] < index:
            yield self._things.pop()[1]
