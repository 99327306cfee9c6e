"""One report of the parts of a run: `python -m harness.report.merged INTO PART...`, each the folder of a `--shard`.

Histories and logs stay in their parts, where each failure says that they are.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.etree import ElementTree

from harness.errors import EXIT_BAD_INPUT, HarnessError
from harness.events import read as read_history
from harness.report import record
from harness.report.comparison import LOCKS, Compared
from harness.report.folder import Layout, ReportFolder
from harness.report.record import Record


def merge(parts: Sequence[Path], into: ReportFolder) -> Record:
    """Writes what a single run would have written there, but for histories and logs.

    Raises:
        BadInputError: a part is no folder of a run.
    """
    folders = [Layout(part) for part in parts]
    whole = record.together([record.read(folder.outcomes) for folder in folders])
    whole.write(into)
    for folder in folders:
        shutil.copytree(folder.allure_results, into.allure_results, dirs_exist_ok=True)
    _merge_junit([folder.junit for folder in folders if folder.junit.exists()], into.junit)
    into.figures.write_text("".join(f.figures.read_text() for f in folders if f.figures.exists()))
    _compare((history for folder in folders for history in folder.histories()), into)
    return whole


def _merge_junit(parts: Sequence[Path], into: Path) -> None:
    suites = ElementTree.Element("testsuites")
    for part in parts:
        suites.extend(ElementTree.parse(part).getroot())
    ElementTree.ElementTree(suites).write(into, encoding="utf-8", xml_declaration=True)


def _compare(histories: Iterable[Path], into: ReportFolder) -> None:
    """The tables that put several scenarios side by side: no part had all of them."""
    compared = Compared(LOCKS)
    event = f'"{LOCKS.event}"'.encode()
    found = [path for path in histories if event in path.read_bytes()]
    if [path for path in sorted(found) if compared.take(read_history(path))]:
        compared.write(into.path)


def main() -> None:
    """Merges what it is given."""
    try:
        folder = ReportFolder(Path(sys.argv[1]))
        whole = merge([Path(argument) for argument in sys.argv[2:]], folder)
    except HarnessError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(EXIT_BAD_INPUT)
    sys.stdout.write(f"{whole.sentence} {folder.summary}\n")


if __name__ == "__main__":
    main()
