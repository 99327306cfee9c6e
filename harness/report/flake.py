"""Tells how often one scenario held in many runs: the rate with its interval, and the failures by what they found."""

from __future__ import annotations

import json
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from harness.plain import fenced, markdown, printable, unnumbered
from harness.report.folder import as_typed
from harness.report.rate import CONFIDENCE, METHOD, interval, runs_needed
from harness.results import Result, gravest

#: The rate below which a pipeline that runs a scenario at every change hardly notices it.
_RARE = 0.01


@dataclass(frozen=True)
class Repeat:
    """One run of the scenario that is repeated.

    Attributes:
        number: of the run, from 1.
        result: what became of it.
        anomalies: the names of what its checkers found.
        sentence: why it did not hold, in a line; empty if it did.
        history: the file of its history, if it left one.
        took_s: how long it took, with its setup, in seconds.
    """

    number: int
    result: Result
    anomalies: tuple[str, ...]
    sentence: str
    history: Path | None
    took_s: float

    @property
    def title(self) -> str:
        """The result, with what was found."""
        return f"{self.result}: {', '.join(sorted(self.anomalies))}" if self.anomalies else self.result.value

    @property
    def kind(self) -> tuple[Result, str]:
        """Equal for failures that are probably the same: by what was found, else by the message without its numbers."""
        return self.result, self.title if self.anomalies else unnumbered(self.sentence)

    @property
    def line(self) -> str:
        """The line of progress about this run."""
        why = f": {self.sentence}" if self.sentence else ""
        return printable(f"run {self.number}: {self.title}, {self.took_s:.1f} s{why}")

    @property
    def replay(self) -> str:
        """The command that judges the history again, or a comment that there is none."""
        if self.history is None:
            return f"# run {self.number} left no history"
        return f"harness replay {shlex.quote(as_typed(self.history))}"


@dataclass(frozen=True)
class Repeated:
    """The runs of one scenario, of which at least one has ended.

    Attributes:
        scenario: its id, as pytest takes it.
        backend: where its nodes ran.
        timings: the failure detectors' settings.
        asked: how many runs there were to be.
        runs: those that have ended.
    """

    scenario: str
    backend: str
    timings: str
    asked: int
    runs: Sequence[Repeat]

    @property
    def status(self) -> int:
        """The exit status: 1 if some were broken or ended with an error, 2 unfit, 3 inconclusive, 0 if all held."""
        return gravest(run.result for run in self.runs)

    @property
    def failures(self) -> Sequence[Sequence[Repeat]]:
        """The runs that did not hold, those of one kind together, the most frequent kind first."""
        kinds: dict[tuple[Result, str], list[Repeat]] = {}
        for run in self.runs:
            if run.result is not Result.HELD:
                kinds.setdefault(run.kind, []).append(run)
        return sorted(kinds.values(), key=len, reverse=True)

    @property
    def failed(self) -> int:
        """How many runs did not hold, whatever the reason."""
        return sum(run.result is not Result.HELD for run in self.runs)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many runs ended how; only what there was."""
        counts = Counter(run.result for run in self.runs)
        return {result.value: counts[result] for result in Result if counts[result]}

    @property
    def sentences(self) -> str:
        """What the runs say, in words: how many ended how, the rate, and what can be concluded from it."""
        count, of = self.failed, len(self.runs)
        rate = interval(count, of)
        counted = ", ".join(f"{number} {result}" for result, number in self.counts.items())
        begun = f"{of} of the {self.asked} runs ended: {counted}" if of < self.asked else counted
        sure = f"with {CONFIDENCE * 100:g} % confidence"
        words = f"{begun}. {count} of {of} did not hold"
        if count == 0:
            words += f": the rate of failure is below {_percent(rate.high)} {sure}."
            if (needed := runs_needed(_RARE)) > of:
                words += f" {needed} runs that all hold would show that it is below {_percent(_RARE)}."
            return words
        words += f", {_percent(count / of)}: the rate of failure is "
        if count == of:
            return f"{words}above {_percent(rate.low)} {sure}."
        return f"{words}between {_percent(rate.low)} and {_percent(rate.high)} {sure}."

    @property
    def text(self) -> str:
        """The whole for a terminal."""
        return "\n".join([self.sentences, *(line for group in self.failures for line in _shown(group))])

    def write(self, page: Path, data: Path) -> None:
        """Writes the whole for people, as Markdown, and for programs, as JSON."""
        page.write_text(self._page(), encoding="utf-8")
        data.write_text(json.dumps(self._data(), indent=1) + "\n", encoding="utf-8")

    def _page(self) -> str:
        where = f"{len(self.runs)} runs on backend {self.backend} with {self.timings} timings."
        parts = ["# Does it always hold?", f"{markdown(self.scenario)}: {where}", self.sentences]
        for group in self.failures:
            replays = fenced("\n".join(run.replay for run in group))
            parts += [f"## {markdown(_title(group))}", f"> {markdown(group[0].sentence)}", replays]
        return "\n\n".join(parts) + "\n"

    def _data(self) -> Mapping[str, Any]:
        of = len(self.runs)
        rate = interval(self.failed, of)
        return {
            "scenario": self.scenario,
            "backend": self.backend,
            "timings": self.timings,
            "asked": self.asked,
            "ended": of,
            "counts": dict(self.counts),
            "rate": self.failed / of,
            "interval": {"low": rate.low, "high": rate.high, "confidence": CONFIDENCE, "method": METHOD},
            "failures": [
                {
                    "result": group[0].result,
                    "anomalies": sorted(group[0].anomalies),
                    "sentence": group[0].sentence,
                    "runs": [run.number for run in group],
                }
                for group in self.failures
            ],
            "runs": [{**asdict(run), "history": as_typed(run.history) if run.history else None} for run in self.runs],
        }


def _title(group: Sequence[Repeat]) -> str:
    return f"{len(group)} {group[0].title}"


def _shown(group: Sequence[Repeat]) -> Iterator[str]:
    yield f"\n{printable(_title(group))}"
    yield f"  {printable(group[0].sentence)}"
    yield from (f"  {run.replay}" for run in group)


def _percent(rate: float) -> str:
    return f"{rate * 100:.3g} %"
