"""Writes `docs/mutants.md` from the zoo's mutants, so that it can't lag behind them: `python -m tests.zoo.table`."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from tests.zoo.mutant import ROOT, Mutant
from tests.zoo.mutants import MUTANTS

PAGE = ROOT / "docs" / "mutants.md"
_HEAD = """# What turns each scenario red

Written by `make docs` from the mutants in `tests/zoo/mutants/`; a change here is lost.

A scenario that can't fail proves nothing. For each scenario there is a *mutant*, a change of a service, a setting, a
client or a fault that the scenario has to catch. A scenario that asserts a loss turns red when the cause of the loss is
taken away. `make zoo` runs every mutant with every scenario that is beside it here, and demands that the failure says
what is in the third column: a regular expression of whole names of anomalies, or of how else the failure begins. Where
the fourth column has words, what became of each message of that anomaly has to end with a line that begins like them.
[The zoo](zoo.md) tells how to run one of them, and what was seen.

| scenario | what is wrong | what its failure says | where the messages went wrong | mutant |
|---|---|---|---|---|
"""


def text(mutants: Iterable[Mutant]) -> str:
    """The text of the whole page: a row for each scenario with each mutant that it has to catch, by scenarios."""
    rows = sorted(
        (
            (scenario, mutant, says)
            for mutant in mutants
            if not mutant.survives
            for scenario, says in mutant.seen.items()
        ),
        key=lambda row: row[0],
    )
    return _HEAD + "".join(
        f"| `{scenario}` | {mutant.wrong} | {_cell(says)} | {_cell(mutant.told.get(scenario))} | `{mutant.name}` |\n"
        for scenario, mutant, says in rows
    )


def _cell(pattern: str | None) -> str:
    """A pattern as a cell of a table, which a bare `|` would end."""
    return f"`{pattern.replace('|', chr(92) + '|')}`" if pattern else ""


def main() -> None:
    """Writes the page."""
    PAGE.write_text(text(MUTANTS.values()))
    sys.stdout.write(f"{PAGE.relative_to(ROOT)} is written\n")


if __name__ == "__main__":
    main()
