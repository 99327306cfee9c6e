"""Judges a history by itself: no cluster and no pytest needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from harness.checkers import aggregation, bounded_queue, counter, ids, lock, log, order, queue, register, sets
from harness.checkers.verdict import Verdict
from harness.errors import BadInputError
from harness.events import NEMESIS, Event

#: The event with which a scenario notes the bound of its queue, {"bound": n}.
BOUND = "bounded-queue"


@dataclass(frozen=True)
class Check:
    """A checker and the kinds of operations that it judges; it applies where all of them were invoked."""

    name: str
    kinds: frozenset[str]
    check: Callable[[Sequence[Event]], Verdict]


def _bounded(events: Sequence[Event]) -> Verdict:
    bound = next((event.value["bound"] for event in events if event.process == NEMESIS and event.f == BOUND), None)
    if bound is None:
        raise BadInputError(f"the history has puts and takes, but no event {BOUND!r} that says how many items fit")
    return bounded_queue.check(events, bound=bound)


CHECKS = (
    Check("total queue", frozenset({"post", "drain"}), lambda events: queue.check(events, exactly_once=True)),
    Check("order", frozenset({"post", "drain"}), order.check),
    Check("aggregation", frozenset({"post", "get"}), aggregation.check),
    Check("set at the end", frozenset({"add", "read"}), sets.at_the_end),
    Check("set over time", frozenset({"add", "read"}), sets.over_time),
    Check("counter", frozenset({"increment", "read"}), counter.check),
    Check("register", frozenset({"write", "read"}), register.check),
    Check("register", frozenset({"cas"}), register.check),
    Check("lock", frozenset({"acquire"}), lock.check),
    Check("ids", frozenset({"generate"}), ids.check),
    Check("bounded queue", frozenset({"take"}), _bounded),
    Check("log", frozenset({"send", "poll"}), log.check),
)


def judge(events: Sequence[Event]) -> Mapping[str, Verdict]:
    """The verdict of every checker that applies, by its name.

    Raises:
        BadInputError: none does.
    """
    invoked = {event.f for event in events if event.type == "invoke"}
    verdicts = {check.name: check.check(events) for check in CHECKS if check.kinds <= invoked}
    if not verdicts:
        known = "; ".join(sorted({", ".join(sorted(check.kinds)) for check in CHECKS}))
        raise BadInputError(f"no checker knows operations {', '.join(sorted(invoked)) or '(there are none)'}: {known}")
    return verdicts
