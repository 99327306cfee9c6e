"""How many changes of each module some test noticed: the table of docs/mutation.md, from what mutmut left."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

#: What mutmut notes of a change that no test noticed, and of one that no test runs.
_SURVIVED, _NOT_RUN = 0, 33


@dataclass(frozen=True)
class Score:
    """How many changes of a module there are, how many of them were noticed, and how many were not tried yet."""

    of: int
    noticed: int
    left: int

    def row(self, name: str) -> str:
        """The score as a row of the table."""
        share = f"{self.left} not tried yet" if self.left else f"{self.noticed / self.of:.1%}"
        return f"| {name} | {self.noticed} | {self.of} | {share} |"


def scores(folder: Path) -> Mapping[str, Score]:
    """The score of each module.

    Args:
        folder: what mutmut leaves, `mutants`.
    """
    found = {}
    for path in sorted(folder.rglob("*.py.meta")):
        results = json.loads(path.read_text())["exit_code_by_key"].values()
        if results:
            noticed = sum(result not in (_SURVIVED, _NOT_RUN, None) for result in results)
            score = Score(len(results), noticed, list(results).count(None))
            found[str(path.relative_to(folder)).removesuffix(".meta")] = score
    return found


def table(found: Mapping[str, Score]) -> str:
    """The scores as a table in Markdown, with their sum."""
    rows = [score.row(f"`{name}`") for name, score in found.items()]
    of, noticed, left = (sum(getattr(score, each) for score in found.values()) for each in ("of", "noticed", "left"))
    return "\n".join(
        ["| module | noticed | of | |", "|---|---:|---:|---:|", *rows, Score(of, noticed, left).row("all")]
    )


if __name__ == "__main__":
    click.echo(table(scores(Path("mutants"))))
