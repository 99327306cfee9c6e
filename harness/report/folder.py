"""The folder a run writes to: emptied at the start, so that it always holds the newest run and nothing else."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from pathlib import Path
from typing import TextIO

from harness.errors import BadInputError

#: The trend over the last runs, Allure's, has to outlive each of them.
_KEPT = {"README.md", ".lock", "history.jsonl"}


class ReportFolder:
    """`reports/` or what `--reports` names; one run at a time writes to it, a second one to a folder inside."""

    def __init__(self, path: Path) -> None:
        """Takes the folder and empties it.

        Raises:
            BadInputError: it can't be written.
        """
        try:
            self.path, self._lock = _taken(path)
            for old in self.path.iterdir():
                if old.name not in _KEPT and not _in_use(old):
                    shutil.rmtree(old) if old.is_dir() else old.unlink()
        except OSError as error:
            raise BadInputError(f"--reports {path} can't be written ({error.strerror}); give another folder") from error

    @property
    def allure_results(self) -> Path:
        """Where allure-pytest writes."""
        return self.path / "allure-results"

    @property
    def junit(self) -> Path:
        """The JUnit XML."""
        return self.path / "junit.xml"

    @property
    def page(self) -> Path:
        """The folder of the HTML report."""
        return self.path / "allure"

    @property
    def figures(self) -> Path:
        """The experiments in words."""
        return self.path / "figures.txt"

    @property
    def summary(self) -> Path:
        """The run as a table, in Markdown."""
        return self.path / "summary.md"

    def history(self, scenario: str) -> Path:
        """The history of a scenario, as JSON lines."""
        return self._made("histories") / f"{_name(scenario)}.jsonl"

    def logs(self, scenario: str) -> Path:
        """A folder for the logs of every node in a scenario."""
        return self._made(f"logs/{_name(scenario)}")

    def _made(self, name: str) -> Path:
        folder = self.path / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def close(self) -> None:
        """Lets another run have it."""
        self._lock.close()


def _name(scenario: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", scenario).strip("-")


def _taken(path: Path) -> tuple[Path, TextIO]:
    """The folder with its lock held, or one inside it if another run holds that."""
    path.mkdir(parents=True, exist_ok=True)
    lock = (path / ".lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return path, lock
    except BlockingIOError:
        lock.close()
        return _taken(path / f"beside-{os.getpid()}")


def _in_use(path: Path) -> bool:
    """Whether it is the folder of a run that writes to it now."""
    if not (path / ".lock").exists():
        return False
    with (path / ".lock").open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
