"""What became of each mutant in each scenario, one JSON object a line: written as a run goes on, read to go on with it.

The first line says which code it is about: results of another one say nothing of this.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from harness.errors import BadInputError
from tests.zoo.mutant import ROOT
from tests.zoo.plan import Pair

GREEN, RED, SKIPPED, ERROR = "green", "red", "skipped", "error"
#: What the results depend on, besides the commit.
_CODE = ("harness", "services", "scenarios", "tests/zoo")


@dataclass(frozen=True)
class Result:
    """The end of one scenario with one mutant in place.

    Attributes:
        mutant: its name.
        scenario: its id, from its file on.
        colour: green if the scenario held, red if not, skipped if it could not be run here, an error if
            its system did not come up, which says nothing.
        words: the anomalies that were found, or what else ended it, in a line.
        took_s: the seconds from its setup to its end.
        told: where messages went wrong, a line of each kind: the anomaly, a colon, the last line of a message's way.
    """

    mutant: str
    scenario: str
    colour: str
    words: str
    took_s: float
    told: tuple[str, ...] = ()

    @property
    def pair(self) -> Pair:
        """The mutant's name with the scenario's id."""
        return self.mutant, self.scenario


def commit() -> str:
    """The commit of the checkout, and what was changed since in the code that is run.

    Raises:
        BadInputError: it is no checkout.
    """
    found = [_git("rev-parse", "HEAD").strip(), _git("diff", "HEAD", "--", *_CODE)]
    return found[0] + (f"+{hashlib.sha256(found[1].encode()).hexdigest()[:8]}" if found[1] else "")


def _git(*arguments: str) -> str:
    try:
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise BadInputError("the zoo runs in a checkout with git, to tell which code its results are of") from error


class Results:
    """The file of results; opened for one version of the code.

    Args:
        path: of the file; it need not be there.
        version: the commit that it is about.
        fresh: whether to forget what is there.

    Raises:
        BadInputError: it is about another commit, or is no file of results.
    """

    def __init__(self, path: Path, version: str, *, fresh: bool = False) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        if fresh or not path.exists():
            path.write_text(json.dumps({"commit": version}) + "\n")
        # A last line that a killed run did not finish would be one with the next.
        path.write_text(path.read_text().rpartition("\n")[0] + "\n")
        said = _lines(path)[0].get("commit")
        if said != version:
            raise BadInputError(
                f"{path} is of commit {str(said)[:20]}, and this is {version[:20]}: no run of another commit can be "
                "resumed; give --fresh to begin anew"
            )

    @property
    def all(self) -> list[Result]:
        """The results so far; of what was run twice, the newer."""
        found = {result.pair: result for result in (_result(line) for line in _lines(self.path)[1:])}
        return list(found.values())

    def open(self, plan: Iterable[Pair]) -> list[Pair]:
        """What of a plan has no result yet; what one backend can't run, another one may."""
        done = {each.pair for each in self.all if each.colour not in {ERROR, SKIPPED}}
        return [pair for pair in plan if pair not in done]


def read(path: Path) -> tuple[str, list[Result]]:
    """The commit that a file of results is about, and the results; of what was run twice, the newer.

    Raises:
        BadInputError: it is no file of results.
    """
    try:
        first, *others = _lines(path)
        found = {result.pair: result for result in map(_result, others)}
        return str(first["commit"]), list(found.values())
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise BadInputError(f"{path} is no file of the zoo's results: {error!r}") from error


def append(path: Path, result: Result) -> None:
    """Adds a result to the file."""
    with path.open("a") as file:
        file.write(json.dumps(asdict(result)) + "\n")


def _result(line: Mapping[str, Any]) -> Result:
    return Result(**{**line, "told": tuple(line.get("told", ()))})


def _lines(path: Path) -> list[dict[str, Any]]:
    """The objects of the file's lines, but for a last one that is being written."""
    *whole, _ = path.read_text().split("\n")
    try:
        return [dict(json.loads(line)) for line in whole]
    except (ValueError, TypeError) as error:
        raise BadInputError(f"{path} is no file of the zoo's results; give --fresh to begin anew") from error
