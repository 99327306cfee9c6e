"""Every document, file and test that a document names is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import ROOT

DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "reports" / "README.md"]
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)|(?:src|href)=\"(?!https?:|#)([^\"#]+)")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`]+)`")
#: A path from the checkout's root, with the test that is named in it; `<kind>` and `...` stand for any name.
PATH = re.compile(r"(?:^|[\s\"'])((?:harness|scenarios|services|tests|docs|bench|examples)/[^\s\"':,)]*)(?:::(\w+))?")
OF_A_RUN = re.compile(r"(?:^|[\s\"'])reports/([\w.-]+)")


def code(document: Path) -> str:
    """What stands in backticks, without the blocks of code, which tests run."""
    return "\n".join(" ".join(found.split()) for found in CODE.findall(FENCED.sub("", document.read_text())))


def missing(text: str) -> Iterator[str]:
    """The paths and tests that the text names and that are not there."""
    for path, test in PATH.findall(text):
        found = list(ROOT.glob(re.sub(r"<[^>]*>|\.\.\.", "*", path.rstrip("/."))))
        if not found or (test and f"def {test}(" not in found[0].read_text()):
            yield f"{path}::{test}" if test else path


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_link_leads_nowhere(document: Path) -> None:
    links = [one or other for one, other in LINK.findall(document.read_text())]
    assert not [link for link in links if not (document.parent / link).exists()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_or_test_in_backticks_is_missing(document: Path) -> None:
    assert not list(missing(code(document)))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_run_leaves_is_listed_where_a_reader_looks(document: Path) -> None:
    listed = (ROOT / "reports" / "README.md").read_text()
    assert not [name for name in OF_A_RUN.findall(code(document)) if name not in listed]


@pytest.mark.parametrize(
    "text", ["harness/no_such.py", "pytest tests/test_waiting.py::test_no_such", "harness/<kind>/x"]
)
def test_a_name_of_what_is_not_there_is_found(text: str) -> None:
    assert list(missing(text))


@pytest.mark.parametrize(
    "text", ["harness/history.py", "harness/servers/<kind>/", "tests/test_*.py", "and/or harness/"]
)
def test_a_name_of_what_is_there_is_not(text: str) -> None:
    assert not list(missing(text))
