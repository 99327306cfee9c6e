"""The reference is what the code says now, and holds everything that a reader looks for in it."""

import pytest

from harness.public import __all__ as public
from harness.reference import PAGE, text


def test_it_is_current() -> None:
    assert PAGE.read_text() == text(), "docs/reference.md is not what the code says: run make docs"


@pytest.mark.parametrize("name", [name for name in public if not name.startswith("assert_")])
def test_every_name_that_a_scenario_imports_is_in_it(name: str) -> None:
    assert f"`{name}" in text()


@pytest.mark.parametrize(
    "entry",
    [
        "| `--backend`",
        "| `--shard K/N` |",
        "| `quarantine(reason, until)` |",
        "| `faulttolerance` |",
        "| `harness_run` |",
        "| `delivery.check(events: Sequence[Event], *, exactly_once: bool, at_risk: list[int] \\| None = None)` |",
        "### `harness send [OPTIONS] COUNT`",
    ],
)
def test_every_kind_of_entry_is_in_it(entry: str) -> None:
    assert entry in text()
