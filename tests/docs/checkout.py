"""Follows documents where what a reader writes and runs is nobody else's: in a copy of this checkout, or beside it."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.provision.cache import cache_folder
from tests.docs.blocks import follow
from tests.running import ROOT, typed

# What Python has compiled comes along: it is valid for a copy, too.
_LEFT_OUT = (".git", ".venv", ".cache", ".*_cache", ".hypothesis", "reports")
_TIMEOUT_S = 300
_HARNESS = """#!{python}
import sys

sys.path.insert(0, "{root}")
from harness.cli import main

main()
"""


class Checkout:
    """The copy, with its `harness` and this checkout's packages on the path."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        (root / "bin").mkdir()
        script = root / "bin" / "harness"
        script.write_text(_HARNESS.format(python=sys.executable, root=root))
        script.chmod(0o755)
        path = f"{script.parent}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        self._environment = {**os.environ, "PATH": path, "HARNESS_CACHE": str(cache_folder()), "COLUMNS": "120"}
        # The packages' environment has this checkout as an installed package, too.
        self._environment["PYTHONPATH"] = str(root)

    def run(self, line: str) -> tuple[int, str]:
        """Exit status and output of a line that a person types."""
        return typed(line, self.root, self._environment, timeout_s=_TIMEOUT_S)

    def follow(self, document: Path) -> int:
        """Writes and runs everything that a document says, in its order; how many commands that were."""
        return follow(document, self.root, self.run)


def followed(document: Path, folder: Path) -> int:
    """Follows a document in a folder of its own, with this checkout's `harness`; how many commands that were."""
    beginning = f'harness() {{ {shlex.quote(sys.executable)} -m harness "$@"; }}\n'
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    return follow(document, folder, lambda line: typed(beginning + line, folder, environment, timeout_s=_TIMEOUT_S))


@contextmanager
def checkout(folder: Path) -> Iterator[Checkout]:
    """A copy in `folder`; a system that is still up in the end is brought down."""
    copy = Checkout(folder / "checkout")
    try:
        yield copy
    finally:
        if (copy.root / ".cache" / "session" / "socket").exists():
            copy.run("harness down")
