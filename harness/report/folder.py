"""The folder a run writes to: emptied at the start, so that it always holds the newest run and nothing else."""

from __future__ import annotations

import fcntl
import re
import shutil
from pathlib import Path

from harness.errors import BadInputError

_KEPT = {"README.md", ".lock"}


class ReportFolder:
    """`reports/` or what `--reports` names; one run at a time may write to it."""

    def __init__(self, path: Path) -> None:
        """Takes the folder and empties it.

        Raises:
            BadInputError: it can't be written, or another run is writing to it.
        """
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._lock = (path / ".lock").open("w")
        except OSError as error:
            raise BadInputError(f"--reports {path} can't be written ({error.strerror}); give another folder") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.close()
            raise BadInputError(
                f"another run is writing to {path}; wait for it, or give this one a folder of its own by --reports"
            ) from error
        for old in path.iterdir():
            if old.name not in _KEPT:
                shutil.rmtree(old) if old.is_dir() else old.unlink()

    @property
    def allure_results(self) -> Path:
        """Where allure-pytest writes."""
        return self.path / "allure-results"

    @property
    def junit(self) -> Path:
        """The JUnit XML."""
        return self.path / "junit.xml"

    @property
    def summary(self) -> Path:
        """The experiments in words."""
        return self.path / "summary.txt"

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
