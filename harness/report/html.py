"""Makes the HTML report from a run's results: how Allure is to show them, and the call of Allure (`make report`)."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from harness.claim import remove
from harness.errors import EXIT_BAD_INPUT, BadInputError, EnvironmentUnfitError, HarnessError
from harness.report.folder import CONFIG, MARKER, TREND
from harness.telling import tellings

_ALLURE = "allure@3.18.0"
_RUNS_IN_TREND = 20
_TIMEOUT_S = 300
#: Under "Charts" in the report's menu: the trend over the last runs, and what is not stable.
_CHARTS = [
    {"type": "currentStatus", "title": "This run"},
    {"type": "statusDynamics", "title": "The last runs", "limit": _RUNS_IN_TREND},
    {"type": "statusTransitions", "title": "What changed from run to run", "limit": _RUNS_IN_TREND},
    {"type": "durations", "title": "How long scenarios took", "groupBy": "none"},
    {"type": "durationDynamics", "title": "How long runs took", "limit": _RUNS_IN_TREND},
]
#: Failures by what they say, after those that name an anomaly.
_CATEGORIES = {
    "Loss that the settings permit": r"permitted loss: ",
    "Broken test": r"broken test: ",
    "Another guarantee broken": r"guarantee broken: |AssertionError|assert ",
    "Inconclusive": r"inconclusive: ",
    "Environment": r"the system did not come up: |environment: ",
    "Harness error": r"[^]",
}


def categories() -> Mapping[str, str]:
    """The regular expressions of failures, by title; the first that matches counts, so the particular ones come first.

    What kind of failure an anomaly is, is said by those whose it is (`harness.telling`).
    """
    anomalies: dict[str, list[str]] = {}
    for telling in tellings():
        for title, names in telling.categories.items():
            anomalies.setdefault(title, []).extend(names)
    particular = {title: rf"guarantee broken: .*\b({'|'.join(names)})\b" for title, names in anomalies.items()}
    return {**particular, **_CATEGORIES}


def write_config(folder: Path, environment: Mapping[str, str]) -> None:
    """Writes the configuration of Allure for this run; its paths are relative to the folder."""
    config = {
        "name": "Does it survive?",
        "resultsDir": "allure-results",
        "output": "allure",
        "historyPath": TREND,
        "historyLimit": _RUNS_IN_TREND,
        "variables": environment,
        "hideLabels": ["parentSuite", "suite", "subSuite", "host", "thread", "framework", "language", "package"],
        "categories": {
            "rules": [
                {"name": name, "matchedStatuses": ["failed", "broken"], "messageRegex": regex}
                for name, regex in categories().items()
            ]
        },
        "plugins": {
            "awesome": {"options": {"singleFile": True, "groupBy": ["epic", "feature", "story"], "charts": _CHARTS}}
        },
    }
    (folder / CONFIG).write_text(json.dumps(config, indent=1))


def make(folder: Path) -> Path:
    """Has Allure write `allure/index.html`, one file that opens without a server; returns its path.

    Raises:
        BadInputError: the folder holds no run, or what would be written over is not ours.
        EnvironmentUnfitError: Node.js is missing, or Allure could not be got or failed.
    """
    if not MARKER.marks(folder) or not (folder / CONFIG).is_file():
        raise BadInputError(f"{folder} holds no results of a run: run `make faulttolerance` first")
    if links := [name for name in (CONFIG, TREND) if (folder / name).is_symlink()]:
        raise BadInputError(f"{folder / links[0]} is a link, and what it leads to would be written over: remove it")
    npx = shutil.which("npx")
    if npx is None:
        raise EnvironmentUnfitError(
            "no HTML report: it needs npx, which comes with Node.js 20 or newer, and there is none; install it and "
            f"run `make report`. The results are kept in {folder}/allure-results, the summary in {folder}/summary.md"
        )
    page = folder / "allure" / "index.html"
    _count_once(folder / CONFIG, counted=page.exists())
    remove(page.parent)
    command = [npx, "--yes", _ALLURE, "generate", "--config", CONFIG]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise EnvironmentUnfitError(f"no HTML report: `{' '.join(command)}` took over {_TIMEOUT_S} s") from error
    if done.returncode != 0 or not page.exists():
        said = (done.stderr + done.stdout).strip()[-800:]
        raise EnvironmentUnfitError(
            f"no HTML report: `npx {' '.join(command[1:])}` in {folder} ended with {done.returncode}; does the package "
            f"registry for Node.js answer? It said: {said}"
        )
    return page


def _count_once(config: Path, *, counted: bool) -> None:
    """Keeps a run in the trend once, however often its report is made."""
    try:
        known = json.loads(config.read_text())
    except ValueError as error:
        raise BadInputError(
            f"{config} is no JSON, as of a run on a full disk: run `make faulttolerance` again"
        ) from error
    config.write_text(json.dumps({**known, "appendHistory": not counted}, indent=1))


def main() -> None:
    """Makes the HTML report of a folder: `python -m harness.report.html FOLDER`."""
    try:
        page = make(Path(sys.argv[1] if len(sys.argv) > 1 else "reports"))
    except (HarnessError, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(EXIT_BAD_INPUT)
    sys.stdout.write(f"the report: {page}\n")


if __name__ == "__main__":
    main()
