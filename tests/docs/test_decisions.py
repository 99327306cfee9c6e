"""Each decision carries its number, its status and its date."""

import re

from tests.running import ROOT

PAGES = sorted((ROOT / "docs" / "decisions").glob("*.md"))
STATUS = re.compile(r"# .+\n\n\*\*Status\.\*\* (Accepted|Superseded|Rejected) on \d{4}-\d\d-\d\d[,. ]")


def test_no_two_have_the_same_number_and_none_is_missing() -> None:
    assert [int(page.name[:4]) for page in PAGES] == list(range(1, len(PAGES) + 1))


def test_each_says_what_became_of_it_and_when() -> None:
    assert not [page.name for page in PAGES if not STATUS.match(page.read_text())]
