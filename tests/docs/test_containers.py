"""What `docs/containers.md` shows of a compose file is what is printed."""

from __future__ import annotations

from pathlib import Path

from tests.docs.checkout import followed
from tests.running import ROOT


def test_what_is_shown_is_printed(tmp_path: Path) -> None:
    assert followed(ROOT / "docs" / "containers.md", tmp_path) == 2
