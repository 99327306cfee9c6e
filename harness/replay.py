"""Judges a history by itself: no cluster and no pytest needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from harness.checkers import bounded_queue, counter, ids, lock, partition_log, register, set_full, shapes
from harness.checkers.shapes import Shape
from harness.checkers.verdict import Verdict
from harness.errors import BadInputError
from harness.events import NEMESIS, Event, operations
from harness.messages.checkers import aggregation, delivery, partition_order


@dataclass(frozen=True)
class Check:
    """A checker and the kinds of operations that it judges; it applies where all of them were invoked."""

    name: str
    kinds: frozenset[str]
    check: Callable[[Sequence[Event]], Verdict]
    shapes: Mapping[str, Shape]


def _bounded(events: Sequence[Event]) -> Verdict:
    noted = next((event.value for event in events if event.process == NEMESIS and event.f == bounded_queue.NOTED), None)
    bound = noted.get("bound") if isinstance(noted, dict) else None
    if not isinstance(bound, int):
        raise BadInputError(
            f"the history has puts and takes, but no event {bounded_queue.NOTED!r} that says how many items fit"
        )
    return bounded_queue.check(events, bound=bound)


CHECKS = (
    Check(
        "total queue",
        frozenset({"post", "drain"}),
        lambda events: delivery.check(events, exactly_once=True),
        shapes.MESSAGES,
    ),
    Check("order", frozenset({"post", "drain"}), partition_order.check, shapes.MESSAGES),
    Check("aggregation", frozenset({"post", "get"}), aggregation.check, shapes.MESSAGES),
    Check("set at the end", frozenset({"add", "read"}), set_full.at_the_end, shapes.SETS),
    Check("set over time", frozenset({"add", "read"}), set_full.over_time, shapes.SETS),
    Check("counter", frozenset({"increment", "read"}), counter.check, shapes.COUNTER),
    Check("register", frozenset({"write", "read"}), register.check, shapes.REGISTER),
    Check("register", frozenset({"cas"}), register.check, shapes.REGISTER),
    Check("lock", frozenset({"acquire"}), lock.check, shapes.LOCK),
    Check("ids", frozenset({"generate"}), ids.check, shapes.IDS),
    Check("bounded queue", frozenset({"take"}), _bounded, shapes.BOUNDED_QUEUE),
    Check("log", frozenset({"send", "poll"}), partition_log.check, shapes.LOG),
)


def judge(events: Sequence[Event]) -> Mapping[str, Verdict]:
    """The verdict of every checker that applies, by its name.

    Raises:
        BadInputError: none does, or a value is none that its kind of operation has.
    """
    invoked = {event.f for event in events if event.type == "invoke"}
    due = [check for check in CHECKS if check.kinds <= invoked]
    for shapes_ in {id(check.shapes): check.shapes for check in due}.values():
        shapes.refuse_others(operations(events), shapes_)
    verdicts = {check.name: check.check(events) for check in due}
    if not verdicts:
        known = "; ".join(sorted({", ".join(sorted(check.kinds)) for check in CHECKS}))
        raise BadInputError(f"no checker knows operations {', '.join(sorted(invoked)) or '(there are none)'}: {known}")
    return verdicts
