"""`harness init-suite` writes files that work, and never over somebody's."""

from pathlib import Path

from tests.docs.blocks import blocks
from tests.running import ROOT, run

OWN_SUITE = ROOT / "docs" / "own-suite.md"


def test_what_it_writes_is_collected(tmp_path: Path) -> None:
    folder = tmp_path / "orders"
    assert run("harness", "init-suite", str(folder))[0] == 0
    status, output = run("pytest", "-p", "harness.plugin", "--collect-only", "-q", cwd=folder)
    assert status == 0, output
    assert output.splitlines()[0] == "test_kafka_leader.py::test_losing_the_leader_loses_no_order"


def test_it_writes_over_nothing(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    status, output = run("harness", "init-suite", str(tmp_path))
    there = f"{tmp_path / 'pytest.ini'} is there already and stays as it is"
    assert (status, output) == (2, f"error: {there}; name a folder that has none\n")
    assert [path.name for path in tmp_path.iterdir()] == ["pytest.ini"]
    assert (tmp_path / "pytest.ini").read_text() == "[pytest]\n"


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    status, output = run("harness", "init-suite", str(tmp_path / "file" / "orders"))
    assert (status, output) == (2, f"error: {tmp_path / 'file' / 'orders'} can't be written to: Not a directory\n")


def test_the_page_shows_what_it_writes() -> None:
    (shown,) = [block.text for block in blocks(OWN_SUITE) if block.language == "python" and not block.name]
    assert shown == (ROOT / "harness" / "cli" / "suite" / "test_kafka_leader.py").read_text()
