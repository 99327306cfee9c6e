"""Every document that a document points to is there."""

import re
from pathlib import Path

import pytest

from tests.running import ROOT

DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "reports" / "README.md"]
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)|(?:src|href)=\"(?!https?:|#)([^\"#]+)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_link_leads_nowhere(document: Path) -> None:
    links = [one or other for one, other in LINK.findall(document.read_text())]
    assert not [link for link in links if not (document.parent / link).exists()]
