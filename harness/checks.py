"""The demands on a history: recorded in it as `check` events; nothing else is ever judged.

A check names a checker and its arguments, and says what has to come of it. The run, `harness replay`, the pictures and
the tables all take it from there, so that they say the same of every scenario: also of one that expects a loss, permits
doubles, or has no messages at all. How the scenario ended is recorded as well (`end`), as not all that it asserts is a
checker's to judge.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from harness.checkers import shapes
from harness.checkers.offered import Checker, checkers, refuse_arguments
from harness.checkers.verdict import NOT_AS_EXPECTED, Anomaly, Validity, Verdict, combine
from harness.errors import BadInputError, HistoryError
from harness.events import NEMESIS, Event, Events
from harness.results import EXITS, Result

#: The names of the two events.
CHECK, END = "check", "end"
#: What is between two arguments that a person typed: a comma that is in no list.
_BETWEEN = re.compile(r",(?![^[]*\])")


@dataclass(frozen=True)
class Check:
    """One demand, as a history records it.

    Attributes:
        checker: its name, such as "counter.check".
        arguments: by their names.
        expected: the names of the anomalies that have to be found, all of them and no others; none: it has to hold.
        permitted: by the names of anomalies that may come, but need not, why they may.
        causes: by the names of others why they are no surprise, if they come; they break the guarantee all the same.
        standing: whether it is about the whole history, and not only about what was recorded before it.
    """

    checker: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    expected: tuple[str, ...] = ()
    standing: bool = False
    permitted: Mapping[str, str] = field(default_factory=dict)
    causes: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """The checker with its arguments, such as "bounded_queue.check(bound=10)"."""
        given = ", ".join(f"{name}={json.dumps(value)}" for name, value in self.arguments.items())
        return f"{self.checker}({given})" if given else self.checker

    @property
    def value(self) -> Mapping[str, object]:
        """The value of the event that records the demand."""
        value = {"checker": self.checker, "arguments": dict(self.arguments), "expected": list(self.expected)}
        value |= {"permitted": dict(self.permitted)} if self.permitted else {}
        value |= {"causes": dict(self.causes)} if self.causes else {}
        return {**value, "standing": True} if self.standing else value


@dataclass(frozen=True)
class Checked:
    """A demand and the verdict of its checker."""

    check: Check
    verdict: Verdict

    @property
    def outcome(self) -> Verdict:
        """The verdict on the demand: valid if what was found is what had to be found, or what may come."""
        verdict, expected = self.verdict, set(self.check.expected)
        if verdict.validity is Validity.UNKNOWN or not (expected or self.check.permitted or self.check.causes):
            return verdict
        names = {anomaly.name for anomaly in verdict.anomalies}
        wrong = [
            self._with_cause(anomaly)
            for anomaly in verdict.anomalies
            if anomaly.name not in expected and anomaly.name not in self.check.permitted
        ]
        wrong += [
            Anomaly(NOT_AS_EXPECTED, f"{self.check.words} had to find {name!r}, and did not")
            for name in sorted(expected - names)
        ]
        return Verdict(Validity.INVALID if wrong else Validity.VALID, tuple(wrong), verdict.figures, verdict.checker)

    def _with_cause(self, anomaly: Anomaly) -> Anomaly:
        cause = self.check.causes.get(anomaly.name)
        words = f"{anomaly.sentence}; these settings permit it: {cause}" if cause else anomaly.sentence
        return replace(anomaly, sentence=words, cause=cause or "")

    @property
    def as_permitted(self) -> Mapping[str, str]:
        """The anomalies that were found and may come, each with why it may."""
        names = {anomaly.name for anomaly in self.verdict.anomalies}
        return {name: why for name, why in self.check.permitted.items() if name in names}

    @property
    def words(self) -> str:
        """The demand and what came of it, in a few words."""
        if not self.check.expected:
            may = f", as permitted ({', '.join(self.as_permitted)})" if self.as_permitted else ""
            return f"{self.check.words}: {self.verdict.validity}{may}"
        as_expected = self.outcome.validity is Validity.VALID
        wanted = ", ".join(self.check.expected)
        return f"{self.check.words}: {self.verdict.validity}, " + (
            f"as expected ({wanted})" if as_expected else f"expected was: {wanted}"
        )


@dataclass(frozen=True)
class End:
    """The end of a scenario by its own account, and in words why, if it did not hold."""

    result: Result
    words: str = ""

    @property
    def value(self) -> Mapping[str, str]:
        """The value of the event that records the end."""
        return {"result": self.result.value, "words": self.words}


@dataclass(frozen=True)
class Evaluation:
    """A history, its demands and what came of them: read, paired and judged once for all who tell it."""

    events: Events
    checks: tuple[Checked, ...] = ()
    end: End | None = None

    @cached_property
    def outcome(self) -> Verdict:
        """One verdict on all demands together."""
        return combine(*(checked.outcome for checked in self.checks))

    @property
    def result(self) -> Result:
        """The scenario's outcome: as the checkers say; if all demands are met, as the scenario itself ended.

        Inconclusive if neither says anything: it never came to a demand.
        """
        if self.outcome.validity is Validity.INVALID:
            return how_broken(self.outcome)
        if self.outcome.validity is Validity.UNKNOWN:
            return Result.INCONCLUSIVE
        if self.end:
            return self.end.result
        return Result.HELD if self.checks else Result.INCONCLUSIVE

    def figure(self, name: str) -> int | None:
        """The last figure of this name that a checker has."""
        for checked in reversed(self.checks):
            if isinstance(figure := checked.verdict.figures.get(name), int):
                return figure
        return None


def how_broken(outcome: Verdict) -> Result:
    """How a scenario ends whose demands have this outcome, which is invalid.

    By a permitted loss, if the settings permit all that was found; as a broken test, if all that is wrong is that
    something was not found which had to be.
    """
    if {bool(anomaly.cause) for anomaly in outcome.anomalies} == {True}:
        return Result.PERMITTED
    if {anomaly.name for anomaly in outcome.anomalies} == {NOT_AS_EXPECTED}:
        return Result.MISSED
    return Result.BROKEN


def evaluate(events: Events, verdicts: Mapping[int, Verdict] | None = None) -> Evaluation:
    """Judges a history by the demands that are recorded in it.

    Args:
        events: of the history.
        verdicts: of those checks that were judged already, by the index of their event.

    Raises:
        BadInputError: a check is malformed or names an unknown checker, or a value is none that its kind of operation
            has.
    """
    known = verdicts or {}
    asked = recorded(events)
    due = [(at, check, _checker(at, check)) for at, check in asked if at.index not in known]
    all_verdicts = {**known, **evaluated(events, due)}
    ends = [_end(event) for event in events if event.process == NEMESIS and event.f == END]
    checks = tuple(Checked(check, all_verdicts[event.index]) for event, check in asked)
    return Evaluation(events, checks, ends[-1] if ends else None)


def recorded(events: Iterable[Event]) -> Sequence[tuple[Event, Check]]:
    """The demands that are recorded in a history, each with its event.

    Raises:
        HistoryError: one is malformed.
    """
    return [(event, _check(event)) for event in events if event.process == NEMESIS and event.f == CHECK]


def evaluated(events: Events, due: Sequence[tuple[Event, Check, Checker]]) -> dict[int, Verdict]:
    """The verdict of each check, which was recorded with that event, by the event's index.

    Raises:
        HistoryError: a value is none that its kind of operation has.
    """
    _refuse_other_shapes(events, [checker for _, _, checker in due])
    return {
        at.index: checker(events if check.standing else events.before(at.index), **check.arguments)
        for at, check, checker in due
    }


def evaluate_by(checks: Iterable[Check], events: Events) -> Evaluation:
    """Judges a whole history by these demands, whatever is demanded in it.

    Raises:
        BadInputError: as `evaluate` does.
    """
    asked = [(check, _known_checker(check)) for check in checks]
    _refuse_other_shapes(events, [checker for _, checker in asked])
    return Evaluation(events, tuple(Checked(check, checker(events, **check.arguments)) for check, checker in asked))


def _check(event: Event) -> Check:
    name, arguments, expected, standing = _fields(event, "checker", "arguments", "expected", "standing")
    permitted, causes = _fields(event, "permitted", "causes")
    if not isinstance(name, str) or not name.isprintable():
        raise _malformed(event, 'the name of a "checker"')
    if not isinstance(arguments, dict):
        raise _malformed(event, 'the "arguments" of the checker by their names')
    if not shapes.list_of(shapes.text)(expected) or not "".join(expected).isprintable():
        raise _malformed(event, 'the names of the anomalies that are "expected", or an empty list')
    if standing not in (None, False, True):
        raise _malformed(event, 'true or false in "standing"')
    for reasons in (permitted, causes):
        if reasons is not None and not shapes.map_to(shapes.text)(reasons):
            raise _malformed(event, 'in "permitted" and "causes" a reason in words by the names of anomalies')
    return Check(name, arguments, tuple(expected), bool(standing), permitted or {}, causes or {})


def _checker(at: Event, check: Check) -> Checker:
    try:
        return _known_checker(check)
    except BadInputError as error:
        raise HistoryError(f"line {at.index + 1}: {error}") from error


def _known_checker(check: Check) -> Checker:
    """The checker of a demand, which can be given the demand's arguments."""
    if (checker := checkers().get(check.checker)) is None:
        raise BadInputError(
            f"there is no checker {shapes.in_short(check.checker)}; there are {', '.join(sorted(checkers()))}"
        )
    refuse_arguments(checker, check.arguments, check.checker)
    return checker


def _end(event: Event) -> End:
    result, words = _fields(event, "result", "words")
    if result not in list(EXITS) or not isinstance(words, str):
        raise _malformed(event, f'in "result" one of {", ".join(EXITS)}, and "words"')
    return End(Result(result), words)


def _fields(event: Event, *names: str) -> list[Any]:
    """The fields of an event's value; None for those that it does not have."""
    value = event.value if isinstance(event.value, dict) else {}
    return [value.get(name) for name in names]


def _malformed(event: Event, due: str) -> HistoryError:
    return HistoryError(f"line {event.index + 1}: {event.f} is {shapes.in_short(event.value)}; due was {due}")


def from_text(text: str) -> Check:
    """The demand that a person typed: `aggregation.check`, `delivery.check:exactly_once=false,at_risk=[0,2]`.

    Raises:
        BadInputError: it can't be understood.
    """
    name, _, rest = text.partition(":")
    arguments: dict[str, object] = {}
    for each in filter(None, _BETWEEN.split(rest)):
        argument, _, value = each.partition("=")
        try:
            arguments[argument.strip()] = json.loads(value)
        except ValueError as error:
            raise BadInputError(
                f'--check {text}: {each!r} is none of ARGUMENT=VALUE, with a number, true, false, null, "text" or [1,2]'
            ) from error
    return Check(name, arguments)


def _refuse_other_shapes(events: Events, checkers: Sequence[Checker]) -> None:
    for each in {id(shapes_of_one): shapes_of_one for shapes_of_one in map(shapes.of, checkers)}.values():
        shapes.refuse_others(events, each)
