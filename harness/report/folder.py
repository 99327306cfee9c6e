"""The folder that a run writes to: emptied at the start, so that it always holds the newest run and no other."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from pathlib import Path

from harness.claim import Marker, remove
from harness.errors import EXIT_BAD_INPUT, BadInputError, EnvironmentUnfitError
from harness.report import last_runs
from harness.telling import tellings

#: In git for `reports/`, so that a checkout's is ours from the beginning.
MARKER = Marker(
    name=".harness-reports",
    text=b"A run of the fault-tolerance harness writes to this folder, and the next one removes what it wrote.\n",
    option="--reports",
)
CONFIG = "allurerc.json"
#: The trend over the last runs, Allure's, has to outlive each of them.
TREND = "history.jsonl"
#: Ids that can be told from each other when what separates their parts has become a hyphen.
_PLAIN = re.compile(r"[A-Za-z0-9_.]+\.py::[A-Za-z0-9_]+(\[[A-Za-z0-9._]([A-Za-z0-9._-]*[A-Za-z0-9._])?\])?")
#: Characters that a file's name may have at most, its ending and what makes it different left out.
_LONGEST = 180
_BESIDE = re.compile(r"beside-[0-9]+")
#: What runs leave beside the comparisons; what else is there is somebody else's.
_OURS = frozenset(
    {
        *("allure-results", CONFIG, "allure", "junit.xml", "figures.txt", "summary.md", "owner.md", "experiments.md"),
        *("flake.md", "flake.json", "graded.jsonl", "histories", "logs", ".lock"),
    }
)


class ReportFolder:
    """The report folder: `reports/` or what `--reports` names; a second run at a time writes to a folder inside."""

    def __init__(self, path: Path) -> None:
        """Takes the folder, and removes what the run before left.

        Raises:
            BadInputError: it can't be written, or holds what is not ours.
        """
        try:
            self.path, self._lock = _taken(path)
            _empty(self.path)
            last_runs.cut(self.path)
        except OSError as error:
            raise BadInputError(f"--reports {path} can't be written ({error.strerror}); give another folder") from error

    @classmethod
    def of_another(cls, path: Path) -> ReportFolder:
        """A folder that another process has taken for this one, too; what is in it stays."""
        folder = cls.__new__(cls)
        folder.path, folder._lock = path, -1
        return folder

    @property
    def allure_results(self) -> Path:
        """The folder that allure-pytest writes to."""
        return self.path / "allure-results"

    @property
    def junit(self) -> Path:
        """The path of the JUnit XML."""
        return self.path / "junit.xml"

    @property
    def page(self) -> Path:
        """The folder of the HTML report."""
        return self.path / "allure"

    @property
    def figures(self) -> Path:
        """The path of the experiments in words."""
        return self.path / "figures.txt"

    @property
    def summary(self) -> Path:
        """The path of the run's table, in Markdown."""
        return self.path / "summary.md"

    @property
    def owner(self) -> Path:
        """The path of the page for the owner of somebody's own system, in Markdown."""
        return self.path / "owner.md"

    @property
    def flake_page(self) -> Path:
        """The path of what `harness flake` tells people, in Markdown."""
        return self.path / "flake.md"

    @property
    def flake_data(self) -> Path:
        """The path of what `harness flake` tells programs, as JSON."""
        return self.path / "flake.json"

    def history(self, scenario: str) -> Path:
        """The path of a scenario's history, as JSON lines."""
        return self._made("histories") / f"{_name(scenario)}.jsonl"

    def logs(self, scenario: str) -> Path:
        """The folder of the logs that every node wrote in a scenario."""
        return self._made(f"logs/{_name(scenario)}")

    def _made(self, name: str) -> Path:
        folder = self.path / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EnvironmentUnfitError(f"{folder} can't be made: {error.strerror}") from error
        return folder

    def close(self) -> None:
        """Frees the folder for the next run."""
        lock, self._lock = self._lock, -1
        if lock >= 0:
            os.close(lock)


def as_typed(path: Path) -> str:
    """A path as a person would type it."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _name(scenario: str) -> str:
    """A file name of its own for each scenario, whatever is in its id."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", scenario).strip("-")
    if _PLAIN.fullmatch(scenario) and len(name) <= _LONGEST:
        return name
    return f"{name[:_LONGEST]}~{hashlib.sha256(scenario.encode(errors='surrogatepass')).hexdigest()[:8]}"


def _taken(path: Path) -> tuple[Path, int]:
    """The report folder with its lock held, or a folder inside it if another run holds that."""
    lock, alone = MARKER.claim(path)
    if alone:
        return path, lock
    os.close(lock)
    return _taken(path / f"beside-{os.getpid()}")


def _empty(folder: Path) -> None:
    """Removes what runs left, except for the trend and the times of the last runs."""
    compared = {name for telling in tellings() for each in telling.comparisons for name in (*each.files, each.measured)}
    for old in folder.iterdir():
        if old.name in _OURS | compared:
            remove(old)
        elif _BESIDE.fullmatch(old.name) and not old.is_symlink() and MARKER.marks(old):
            _remove_beside(old)


def _remove_beside(folder: Path) -> None:
    """Removes the folder of a run beside, unless that run still writes, or something of somebody else is in it."""
    lock, alone = MARKER.claim(folder)
    try:
        if alone:
            _empty(folder)
            remove(folder / TREND)
            remove(folder / last_runs.NAME)
            if [path.name for path in folder.iterdir()] == [MARKER.name]:
                remove(folder)
    finally:
        os.close(lock)


def main() -> None:
    """`python -m harness.report.folder FOLDER` makes a folder ready to be written, as a run does."""
    try:
        ReportFolder(Path(sys.argv[1])).close()
    except BadInputError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(EXIT_BAD_INPUT)


if __name__ == "__main__":
    main()
