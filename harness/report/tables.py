"""Shows a run as a table: in the terminal at its end, and as `summary.md` for a pipeline's page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from harness.plain import markdown
from harness.report.outcome import Figures, Outcome
from harness.results import Result
from harness.spent import On

#: How many scenarios the table of what time was spent on shows by themselves, and what it shows of that, in seconds.
_LONGEST, _LEAST_S = 20, 0.05
_HEADS = ("scenario", "fault", "verdict", "acknowledged", "lost", "unavailable", "time")
_SHOWN_AS = {
    Result.HELD: "green",
    Result.BROKEN: "bold red",
    Result.PERMITTED: "bold red",
    Result.MISSED: "bold red",
    Result.INCONCLUSIVE: "yellow",
    Result.ERROR: "bold red",
    Result.UNFIT: "bold red",
    Result.QUARANTINED: "yellow",
    Result.SKIPPED: "dim",
}
_MARKS = {
    Result.HELD: "✅",
    Result.BROKEN: "❌",
    Result.PERMITTED: "⚖️",
    Result.MISSED: "🧪",
    Result.INCONCLUSIVE: "❔",
    Result.ERROR: "💥",
    Result.UNFIT: "🔌",
    Result.QUARANTINED: "🚧",
    Result.SKIPPED: "⏭️",
}


def terminal(outcomes: Sequence[Outcome], console: Console) -> None:
    """Prints the table of a run, as wide as the terminal allows."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for head in ("scenario", "fault", "verdict"):
        # As a column narrower than its words is hard to read, the others are as narrow as they can be.
        table.add_column(head, ratio={"scenario": 3, "fault": 2}.get(head), overflow="fold")
    for head in ("acked/lost", "gap", "time"):
        table.add_column(head, justify="right", no_wrap=True)
    for outcome in outcomes:
        colour = _SHOWN_AS[outcome.result]
        scenario, fault, verdict, acknowledged, lost, gap, took = _cells(outcome)
        share = f"{acknowledged}/{lost or '?'}" if acknowledged else ""
        table.add_row(escape(scenario), escape(fault), f"[{colour}]{verdict}[/]", share, gap, took)
    console.print(table)
    console.print("gap: the longest time without a successful request while somebody asked", style="dim")


def spent(outcomes: Sequence[Outcome], console: Console) -> None:
    """Prints what the time of a run was spent on: of the scenarios that took longest, and of all."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("scenario", ratio=1, overflow="fold")
    for head in (*On, "itself", "all"):
        table.add_column(head, justify="right", no_wrap=True)
    longest = sorted(outcomes, key=lambda outcome: outcome.took_s, reverse=True)[:_LONGEST]
    for outcome in longest:
        table.add_row(escape(outcome.title), *_spent([outcome]))
    table.add_section()
    table.add_row(f"all {len(outcomes)}", *_spent(outcomes))
    console.print(table)


def _spent(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """The cells of what these scenarios spent: on each thing, on their own requests, and on all."""
    every = sum(outcome.took_s for outcome in outcomes)
    on = [sum(outcome.spent.get(each, 0.0) for outcome in outcomes) for each in On]
    yield from (f"{seconds:.1f}" if seconds >= _LEAST_S else "" for seconds in (*on, every - sum(on), every))


def write_markdown(path: Path, outcomes: Sequence[Outcome], *, backend: str, timings: str) -> None:
    """Writes `summary.md`: a sentence, the table, and each failure in words with the command that repeats it."""
    rows = ["| " + " | ".join(_HEADS) + " |", "|---|---|---|--:|--:|--:|--:|"]
    rows += [
        "| " + " | ".join(markdown(cell.replace("|", "/")) for cell in _marked(outcome)) + " |" for outcome in outcomes
    ]
    parts = ["# Does it survive?", in_one_sentence(outcomes, backend=backend, timings=timings), "\n".join(rows)]
    failures = [outcome for outcome in outcomes if outcome.words]
    if failures:
        parts.append("## What did not hold")
        parts += [f"### {markdown(o.title)}\n\n{_quoted(o.words)}\n\n```sh\n{o.repeat}\n```" for o in failures]
    path.write_text("\n\n".join(parts) + "\n")


def in_one_sentence(outcomes: Sequence[Outcome], *, backend: str, timings: str) -> str:
    """The run in one sentence: how many scenarios ended how, where, and in what time."""
    counts = Counter(outcome.result for outcome in outcomes)
    words = ", ".join(f"{counts[result]} {result}" for result in Result if counts[result]) or "none ran"
    took_s = sum(outcome.took_s for outcome in outcomes)
    plural = "" if len(outcomes) == 1 else "s"
    return f"{len(outcomes)} scenario{plural}: {words}; {_time(took_s)} on backend {backend} with {timings} timings."


def _marked(outcome: Outcome) -> tuple[str, ...]:
    scenario, fault, verdict, *rest = _cells(outcome)
    return (scenario, fault, f"{_MARKS[outcome.result]} {verdict}", *rest)


def _cells(outcome: Outcome) -> tuple[str, ...]:
    figures: Figures = outcome.figures
    return (
        outcome.title,
        "; ".join(figures.faults) or "none",
        outcome.result.value,
        "" if figures.acknowledged is None else f"{figures.acknowledged}",
        ""
        if figures.lost is None
        else f"{figures.lost}" + (f" to {figures.lost + figures.hidden}" if figures.hidden else ""),
        "" if figures.unavailable_s is None else f"{figures.unavailable_s:.2f} s",
        _time(outcome.took_s),
    )


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def _quoted(words: str) -> str:
    return "\n".join(f"> {markdown(line)}".rstrip() for line in words.splitlines())
