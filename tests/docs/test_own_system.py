"""What `docs/own-system.md` shows is what is printed: the system in Flask is checked, tried, and broken."""

from pathlib import Path

import pytest

from harness.backends.namespaces import why_not
from tests.docs.checkout import checkout
from tests.running import ROOT


@pytest.mark.process
@pytest.mark.skipif(why_not() is not None, reason="the example's services need networks of their own, which take root")
def test_what_is_shown_is_printed(tmp_path: Path) -> None:
    with checkout(tmp_path) as copy:
        assert copy.follow(ROOT / "docs" / "own-system.md") == 4
