"""The dependencies between transactions on lists (Adya, "Weak Consistency", MIT 1999): who must come before whom.

- ww: one appended what comes next in a list after the other's element.
- wr: one read a list whose last element is the other's.
- rw: one read a list without the element that comes next, which is the other's (an anti-dependency).

The longest list that was read is the order of its elements; what was appended and is not in it comes later. Without the
time at which something happened nothing more is known (Kingsbury and Alvaro, "Elle", VLDB 2020, section 4).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from harness.checkers.transactions import EMPTY, Append, Observed, Place
from harness.events import Operation

Kind = Literal["ww", "wr", "rw"]


@dataclass(frozen=True, slots=True)
class Dependency:
    """One transaction has to come before another one.

    Attributes:
        before, after: the transactions.
        kind: why.
        key: the list that shows it.
        element: what was appended later (ww, rw), or read (wr).
    """

    before: Operation
    after: Operation
    kind: Kind
    key: Any
    element: Any

    def words(self, before: str, after: str) -> str:
        """Why it is so, as a clause with names for the two transactions."""
        if self.kind == "wr":
            return f"{after} read {self.element} of {before} in {self.key}"
        unread = f", which {before} did not see there" if self.kind == "rw" else f" behind what {before} had appended"
        return f"{after} appended {self.element} to {self.key}{unread}"


def dependencies(transactions: Observed) -> Iterator[Dependency]:
    """All direct dependencies; between two transactions there may be several."""
    following: dict[Place, Sequence[Append]] = {}
    for key in transactions.orders.keys() | transactions.unread.keys():
        order, unread = _written(key, transactions), transactions.unread.get(key, [])
        for earlier, next_ in [*pairwise(order), *((order[-1], each) for each in unread if order)]:
            yield from _dependency(earlier.by, next_, "ww")
        states = [Place(key, EMPTY), *(append.place for append in order)]
        following |= zip(states, [*([append] for append in order), unread], strict=True)
    for read in transactions.reads:
        append = transactions.appends.get(read.state)
        if append and append.by is not read.by:
            yield Dependency(append.by, read.by, "wr", append.key, append.element)
        for next_ in following.get(read.state, ()):
            yield from _dependency(read.by, next_, "rw")


def _written(key: Hashable, transactions: Observed) -> list[Append]:
    """The appends that were read, in their order; what surely failed, or nobody appended, has no place in it."""
    order = transactions.orders.get(key, ())
    return [append for element in order if (append := transactions.appends.get(Place(key, element)))]


def _dependency(before: Operation, append: Append, kind: Kind) -> Iterator[Dependency]:
    if before is not append.by:
        yield Dependency(before, append.by, kind, append.key, append.element)
