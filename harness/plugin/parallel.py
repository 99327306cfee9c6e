"""Scenarios of one run in several processes, `pytest -n 2`: how the workers of pytest-xdist and their controller agree.

Each worker has servers of its own, owned by its process, so that one which dies takes nothing of another's along. The
controller collects nothing and hands the items out; it has the report folder and tells of the whole run. It learns only
from its workers whether there are scenarios at all, as a suite may have none: a worker leaves a word in a folder that
the controller has made, and waits until that says where the report goes. Every suite that has the harness and uses
workers imports this module.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

#: By this name a worker is told the folder, and the controller why a worker ended.
_NAME = "harness"
_FOLDER = pytest.StashKey[Path]()
_ASKED, _ANSWERED, _LEFT_OUT = "asked", "answered", "left-out"
#: How long a worker waits for the controller, in seconds: that may still have to read what another one collected.
_ANSWER_TIMEOUT_S = 60.0


def is_worker(config: pytest.Config) -> bool:
    """Whether this process runs items for another one."""
    return hasattr(config, "workerinput")


def has_workers(config: pytest.Config) -> bool:
    """Whether other processes run the items of this one."""
    return not is_worker(config) and config.getoption("dist", "no") != "no"


def prepare(node: Any) -> None:
    """Tells a worker that is about to start the folder; the controller calls it."""
    config: pytest.Config = node.config
    if _FOLDER not in config.stash:
        folder = config.stash[_FOLDER] = Path(tempfile.mkdtemp(prefix="harness-workers-"))
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    node.workerinput[_NAME] = str(config.stash[_FOLDER])


def ask(config: pytest.Config) -> None:
    """Lets the controller know that there are scenarios; a worker calls it before it says that it has collected."""
    (_folder_of(config) / _ASKED).touch()


def tell_left_out(config: pytest.Config, reasons: Mapping[str, int]) -> None:
    """Lets the controller know how many scenarios are left out, by the reason; every worker has the same to say."""
    _write(_folder_of(config) / _LEFT_OUT, json.dumps(reasons))


def left_out(config: pytest.Config) -> Mapping[str, int]:
    """How many scenarios are left out, by the reason, as the workers say; the controller calls it."""
    folder = config.stash.get(_FOLDER, None)
    file = folder / _LEFT_OUT if folder else None
    return json.loads(file.read_text()) if file and file.exists() else {}


def answer(config: pytest.Config) -> None:
    """Begins the report if a worker has asked for one; the controller calls it when a worker has collected."""
    folder = config.stash[_FOLDER]
    if not (folder / _ASKED).exists() or (folder / _ANSWERED).exists():
        return
    from harness.errors import EXIT_BAD_INPUT, BadInputError, EnvironmentUnfitError

    config.pluginmanager.import_plugin("harness.plugin.scenarios")
    from harness.plugin import scenarios

    try:
        reports = scenarios.lead(config)
    except (BadInputError, EnvironmentUnfitError) as error:
        pytest.exit(str(error), returncode=EXIT_BAD_INPUT)
    _write(folder / _ANSWERED, str(reports.absolute()))


def answered(config: pytest.Config) -> Path:
    """The report folder; a worker waits for it, once the controller knows that it has collected.

    Raises:
        AwaitTimeoutError: there was no answer in time.
    """
    from harness.waiting import until

    file = _folder_of(config) / _ANSWERED
    until(
        "the controller of pytest-xdist to say where the report goes",
        file.exists,
        bool,
        timeout_s=_ANSWER_TIMEOUT_S,
    )
    return Path(file.read_text())


def hand_on(config: Any, why: BaseException) -> None:
    """Has the controller know why this worker ends its run."""
    config.workeroutput[_NAME] = {"words": str(why), "status": getattr(why, "returncode", None)}


def end_as(node: Any) -> None:
    """Ends the run of the controller as the worker has ended, if that said why."""
    if why := getattr(node, "workeroutput", {}).get(_NAME):
        pytest.exit(why["words"], returncode=why["status"])


def _folder_of(config: Any) -> Path:
    return Path(config.workerinput[_NAME])


def _write(path: Path, text: str) -> None:
    """Writes a file that is whole, or not there yet."""
    begun = path.with_name(f"{path.name}-{os.getpid()}")
    begun.write_text(text)
    begun.rename(path)
