"""How the operations and events of a history are told to a person: what those who define them hand to the report.

A kind of server and a suite each have a module of this name with a `Telling`; these are found by walking, since a
history is told without the system that it is of. What nobody says anything of, such as an operation of a suite
elsewhere, is told as any request is. Not for judging.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from typing import Any

from harness.checkers import Anomaly
from harness.events import Events
from harness.offered import modules


@dataclass(frozen=True)
class Line:
    """A line that is said of a scenario.

    Attributes:
        words: for somebody who looks at this scenario.
        in_short: beside other scenarios; empty if it is not worth a word there.
    """

    words: str
    in_short: str = ""


@dataclass(frozen=True)
class Request:
    """A kind of operation that a client waits for: a long time without a success is somebody's loss.

    Attributes:
        name: what several are called, such as "posts".
        asked: what was done with those that were begun, such as "posted".
        writes: whether a success acknowledges something that may be lost later.
        in_common: by field of their values, the words between how many of the lost have the same there, and what.
    """

    name: str
    asked: str = "asked"
    writes: bool = True
    in_common: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A table of what became of each single thing, for small runs.

    Attributes:
        title: what it tells.
        name: of its file.
        text: the table of a history as CSV; empty if there is nothing to tell, or too much.
    """

    title: str
    name: str
    text: Callable[[Events], str]


@dataclass(frozen=True)
class Comparison:
    """A choice of figures to put side by side.

    Attributes:
        name: of the files, without their endings.
        title: of both.
        event: the workload's event that holds the figures.
        by: which of them names what is compared.
        amount: which of them says how much was done; scenarios may differ in it.
        plotted: those that are drawn, and the words at their axes; the rest is in the table only.
        reported: by what is compared, what somebody else measured of the figures; of runs in which nothing was broken.
        source: who that was.
    """

    name: str
    title: str
    event: str
    by: str
    amount: str
    plotted: Mapping[str, str]
    reported: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    source: str = ""

    @property
    def files(self) -> tuple[str, str]:
        """The names of the table's file and of the plot's."""
        return f"{self.name}.md", f"{self.name}.svg"

    @property
    def measured(self) -> str:
        """The name of the file of what both are made of."""
        return f"{self.name}.jsonl"


@dataclass(frozen=True)
class Fate:
    """What became of one of the things that an anomaly is about.

    Attributes:
        thing: its name.
        anomaly: the name of the anomaly.
        way: everything that is known of it, in lines.
        sentence: where it went wrong.
        kind: what that has in common with others; empty where nobody knows.
    """

    thing: str
    anomaly: str
    way: tuple[str, ...]
    sentence: str
    kind: str


@dataclass(frozen=True)
class Fates:
    """How somebody tells what became of each thing that anomalies are about.

    Attributes:
        title: what it tells.
        of: gives it for the first things of each anomaly, by a history and its anomalies.
    """

    title: str
    of: Callable[[Events, Sequence[Anomaly]], Sequence[Fate]]


@dataclass(frozen=True)
class Symptom:
    """Something that was seen of a system beside what checkers judge.

    Attributes:
        name: what it is called, as anomalies are.
        sentence: says it in words.
        wrong: whether it is a fault by itself; else it is worth a word, and no more.
    """

    name: str
    sentence: str
    wrong: bool = True


class Cost(IntEnum):
    """What an anomaly costs those who rely on a system; what costs most comes first."""

    LOST = 1
    WRONG = 2
    INCOMPLETE = 3
    REFUSED = 4

    @property
    def words(self) -> str:
        """The cost in words."""
        return _COSTS[self]


_COSTS: Mapping[Cost, str] = {
    Cost.LOST: "what was acknowledged is lost",
    Cost.WRONG: "something comes altered, twice or out of place",
    Cost.INCOMPLETE: "an answer is incomplete",
    Cost.REFUSED: "requests are refused, or wait too long",
}


@dataclass(frozen=True)
class Advice:
    """What to do about findings, for the owner of the system in which they were made.

    Attributes:
        about: the names of anomalies, or the words of a scenario's mark `guarantee` for what is no anomaly.
        cost: what they cost.
        mistake: one sentence on what usually causes them.
        look_at: where to look, as an order in one sentence.
        source: where that is documented; empty where nobody says it.
    """

    about: frozenset[str]
    cost: Cost
    mistake: str
    look_at: str
    source: str = ""


def _no_lines(events: Events) -> Iterable[Line]:
    return ()


def _no_symptoms(events: Events) -> Iterable[Symptom]:
    return ()


@dataclass(frozen=True)
class Telling:
    """What somebody says of the operations and events that are theirs.

    Attributes:
        requests: by kind of operation.
        others: kinds of operations that are no requests: final reads, and what may have to wait by its nature.
        received: by kind of final read, how many things a successful one holds, of its value.
        lines: more lines on a history.
        tables: of each single thing.
        fates: of each single thing that an anomaly is about.
        symptoms: what a history shows of a system beside what checkers judge.
        comparisons: of what several scenarios of a run measured.
        categories: words in the names of anomalies, by the title under which a page files the failures that they are.
        advice: what to do about them.
    """

    requests: Mapping[str, Request] = field(default_factory=dict)
    others: frozenset[str] = frozenset()
    received: Mapping[str, Callable[[Any], int]] = field(default_factory=dict)
    lines: Callable[[Events], Iterable[Line]] = _no_lines
    tables: tuple[Table, ...] = ()
    fates: tuple[Fates, ...] = ()
    symptoms: Callable[[Events], Iterable[Symptom]] = _no_symptoms
    comparisons: tuple[Comparison, ...] = ()
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    advice: tuple[Advice, ...] = ()


#: Of the operations that the engine's own checkers know: reads come at the end, queues and locks make their users wait.
CHECKED = Telling(
    others=frozenset({"read", "poll", "assign", "put", "offer", "take", "acquire", "release"}),
    categories={"Lost message": ("lost",)},
)


@cache
def tellings() -> tuple[Telling, ...]:
    """Every telling of the packages, the engine's first."""
    return tuple(
        value for module in modules("telling") for value in vars(module).values() if isinstance(value, Telling)
    )


@cache
def request_of(f: str) -> Request | None:
    """How operations of a kind are told as requests; None if they are none."""
    for telling in tellings():
        if f in telling.requests:
            return telling.requests[f]
    return None if any(f in telling.others for telling in tellings()) else Request(f)


def symptoms(events: Events) -> tuple[Symptom, ...]:
    """What a history shows beside what checkers judge, by those whose operations it has."""
    return tuple(symptom for telling in tellings() for symptom in telling.symptoms(events))


def advice_on(name: str) -> Advice | None:
    """What is advised about an anomaly of this name, or under this mark; None if nobody says anything."""
    return next((each for telling in tellings() for each in telling.advice if name in each.about), None)
