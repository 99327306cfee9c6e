"""How many changes of each module some test noticed: the table of docs/mutation.md, from what mutmut left."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import click

#: What mutmut notes of a change that no test noticed, and of one that no test runs.
_SURVIVED, _NOT_RUN = 0, 33


def scores(left: Path) -> Mapping[str, tuple[int, int]]:
    """By module how many of its changes were noticed, and how many there are.

    Args:
        left: the folder that mutmut leaves, `mutants`.
    """
    found = {}
    for path in sorted(left.rglob("*.py.meta")):
        results = json.loads(path.read_text())["exit_code_by_key"].values()
        if None in results:
            sys.exit(f"{path.relative_to(left)}: {list(results).count(None)} changes were not tried yet: go on with it")
        if results:
            noticed = sum(result not in (_SURVIVED, _NOT_RUN) for result in results)
            found[str(path.relative_to(left)).removesuffix(".meta")] = noticed, len(results)
    return found


def table(found: Mapping[str, tuple[int, int]]) -> str:
    """The scores as a table in Markdown, with their sum."""
    rows = [(f"`{name}`", *score) for name, score in found.items()]
    rows.append(("all", sum(row[1] for row in rows), sum(row[2] for row in rows)))
    head = "| module | noticed | of | |\n|---|---:|---:|---:|"
    return "\n".join([head, *(f"| {name} | {noticed} | {of} | {noticed / of:.1%} |" for name, noticed, of in rows)])


if __name__ == "__main__":
    click.echo(table(scores(Path("mutants"))))
