"""The facts that a history has on single messages: what clients saw, what was broken, and the evidence of the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from harness.checkers import Anomaly, shapes
from harness.events import NEMESIS, NEVER, Event, Events, done, faults, takes, undone
from harness.guarantees import SETTINGS
from harness.messages.checkers.partition_order import Overtaking, overtakings
from harness.messages.checkers.posts import Posts
from harness.messages.checkers.reads import Read, reads
from harness.taken import Taken

#: The names of the two events: who owned what in the beginning, and what was found in the end.
OWNERS, EVIDENCE = "first-owners", "evidence"
#: So many of the messages of each anomaly are looked into.
MOST = 20


def concerned(anomaly: Anomaly) -> Sequence[str]:
    """The ids of the messages that an anomaly is about, as far as somebody posted them."""
    return list(dict.fromkeys(o.invoke.value["id"] for o in anomaly.operations if o.f == "post"))


def _is_line(value: Any) -> bool:
    return (
        isinstance(value, list | tuple)
        and len(value) == 4
        and isinstance(value[0], int)
        and isinstance(value[1], str)
        and shapes.text_or_none(value[2])
        and isinstance(value[3], dict)
    )


def _is_place(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) in (2, 3) and all(map(shapes.number, value[:2]))


#: The forms of the two events; a history with others is refused.
SHAPES = shapes.Shapes(
    events={
        OWNERS: shapes.Shape(
            'an object with the "partitions" of each member, and that of the "queue" or null',
            shapes.fields({"partitions": shapes.map_to(shapes.list_of(shapes.number)), "queue": shapes.number_or_none}),
            shapes.anything,
        ),
        EVIDENCE: shapes.Shape(
            'what was found of messages: "logs_of", "log", "brokers", "sent", "group", "queue", "map", "lacking"',
            lambda value: (
                shapes.fields(
                    {
                        "logs_of": shapes.list_of(shapes.text),
                        "log": shapes.list_of(_is_line),
                        "lacking": shapes.list_of(shapes.text),
                    }
                )(value)
                and shapes.perhaps(
                    {
                        "brokers": shapes.map_to(
                            shapes.either(lambda v: v is None, shapes.map_to(shapes.list_of(_is_place)))
                        ),
                        "sent": shapes.map_to(shapes.number),
                        "group": shapes.map_to(shapes.number_or_none),
                        "queue": shapes.fields({"owner": shapes.text, "holds": shapes.list_of(shapes.text)}),
                        "map": shapes.map_to(shapes.fields({"partition": shapes.number, "owner": shapes.text})),
                    }
                )(value)
            ),
            shapes.anything,
        ),
    }
)


def span(nanoseconds: int) -> str:
    """A length of time in words."""
    milliseconds = abs(nanoseconds) / 1e6
    return f"{milliseconds:.0f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"


def named(names: Iterable[str]) -> str:
    """Some names in words: "a", "a and b", "a, b and c"."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


@dataclass(frozen=True)
class LogLine:
    """A line of a service's log, with its time on the history's clock."""

    at: int
    service: str
    event: str
    fields: Mapping[str, Any]

    @property
    def partitions(self) -> Sequence[int]:
        """The share of the topic that a consumer says it was given."""
        return self.fields.get("partitions") or ()


@dataclass(frozen=True)
class Death:
    """A fault that ended a node's process: between `begin` and `end`; it may have been started again.

    Attributes:
        node: its name.
        past: what was done to it, in the past: killed, stopped.
        begin, end, again: the moments in monotonic nanoseconds; `again` is when it was about to be started again.
    """

    node: str
    past: str
    begin: int
    end: int
    again: int

    def after(self, at: int) -> str:
        """When the node died, as seen from a moment: "it was killed 40 ms later"."""
        return f"it was {self.past} {span(self.begin - at)} later" if self.begin > at else f"it was being {self.past}"

    def before(self, at: int) -> str:
        """How long before the death a moment was: "40 ms before it was killed"."""
        return f"{span(self.begin - at)} before it was {self.past}" if self.begin > at else f"as it was {self.past}"


class Facts:
    """A history, asked for single messages."""

    def __init__(self, events: Events) -> None:
        """Reads a history.

        Raises:
            HistoryError: the evidence in it is malformed.
        """
        shapes.refuse_others(events, SHAPES)
        self.events = events
        self.begin = events[0].time if events else 0
        self.posts = Posts(events.operations)
        self.faults: Sequence[Event] = faults(events)
        self.evidence: Mapping[str, Any] = _last(events, EVIDENCE)
        self.owners: Mapping[str, Any] = _last(events, OWNERS)
        self.logs_of = frozenset(self.evidence.get("logs_of") or ())
        #: By broker the places of its records by id; None for a broker whose files could not be read.
        self.brokers: Mapping[str, Mapping[str, Any] | None] = self.evidence.get("brokers") or {}

    @cached_property
    def reads(self) -> Sequence[Read]:
        """What instances answered, in the order in which it was asked for."""
        return list(reads(self.events.operations))

    @cached_property
    def overtaken(self) -> Mapping[str, Overtaking]:
        """The first answer that showed a message after one that was behind it in the queue, by the ids of both.

        Of two that there is evidence on, if there is such an answer.
        """
        by_id: dict[str, Overtaking] = {}
        looked_into = set(self.evidence.get("ids") or ())
        for each in chain(overtakings(self.events, among=looked_into), overtakings(self.events)):
            by_id.setdefault(each.late, each)
            by_id.setdefault(each.first, each)
        return by_id

    @cached_property
    def lines(self) -> Sequence[LogLine]:
        """What the services logged of messages and of their own lives, in the order of time."""
        return [LogLine(at, service, str(event), more) for at, service, event, more in self.evidence.get("log") or ()]

    @cached_property
    def lines_of(self) -> Mapping[str, Sequence[LogLine]]:
        """What the services logged of a message, by its id."""
        by_id: defaultdict[str, list[LogLine]] = defaultdict(list)
        for line in self.lines:
            by_id[str(line.fields.get("id"))].append(line)
        return by_id

    @cached_property
    def settings(self) -> Mapping[str, str]:
        """The settings in force, as far as somebody said them; else those that were declared."""
        settings: dict[str, str] = {}
        for event in self.events:
            if event.process == NEMESIS and event.f == SETTINGS:
                settings |= {**event.value["declared"], **event.value.get("effective", {})}
        return settings

    @cached_property
    def deaths(self) -> Sequence[Death]:
        """Every end of a process that a fault brought about, in the order of time."""
        return [death for fault in self.faults if Taken.PROCESS in takes(fault) for death in self._deaths(fault)]

    def _deaths(self, fault: Event) -> Iterator[Death]:
        end, again = done(fault, self.events).time, undone(fault, self.events)
        for node in fault.value["nodes"]:
            yield Death(node, _past(fault), fault.time, end, again)

    def died(self, node: str, after: int, until: int = NEVER) -> Death | None:
        """The first death of a node that came after one moment and before another one."""
        return next((d for d in self.deaths if d.node == node and after <= d.end and d.begin < until), None)

    def is_down(self, node: str, at: int) -> bool:
        """Whether a node was dead at a moment."""
        return any(death.node == node and death.begin <= at < death.again for death in self.deaths)

    def without_peers(self, at: int) -> Mapping[str, str]:
        """The nodes that had lost their peers to a fault at a moment, and went on: what was done to each."""
        in_force = (fault for fault in self.faults if fault.time <= at < undone(fault, self.events))
        lonely = [fault for fault in in_force if Taken.PEERS in takes(fault) and Taken.PROCESS not in takes(fault)]
        return {node: _past(fault) for fault in lonely for node in fault.value["nodes"]}

    def assigned(self, partition: int) -> Iterator[LogLine]:
        """The lines with which instances say that they were given a partition of the topic."""
        return (line for line in self.lines if line.event == "assigned" and partition in line.partitions)

    def given_away(self, instance: str, partition: int, after: int) -> LogLine | None:
        """The first line after a moment with which an instance says that its share is without a partition."""
        return next(
            (
                line
                for line in self.lines
                if line.event == "assigned"
                and (line.service, partition in line.partitions) == (instance, False)
                and line.at > after
            ),
            None,
        )

    def not_committed(self, instance: str, after: int) -> LogLine | None:
        """The first line after a moment with which an instance says that it could not commit what it had kept."""
        said = (line for line in self.lines if (line.event, line.service) == ("not committed", instance))
        return next((line for line in said if line.at >= after), None)

    def first_owner(self, partition: int) -> str | None:
        """The Hazelcast member that owned a partition before any member was touched, if that was recorded."""
        members: Mapping[str, Sequence[int]] = self.owners.get("partitions") or {}
        return next((name for name, owned in members.items() if partition in owned), None)

    def death_of_first_owner(self, partition: int, after: int) -> Death | None:
        """The death of the first owner of a partition, after a moment, if it was the first thing done to any member.

        What came later moved partitions, and nobody recorded where to.
        """
        owner, first = self.first_owner(partition), self._first_of_members
        death = self.died(owner, after) if owner else None
        return death if first and death and death.begin == first.time else None

    def what_hit_first_owner(self, partition: int, after: int) -> str:
        """What was done to the first owner of a partition, for a sentence, if that was done before all else to members.

        Such as a hang that ended nothing; empty if it was done before a moment, or to another member.
        """
        owner, first = self.first_owner(partition), self._first_of_members
        if not first or owner not in first.value["nodes"] or first.time <= after:
            return ""
        return f"; its first owner {owner} was {_past(first)} {span(first.time - after)} later"

    @cached_property
    def _first_of_members(self) -> Event | None:
        """The first fault that was done to any Hazelcast member."""
        members = self.owners.get("partitions") or {}
        return next((fault for fault in self.faults if set(fault.value["nodes"]) & set(members)), None)


def _past(fault: Event) -> str:
    """What was done to a node, in the past; a history from before the fault said so has only its name."""
    return str(fault.value.get("done") or f"hit by {fault.f}")


def _last(events: Events, f: str) -> Mapping[str, Any]:
    value: Mapping[str, Any] = next((e.value for e in reversed(events) if (e.process, e.f) == (NEMESIS, f)), {})
    return value
