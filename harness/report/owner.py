"""The page for the owner of a system that scenarios ran on: what to mend first, what broke, what held, what nobody
tried. As Markdown, which Allure's page has as well.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.declared import About
from harness.plain import markdown, printable
from harness.report.findings import Finding, broke, findings, remarks
from harness.report.folder import as_typed
from harness.report.outcome import Outcome
from harness.results import Result

TITLE = "The page for the owner"
_PLACES = ("to mend first", "to mend second", "to mend third")
#: So many scenarios of one finding are named, the others counted.
_SHOWN = 5


@dataclass(frozen=True)
class OwnersPage:
    """What the page tells of.

    Attributes:
        about: the system.
        ran: the run in one sentence.
        outcomes: of its scenarios.
        left_out: how many scenarios were left out, by the reason.
    """

    about: About
    ran: str
    outcomes: Sequence[Outcome]
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The page as Markdown."""
        wrong = findings(self.outcomes)
        parts = [
            f"# {markdown(self.about.name)}: what held, and what broke",
            f"The system is {markdown(self.about.words)}.",
            markdown(self.ran),
            *_to_mend(wrong),
            *_broken(wrong, len(self.outcomes)),
            *_noticed(self.outcomes),
            *_held(self.outcomes),
            *_not_tried(self.outcomes, self.left_out),
            *_not_judged(self.about),
        ]
        return "\n\n".join(parts) + "\n"

    @property
    def variables(self) -> Mapping[str, str]:
        """What Allure's page has at its top: whose it is, and what to mend first."""
        # Allure cuts a value after some thirty characters, so each has a name of its own.
        titles = [printable(_sentence(finding.title, end="")) for finding in findings(self.outcomes)]
        mend = dict(zip(_PLACES, titles, strict=False)) or {_PLACES[0]: "nothing broke"}
        return {"tested system": printable(self.about.name), "for its owner": "see Global Attachments", **mend}


def write(path: Path, page: OwnersPage, allure_results: Path) -> None:
    """Writes the page, and puts it beside the scenarios of Allure's page, among what is of the whole run."""
    text = page.text
    path.write_text(text)
    if allure_results.is_dir():
        # Of Markdown, Allure's page shows a few lines at a time where no server gives it: it is readable as text.
        shown = {"name": TITLE, "source": "owner-attachment.txt", "type": "text/plain"}
        (allure_results / shown["source"]).write_text(text)
        (allure_results / "owner-globals.json").write_text(json.dumps({"attachments": [shown], "errors": []}))


def _to_mend(wrong: Sequence[Finding]) -> Iterator[str]:
    if not wrong:
        return
    yield "## To mend first"
    yield "\n".join(
        f"{place}. **{markdown(_sentence(finding.title, end=''))}**{_advised(finding)}"
        for place, finding in enumerate(wrong[: len(_PLACES)], start=1)
    )


def _advised(finding: Finding) -> str:
    if not (advice := finding.advice):
        return ": nobody knows a usual cause of that; begin with the evidence below."
    source = f" ({markdown(advice.source)})" if advice.source else ""
    return (
        f" ({advice.cost.words}). {markdown(_sentence(advice.mistake))} {markdown(_sentence(advice.look_at))}{source}"
    )


def _broken(wrong: Sequence[Finding], scenarios: int) -> Iterator[str]:
    yield "## What broke"
    if not wrong:
        yield "Nothing that was tried."
    for finding in wrong:
        yield f"### {markdown(_sentence(finding.title, end=''))}: {len(finding.outcomes)} of {scenarios} scenarios"
        if finding.title != finding.found.sentence:
            yield markdown(_sentence(finding.found.sentence))
        yield "\n".join(_seen_in(finding.outcomes))
        if tried := finding.outcomes[0].tried:
            yield f"What was done, and what has to hold: {markdown(tried)}"
        yield f"Repeat it:\n\n```sh\n{printable(finding.outcomes[0].repeat)}\n```"


def _seen_in(outcomes: Sequence[Outcome]) -> Iterator[str]:
    for outcome in outcomes[:_SHOWN]:
        counted = Counter(outcome.figures.faults)
        faults = "; ".join(f"{fault}, {n} times" if n > 1 else fault for fault, n in counted.items()) or "no fault"
        evidence = ", ".join(f"`{printable(as_typed(path))}`" for path in (outcome.history, outcome.logs) if path)
        yield f"- {markdown(outcome.title)} ({markdown(faults)})" + (f"; evidence: {evidence}" if evidence else "")
    if (more := len(outcomes) - _SHOWN) > 0:
        yield f"- and {more} more, in `summary.md`"


def _noticed(outcomes: Sequence[Outcome]) -> Iterator[str]:
    if not (seen := remarks(outcomes)):
        return
    yield "## What else was seen"
    yield "None of this breaks a promise by itself."
    for remark in seen:
        where = f"{remark.outcomes[0].title}; {_scenarios(len(remark.outcomes))} in all"
        advised = _advised(remark) if remark.advice else ""
        yield f"- {markdown(_sentence(remark.found.sentence))} ({markdown(where)}){advised}"


def _held(outcomes: Sequence[Outcome]) -> Iterator[str]:
    yield "## What held"
    counted = [outcome for outcome in outcomes if outcome.result is Result.HELD or broke(outcome)]
    if not any(outcome.result is Result.HELD for outcome in outcomes):
        yield "Nothing that was tried."
    for guarantee in dict.fromkeys(outcome.guarantee for outcome in counted):
        of_one = [outcome for outcome in counted if outcome.guarantee == guarantee]
        held = Counter(outcome.title.partition(": ")[0] for outcome in of_one if outcome.result is Result.HELD)
        if held:
            what = markdown(_sentence(guarantee or "other", end=""))
            yield f"**{what}**, in {held.total()} of {len(of_one)} scenarios:"
            yield "\n".join(
                f"- {markdown(_sentence(title, end=''))}" + (f" ({count} scenarios)" if count > 1 else "")
                for title, count in held.items()
            )


def _not_tried(outcomes: Sequence[Outcome], left_out: Mapping[str, int]) -> Iterator[str]:
    open_ones = [outcome for outcome in outcomes if outcome.result is not Result.HELD and not broke(outcome)]
    if left_out:
        yield "## What was not tried, and why"
        reasons = sorted(left_out.items(), key=lambda item: -item[1])
        yield "\n".join(f"- {_scenarios(count)}: {markdown(reason)}" for reason, count in reasons)
    if open_ones:
        yield "## What was tried, and has no verdict"
        yield "\n".join(
            f"- {markdown(outcome.title)} ({outcome.result}): {markdown(_sentence(_why(outcome)))}"
            for outcome in open_ones
        )


def _why(outcome: Outcome) -> str:
    return outcome.found[0].sentence if outcome.found else "nobody says why"


def _not_judged(about: About) -> Iterator[str]:
    lines = [f"- not promised, or not said: {markdown(each)}" for each in about.not_judged]
    lines += [f"- nobody can look at it: {markdown(each)}" for each in about.unseen]
    if lines:
        yield "## What is not judged"
        yield "\n".join(lines)


def _scenarios(count: int) -> str:
    return "1 scenario" if count == 1 else f"{count} scenarios"


def _sentence(words: str, end: str = ".") -> str:
    """The words with a capital letter, and a full stop if they end with none."""
    told = words[:1].upper() + words[1:]
    return told if told.endswith((".", "?", "!")) else told + end
