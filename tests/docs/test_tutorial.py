"""The tutorial is true: a reader who types what it says sees what it shows, on a real system."""

from pathlib import Path

import pytest

from tests.docs.blocks import blocks
from tests.docs.checkout import checkout
from tests.running import ROOT

TUTORIAL = ROOT / "docs" / "tutorial.md"


@pytest.mark.process
def test_every_step_of_the_tutorial_works(tmp_path: Path) -> None:
    with checkout(tmp_path) as copy:
        assert copy.follow(TUTORIAL) >= 10


def test_no_code_of_the_tutorial_is_left_out() -> None:
    left_out = [block.place for block in blocks(TUTORIAL) if block.language == "python" and not block.name]
    assert not left_out
