"""A suite elsewhere hands over a package by an entry point: replay, report and command line find what is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.running import ROOT, run

_FILES = {
    # What pip writes when it installs a project whose entry points name the package.
    "shop-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: shop\nVersion: 1\n",
    "shop-1.dist-info/entry_points.txt": "[harness]\nshop = shop\n",
    "shop/__init__.py": "",
    "shop/checkers.py": '''
"""Prompt: no order waits."""
from collections.abc import Sequence
from harness.checkers.verdict import Anomaly, Verdict, checker
from harness.events import Event, operations

@checker
def prompt(events: Sequence[Event], *, within_s: float) -> Verdict:
    """Judges every order."""
    slow = [o for o in operations(events) if o.f == "order" and o.ended - o.began > within_s * 1e9]
    anomalies = [Anomaly("slow", f"{len(slow)} orders were slow", tuple(slow))] if slow else []
    return Verdict.of(anomalies, {"orders": len(operations(events))})
''',
    "shop/telling.py": '''
"""How orders are told."""
from harness.telling import Fate, Fates, Telling

def fates(events, anomalies):
    slow = [order.value for anomaly in anomalies for order in anomaly.operations]
    return [Fate(f"order of {value['customer']}", "slow", (), "it waited in the shop", "waited") for value in slow]

ORDERS = Telling(
    fates=(Fates("what became of each order", fates),),
    categories={"Late order": ("slow",)},
)
''',
    "shop/faults/__init__.py": "",
    "shop/faults/freeze.py": '''
"""Freeze: the node stands still."""
from harness.faults.pause import Pause

class Freeze(Pause):
    """As a pause."""
    name = "freeze"
    done = "froze"
''',
    "test_orders.py": """
import pytest
from harness import assert_broken, assert_holds
from shop.checkers import prompt

pytestmark = pytest.mark.faulttolerance

def test_none_waits(history):
    history.invoke(1, "order", 7).ok({"customer": "Ada"})
    assert_holds(history, prompt, within_s=60)

def test_all_wait(history):
    history.invoke(1, "order", 7).ok({"customer": "Ada"})
    assert_holds(history, prompt, within_s=0)

def test_all_wait_as_expected(history):
    history.invoke(1, "order", 7).ok({"customer": "Ada"})
    assert_broken(history, prompt, "slow", within_s=0)
""",
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The folder of the suite."""
    for name, text in _FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def there(folder: Path, *arguments: str) -> tuple[int, str]:
    """Runs a module where the suite is installed."""
    return run(*arguments, cwd=folder, PYTHONPATH=f"{ROOT}:{folder}")


def test_its_histories_replay_with_its_checker_and_its_words(shop: Path) -> None:
    status, output = there(shop, "pytest", "-p", "harness.plugin", "-p", "no:cacheprovider")
    assert status == 1, output
    assert "Late order" in (shop / "reports" / "allurerc.json").read_text()
    assert [replayed(shop, name) for name in ("none_waits", "all_wait", "all_wait_as_expected")] == [0, 1, 0]


def replayed(shop: Path, name: str) -> int:
    """The exit status of a history's replay, which is told in the suite's words where orders waited."""
    (history,) = (path for path in (shop / "reports" / "histories").iterdir() if path.stem.endswith(f"test_{name}"))
    status, output = there(shop, "harness", "replay", str(history), "--report", str(shop / name))
    assert "shop.checkers.prompt(within_s=" in output
    assert ("slow: order of Ada: it waited in the shop" in output) == (name != "none_waits")
    assert ("What became of each order" in (shop / name / "report.md").read_text()) == (name != "none_waits")
    return status


def test_a_history_can_be_judged_by_its_checker(shop: Path) -> None:
    history = ROOT / "tests" / "histories" / "lost-updates.jsonl"
    judge = ("harness", "replay", "--check", "shop.checkers.prompt:within_s=1", str(history))
    assert there(shop, *judge)[0] == 0
    status, output = run(*judge)
    assert status == 2
    assert 'there is no checker "shop.checkers.prompt"' in output


def test_its_fault_is_a_command(shop: Path) -> None:
    status, output = there(shop, "harness", "freeze", "--help")
    assert status == 0, output
    assert "Freeze TARGET: the node stands still." in output


def test_a_package_that_is_not_there_is_named(shop: Path) -> None:
    (shop / "shop" / "__init__.py").unlink()
    (shop / "shop").rename(shop / "gone")
    words = "shop hands over the package shop, which is not there; install the suite again, or remove it"
    assert there(shop, "harness", "status") == (2, f"error: {words}\n")
    status, output = there(shop, "pytest", "-p", "harness.plugin", "-p", "no:cacheprovider", "--reports=mine")
    assert (status, words in output, "INTERNALERROR" in output) == (2, True, False), output
