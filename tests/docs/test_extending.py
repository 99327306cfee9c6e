"""What `docs/extending.md` adds really works: its files are written, checked and run on a real system."""

from pathlib import Path

import pytest

from tests.docs.blocks import blocks
from tests.docs.checkout import checkout
from tests.running import ROOT

EXTENDING = ROOT / "docs" / "extending.md"


@pytest.mark.process
def test_what_is_added_works(tmp_path: Path) -> None:
    with checkout(tmp_path) as copy:
        assert copy.follow(EXTENDING) >= 6


def test_no_code_is_left_out() -> None:
    left_out = [block.place for block in blocks(EXTENDING) if block.language == "python" and not block.name]
    assert not left_out
