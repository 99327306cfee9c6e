"""What a history says of transactions on lists: who appended what, and in which order, as their reads show it.

Operation: `txn`, a list of micro-operations: ["append", key, element], and ["r", key, null], ok: ["r", key, [elements]]
(null again for a list that nobody has appended to). Elements are unique in their list. Keys and elements are JSON
scalars, told apart by `harness.checkers.identity`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from harness.checkers.identity import identity
from harness.events import Operation

TXN = "txn"
#: In the place of the last element of an empty list; the identity of no value.
EMPTY = ("empty",)


class Place(NamedTuple):
    """An element of the list of a key, by their identities."""

    key: Hashable
    element: Hashable


@dataclass(frozen=True, eq=False, slots=True)
class Append:
    """An element that a transaction appends to the list of a key."""

    by: Operation
    key: Any
    element: Any
    #: Whether the transaction appends no more to this list.
    is_last: bool

    @property
    def place(self) -> Place:
        """The element and its list, by their identities."""
        return Place(identity(self.key), identity(self.element))


@dataclass(frozen=True, eq=False, slots=True)
class Read:
    """The list of a key that a transaction returned; `ids` are the identities of the elements."""

    by: Operation
    key: Any
    elements: Sequence[Any]
    ids: Sequence[Hashable]
    #: What the transaction itself had appended to the list before, and would append after.
    before: Sequence[Hashable]
    after: Sequence[Hashable]

    @property
    def state(self) -> Place:
        """The last element, which tells one state of the list from another; `EMPTY` if there was none."""
        return Place(identity(self.key), self.ids[-1] if self.ids else EMPTY)


@dataclass(slots=True)
class Observed:
    """The appends and reads of a history.

    Attributes:
        committed: how many transactions succeeded.
        appends: by place, of all that did not surely fail.
        elements: of those, by the identity of their key.
        again: appends of what is appended elsewhere, too; then nobody knows whose it was.
        failed: by place, of those that surely failed, as long as nobody else appended it.
        reads: of those that succeeded, in the order of the history.
        orders: by the identity of a key the longest list that was read, without doubles.
        unread: by the identity of a key the appends whose elements are not in that.
    """

    committed: int = 0
    appends: dict[Place, Append] = field(default_factory=dict)
    elements: dict[Hashable, set[Hashable]] = field(default_factory=dict)
    again: list[Append] = field(default_factory=list)
    failed: dict[Place, Append] = field(default_factory=dict)
    reads: list[Read] = field(default_factory=list)
    orders: dict[Hashable, list[Hashable]] = field(default_factory=dict)
    unread: dict[Hashable, list[Append]] = field(default_factory=dict)


def observed(history: Sequence[Operation]) -> Observed:
    """All that the transactions of a history did and saw."""
    transactions = Observed()
    for operation in history:
        if operation.f == TXN:
            _note(operation, transactions)
    for place in transactions.failed.keys() & transactions.appends.keys():
        del transactions.failed[place]
    for read in transactions.reads:
        order = transactions.orders.setdefault(identity(read.key), [])
        if len(read.ids) > len(order) and len(distinct := list(dict.fromkeys(read.ids))) > len(order):
            order[:] = distinct
    known = {key: set(order) for key, order in transactions.orders.items()}
    for (key, element), append in transactions.appends.items():
        transactions.elements.setdefault(key, set()).add(element)
        if element not in known.get(key, ()):
            transactions.unread.setdefault(key, []).append(append)
    return transactions


def _note(operation: Operation, transactions: Observed) -> None:
    """Notes one transaction; of one that did not succeed only what it was to append, as nobody knows what it read."""
    micros = operation.value
    appends = list(_appends(operation, micros))
    if operation.outcome == "fail":
        transactions.failed.update((append.place, append) for append in appends)
        return
    for append in appends:
        if transactions.appends.setdefault(append.place, append) is not append:
            transactions.again.append(append)
    if operation.outcome == "ok":
        transactions.committed += 1
        transactions.reads += _reads(operation, micros)


def _appends(operation: Operation, micros: Sequence[Sequence[Any]]) -> Iterator[Append]:
    last = {identity(key): place for place, (f, key, _) in enumerate(micros) if f == "append"}
    for place, (f, key, element) in enumerate(micros):
        if f == "append":
            yield Append(operation, key, element, last[identity(key)] == place)


def _reads(operation: Operation, micros: Sequence[Sequence[Any]]) -> Iterator[Read]:
    for place, (f, key, value) in enumerate(micros):
        if f == "r":
            before, after = (_own(key, part) for part in (micros[:place], micros[place + 1 :]))
            elements = value or ()
            yield Read(operation, key, elements, [identity(each) for each in elements], before, after)


def _own(key: Any, micros: Sequence[Sequence[Any]]) -> Sequence[Hashable]:
    """The identities of the elements that these micro-operations append to the list of a key."""
    return [identity(element) for f, of, element in micros if f == "append" and identity(of) == identity(key)]
