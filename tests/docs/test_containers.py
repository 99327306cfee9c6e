"""What `docs/containers.md` shows of a compose file is what is printed."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

from tests.docs.blocks import follow
from tests.running import ROOT


def test_what_is_shown_is_printed(tmp_path: Path) -> None:
    def typed(line: str) -> tuple[int, str]:
        own = f'harness() {{ {shlex.quote(sys.executable)} -m harness "$@"; }}\n{line}'
        environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
        done = subprocess.run(["bash", "-c", own], cwd=tmp_path, env=environment, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    assert follow(ROOT / "docs" / "containers.md", tmp_path, typed) == 2
