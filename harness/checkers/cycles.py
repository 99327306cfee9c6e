"""Isolation of transactions on lists: some order of them explains what they read, as far as their level promises it.

Operation: `txn` (see `harness.checkers.transactions`). Anomalies are Adya's ("Weak Consistency", MIT 1999), found as
Elle finds them (Kingsbury and Alvaro, "Elle: Inferring Isolation Anomalies from Experimental Observations", VLDB 2020):
by cycles in the graph of the dependencies (`harness.checkers.dependencies`) that the reads show.

- read-uncommitted: G0, a cycle of ww; duplicated, an element twice in a list; unexpected, one that nobody appended.
- read-committed: G1a, a read of what surely failed; G1b, of a list that ends in the midst of another transaction's
  appends; G1c, a cycle of ww and wr, at least one of them wr; incompatible order, two reads of a list of which neither
  is the beginning of the other, or one that has a transaction's appends in another order than it made them.
- consistent-view (snapshot isolation promises it, and more): G-single, a cycle with exactly one rw; lost update, two
  transactions read the same list and both appended to it; internal, a transaction does not see its own appends, or sees
  two states of the others'.
- serializable: G2-item, a cycle with several rw where there is none of the others.

Each level promises what those before it do. One cycle of each name is told for each set of transactions that are all
before each other. When something happened is not looked at: a read may be stale. For levels below serializable an
anomaly is real, but not every one is found where two appends were never read, as their order is unknown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Literal, get_args

from harness.checkers.cycle_search import anomalous_cycles
from harness.checkers.dependencies import Dependency, dependencies
from harness.checkers.identity import identity
from harness.checkers.shapes import TRANSACTIONS, judging
from harness.checkers.transactions import Observed, Place, Read, observed
from harness.checkers.verdict import Anomaly, Verdict, checker, few, unknown
from harness.events import Event, Operation, operations

Isolation = Literal["read-uncommitted", "read-committed", "consistent-view", "serializable"]
_LEVELS: Sequence[Isolation] = get_args(Isolation)
#: The weakest level that promises that an anomaly does not happen.
_PROMISED: Mapping[str, Isolation] = {
    **dict.fromkeys(("G0", "duplicated", "unexpected"), _LEVELS[0]),
    **dict.fromkeys(("G1a", "G1b", "G1c", "incompatible order"), _LEVELS[1]),
    **dict.fromkeys(("G-single", "lost update", "internal"), _LEVELS[2]),
    "G2-item": _LEVELS[3],
}
#: Of a longer cycle or list only a part is told.
_TOLD = 8


@checker
@judging(TRANSACTIONS)
def check(events: Sequence[Event], *, isolation: Isolation = "serializable") -> Verdict:
    """Judges all transactions by an isolation level. Unknown if none that read succeeded, or an element is not unique.

    Args:
        events: the history.
        isolation: what is promised: "read-uncommitted", "read-committed", "consistent-view" or "serializable".
    """
    transactions = observed(operations(events))
    if not transactions.reads:
        return unknown("no transaction that read something succeeded")
    if transactions.again:
        append = transactions.again[0]
        return unknown(f"{append.element} was appended to {append.key} more than once, so nobody knows whose was read")
    promised = _LEVELS[: _LEVELS.index(isolation) + 1]
    cycles = (_cyclic(name, cycle) for name, cycle in anomalous_cycles(dependencies(transactions)))
    anomalies = [*_of_reads(transactions), *_of_orders(transactions), *_of_updates(transactions), *cycles]
    return Verdict.of(
        [anomaly for anomaly in anomalies if _PROMISED[anomaly.name] in promised],
        {"transactions": transactions.committed, "keys": len(transactions.orders.keys() | transactions.unread.keys())},
    )


def _of_reads(transactions: Observed) -> Iterator[Anomaly]:
    """Anomalies that one read shows."""
    others: dict[tuple[int, Hashable], Sequence[Hashable]] = {}
    for read in transactions.reads:
        key = identity(read.key)
        if len(set(read.ids)) < len(read.ids):
            yield Anomaly("duplicated", f"{_words(read)}, with an element twice", (read.by,))
        if not transactions.elements.get(key, _NONE).issuperset(read.ids):
            yield from _of_elements(read, transactions)
        last = transactions.appends.get(read.state)
        if last and last.by is not read.by and not last.is_last:
            sentence = f"{_words(read)}, which ends in the midst of what {_named(last.by)} appended"
            yield Anomaly("G1b", sentence, (last.by, read.by))
        seen = others.setdefault((read.by.invoke.index, key), read.ids[: max(0, len(read.ids) - len(read.before))])
        if read.ids != [*seen, *read.before] or not set(read.after).isdisjoint(read.ids):
            yield Anomaly("internal", f"{_words(read)}, which contradicts what else it did to {read.key}", (read.by,))


_NONE: frozenset[Hashable] = frozenset()


def _of_elements(read: Read, transactions: Observed) -> Iterator[Anomaly]:
    """Anomalies of the elements that one read has and that should not be there."""
    for element, id_ in zip(read.elements, read.ids, strict=True):
        place = Place(identity(read.key), id_)
        if failed := transactions.failed.get(place):
            yield Anomaly("G1a", f"{_words(read)}, and the append of {element} surely failed", (failed.by, read.by))
        elif place not in transactions.appends:
            yield Anomaly("unexpected", f"{_words(read)}, and nobody appended {element}", (read.by,))


def _of_orders(transactions: Observed) -> Iterator[Anomaly]:
    """Anomalies of lists that were read in two orders."""
    longest: dict[Hashable, Read] = {}
    for read in transactions.reads:
        if len(read.ids) > len(longest.setdefault(identity(read.key), read).ids):
            longest[identity(read.key)] = read
    for read in transactions.reads:
        other = longest[identity(read.key)]
        if read.ids != other.ids[: len(read.ids)]:
            sentence = (
                f"{_words(read)}, which is not the beginning of {_list(other.elements)}, read by {_named(other.by)}"
            )
            yield Anomaly("incompatible order", sentence, (read.by, other.by))
    yield from _of_own_orders(transactions, longest)


def _of_own_orders(transactions: Observed, longest: Mapping[Hashable, Read]) -> Iterator[Anomaly]:
    """Anomalies of lists that have a transaction's appends in another order than it made them."""
    places = {key: {id_: place for place, id_ in enumerate(read.ids)} for key, read in longest.items()}
    latest: dict[tuple[int, Hashable], int] = {}
    for (key, element), append in transactions.appends.items():
        place = places.get(key, {}).get(element)
        if place is None:
            continue
        by = append.by.invoke.index, key
        if latest.get(by, place) > place:
            sentence = f"{_words(longest[key])}, which has the appends of {_named(append.by)} in another order"
            yield Anomaly("incompatible order", sentence, (append.by, longest[key].by))
        latest[by] = place


def _of_updates(transactions: Observed) -> Iterator[Anomaly]:
    """Anomalies of transactions that read one and the same list before they appended to it."""
    updates: defaultdict[Place, dict[int, Operation]] = defaultdict(dict)
    keys: dict[Place, object] = {}
    for read in transactions.reads:
        if read.after:
            updates[read.state][read.by.invoke.index] = read.by
            keys[read.state] = read.key
    for state, by in updates.items():
        if len(by) > 1:
            names = few(map(_named, by.values()))
            sentence = f"{len(by)} transactions read the same list of {keys[state]} and then appended to it: {names}"
            yield Anomaly("lost update", sentence, tuple(by.values()))


def _cyclic(name: str, cycle: Sequence[Dependency]) -> Anomaly:
    """The anomaly of a cycle, whose transactions are T1, T2, ... in the sentence."""
    numbers = [f"T{number}" for number in range(1, len(cycle) + 1)]
    steps = list(zip(cycle, pairwise([*numbers, numbers[0]]), strict=True))
    more = [f"... ({len(cycle)} transactions)"] if len(cycle) > _TOLD else []
    shown = steps if not more else [*steps[: _TOLD - 1], steps[-1]]
    why = [f"{before} before {after}, as {each.words(before, after)}" for each, (before, after) in shown]
    who = [f"{number} = {_named(each.before)}" for each, (number, _) in shown]
    for words in (why, who):
        words[len(words) - len(more) : len(words) - len(more)] = more
    sentence = f"no order explains these, each being before itself: {'; '.join(why)}; with {', '.join(who)}"
    return Anomaly(name, sentence, tuple(each.before for each in cycle))


def _words(read: Read) -> str:
    return f"{_named(read.by)} read {_list(read.elements)} in {read.key}"


def _named(operation: Operation) -> str:
    """A transaction by its process and what it did, such as "process 1 (append x 1, r y [2])"."""
    micros = (f"{f} {key} {_list(value) if f == 'r' else value}" for f, key, value in operation.value)
    return f"process {operation.invoke.process} ({', '.join(micros)})"


def _list(elements: Sequence[object] | None) -> str:
    """A list as far as a person wants to read it: of a long one its end, which tells its state."""
    shown = [] if elements is None else list(elements)
    return str(shown) if len(shown) <= _TOLD else f"[..., {str(shown[-_TOLD:])[1:]}"
