"""What a checker says: valid, invalid or unknown, and each anomaly by name, with its operations and in plain words."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import wraps
from typing import ParamSpec

from harness.errors import HarnessError
from harness.events import Operation

_Arguments = ParamSpec("_Arguments")

#: How the packages of this harness' own checkers begin.
_OURS = "harness."
#: The name of what is found where an anomaly had to be found and was not.
NOT_AS_EXPECTED = "not as expected"
_SHOWN = 5
#: More anomalies of a name than this are told as one.
_MOST_ALIKE = 3


class Validity(StrEnum):
    """Valid: the guarantee held. Invalid: it was broken. Unknown: the history does not allow to say."""

    VALID = "valid"
    INVALID = "invalid"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Anomaly:
    """One way in which a guarantee was broken.

    Attributes:
        name: from the field: lost, unexpected, duplicated, ...
        sentence: for a person; complete by itself.
        operations: those concerned.
        cause: why the settings permit it, in words; empty if nothing does.
    """

    name: str
    sentence: str
    operations: tuple[Operation, ...] = ()
    cause: str = ""


@dataclass(frozen=True)
class Verdict:
    """The judgement of one checker, or of several combined.

    Attributes:
        validity: the judgement.
        anomalies: why it is invalid, or why nothing can be said.
        figures: counts that a report shows, whatever the judgement. Tables look for `acknowledged` (writes that were
            answered with success), `lost` (how many of them were gone) and `hidden` (as many more may be lost).
        checker: whose it is, such as "counter.check"; empty for several combined.
    """

    validity: Validity
    anomalies: tuple[Anomaly, ...] = ()
    figures: Mapping[str, object] = field(default_factory=dict)
    checker: str = ""

    @classmethod
    def of(cls, anomalies: list[Anomaly], figures: Mapping[str, object] | None = None) -> Verdict:
        """A verdict with these anomalies: invalid if there is one, else valid."""
        return cls(Validity.INVALID if anomalies else Validity.VALID, tuple(anomalies), figures or {})

    @property
    def sentences(self) -> str:
        """All anomalies in words, a line for each."""
        return "\n".join(f"{anomaly.name}: {anomaly.sentence}" for anomaly in self.anomalies)


def unknown(reason: str, figures: Mapping[str, object] | None = None) -> Verdict:
    """A verdict that says nothing, because of `reason`."""
    return Verdict(Validity.UNKNOWN, (Anomaly("unknown", reason),), figures or {})


def checker(check: Callable[_Arguments, Verdict]) -> Callable[_Arguments, Verdict]:
    """Wraps a checker so that it never raises: where it meets what it does not expect, its verdict is unknown.

    Errors of `harness.errors` are no such thing: they say what is wrong with the history or with an argument. The
    verdict has the checker's name, and of many anomalies of a name it has one.
    """
    name = name_of(check)

    @wraps(check)
    def checked(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> Verdict:
        try:
            verdict = check(*args, **kwargs)
        except HarnessError:
            raise
        except Exception as error:
            verdict = unknown(f"{name} could not judge this history, which is a defect of the checker: {error!r}")
        return replace(verdict, anomalies=tuple(_in_few(verdict.anomalies)), checker=name)

    return checked


def name_of(check: Callable[..., Verdict]) -> str:
    """The name of a checker as a history has it: of its module and of its function, such as "counter.check".

    That of a suite elsewhere has its packages in front, as two suites may have modules of one name.
    """
    packages, _, module = check.__module__.rpartition(".")
    return f"{module if packages.startswith(_OURS) else check.__module__}.{check.__name__}"


def _in_few(anomalies: Sequence[Anomaly]) -> Iterator[Anomaly]:
    """Anomalies in their order; but many of a name that were seen in operations are one, where the first is."""
    by_name: dict[str, list[Anomaly]] = {}
    for anomaly in anomalies:
        by_name.setdefault(anomaly.name, []).append(anomaly)
    many = {
        name: alike
        for name, alike in by_name.items()
        if len(alike) > _MOST_ALIKE and all(anomaly.operations for anomaly in alike)
    }
    for anomaly in anomalies:
        if anomaly.name not in many:
            yield anomaly
        elif anomaly is many[anomaly.name][0]:
            yield together(many[anomaly.name])


def together(alike: Sequence[Anomaly], *, of: str = "") -> Anomaly:
    """One anomaly for several of a name: the first one's words, how many there were, and over which time.

    Args:
        alike: the last of each one's operations is when it was seen.
        of: how many answers there were, and what they were, such as "4 GETs", if that last operation is an answer. Then
            the answers are counted that it was seen in, and the first and the last of them stand for all.
    """
    ordered = sorted(alike, key=lambda anomaly: anomaly.operations[-1].invoke.index)
    first, last = ordered[0].operations[-1], ordered[-1].operations[-1]
    shown = [operation for anomaly in ordered for operation in anomaly.operations[: -1 if of else None]]
    concerned = {operation.invoke.index: operation for operation in (*shown, first, last)}
    count = len({anomaly.operations[-1].invoke.index for anomaly in alike}) if of else len(alike)
    sentence = ordered[0].sentence
    if count > 1:
        ended = (last.completion or last.invoke).time
        sentence += f"; the first of {count}{of and f' of {of}'} like it, over {(ended - first.began) / 1e9:.1f} s"
    return Anomaly(ordered[0].name, sentence, tuple(concerned[index] for index in sorted(concerned)))


def few(names: Iterable[Hashable]) -> str:
    """The first few items for a sentence, and how many more there are."""
    ordered = sorted(map(str, names))
    more = f" and {len(ordered) - _SHOWN} more" if len(ordered) > _SHOWN else ""
    return ", ".join(ordered[:_SHOWN]) + more


def combine(*verdicts: Verdict) -> Verdict:
    """One verdict of several: unknown outranks valid, invalid outranks unknown (Jepsen, checker.clj, `merge-valid`)."""
    validities = {verdict.validity for verdict in verdicts}
    for worst in (Validity.INVALID, Validity.UNKNOWN):
        if worst in validities:
            break
    else:
        worst = Validity.VALID
    figures: dict[str, object] = {}
    for verdict in verdicts:
        figures.update(verdict.figures)
    return Verdict(worst, tuple(anomaly for verdict in verdicts for anomaly in verdict.anomalies), figures)
