"""What the table says of one checkout: made of how its run ended, and of the run's journal. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from harness.grading.journal import Journal
from harness.report.findings import broke, findings, remarks
from harness.report.folder import as_typed
from harness.report.outcome import Outcome
from harness.results import Result

Verdict = Literal["held", "broke", "no verdict"]
#: What a scenario is about whose mark does not say it.
_OTHER = "other"


@dataclass(frozen=True)
class Tally:
    """What became of one guarantee.

    Attributes:
        guarantee: its name.
        held: in how many scenarios it held.
        broke: in how many it broke.
        open: how many have no verdict.
    """

    guarantee: str
    held: int
    broke: int
    open: int


@dataclass(frozen=True)
class Broken:
    """One thing that broke.

    Attributes:
        title: its name, or what was said of it.
        sentence: what was seen.
        scenarios: in how many it was seen.
        evidence: where the first of these left its history; empty if it left none.
        repeat: the command that repeats that.
    """

    title: str
    sentence: str
    scenarios: int
    evidence: str
    repeat: str


@dataclass(frozen=True)
class Row:
    """The row of one checkout.

    Attributes:
        name: of the checkout in the table.
        folder: where it is.
        system: what its file calls it; empty if nobody could read that.
        verdict: of all that was tried.
        tallies: by guarantee, in the order in which scenarios came.
        broken: what broke, what is to be mended first coming first.
        noticed: what else was seen of the system, in words, each thing once.
        trouble: why the run did not come to its end, in words; empty if it did.
        not_tried: how many scenarios were left out, as the system lacks what they need.
        took_s: how long it took, in seconds.
        key: what was graded, by which harness, and how: a row of the same key says the same.
    """

    name: str
    folder: str
    system: str
    verdict: Verdict
    tallies: tuple[Tally, ...]
    broken: tuple[Broken, ...]
    noticed: tuple[str, ...]
    trouble: str
    not_tried: int
    took_s: float
    key: str

    @property
    def held(self) -> int:
        """How many scenarios held."""
        return sum(tally.held for tally in self.tallies)

    @property
    def broke(self) -> int:
        """How many scenarios broke."""
        return sum(tally.broke for tally in self.tallies)

    @property
    def scenarios(self) -> int:
        """How many scenarios were tried."""
        return sum(tally.held + tally.broke + tally.open for tally in self.tallies)


def row(name: str, folder: str, journal: Journal, *, trouble: str, took_s: float, key: str) -> Row:
    """The row of a checkout whose run left this journal."""
    outcomes = [outcome for outcome in journal.outcomes if outcome.result is not Result.SKIPPED]
    subject = journal.subject
    return Row(
        name=name,
        folder=folder,
        system=subject.about.name if subject else "",
        verdict=_verdict(outcomes, trouble),
        tallies=tuple(_tallies(outcomes)),
        broken=tuple(_broken(outcomes)),
        noticed=tuple(remark.found.sentence for remark in remarks(outcomes)),
        trouble=trouble,
        not_tried=sum(subject.left_out.values()) if subject else 0,
        took_s=round(took_s, 1),
        key=key,
    )


def _verdict(outcomes: Sequence[Outcome], trouble: str) -> Verdict:
    if any(map(broke, outcomes)):
        return "broke"
    if trouble or not outcomes or any(outcome.result is not Result.HELD for outcome in outcomes):
        return "no verdict"
    return "held"


def _tallies(outcomes: Sequence[Outcome]) -> Iterator[Tally]:
    for guarantee in dict.fromkeys(outcome.guarantee for outcome in outcomes):
        of_one = [outcome for outcome in outcomes if outcome.guarantee == guarantee]
        held = sum(outcome.result is Result.HELD for outcome in of_one)
        broken = sum(map(broke, of_one))
        yield Tally(guarantee or _OTHER, held, broken, len(of_one) - held - broken)


def _broken(outcomes: Sequence[Outcome]) -> Iterator[Broken]:
    for finding in findings(outcomes):
        first = finding.outcomes[0]
        evidence = as_typed(first.history) if first.history else ""
        yield Broken(finding.title, finding.found.sentence, len(finding.outcomes), evidence, first.repeat)
