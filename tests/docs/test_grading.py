"""What `docs/grading.md` shows is what is printed: the system in Flask is graded in containers."""

from pathlib import Path

import pytest

from tests.docs.checkout import checkout
from tests.running import ROOT


@pytest.mark.docker
def test_what_is_shown_is_printed(tmp_path: Path) -> None:
    with checkout(tmp_path) as copy:
        assert copy.follow(ROOT / "docs" / "grading.md") == 1
        rows = (copy.root / "graded" / "grades.csv").read_text().splitlines()
        assert rows[1].startswith("flask,")
