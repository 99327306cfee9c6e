"""What `harness grade` gives to a run can be typed, too; what can't be kept is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import BadInputError
from harness.messages.description.application import read
from harness.run import Options
from harness.topology.confinement import Confinement
from tests.grading import hostile
from tests.running import ROOT, run


def test_local_processes_and_what_runs_already_are_not_confined() -> None:
    for other in ({"backend": "process"}, {"attach": True}):
        with pytest.raises(BadInputError, match="can't keep anything within limits"):
            Options(confinement=Confinement(), **other)  # type: ignore[arg-type]


@pytest.mark.parametrize("option", ["--confined=usual", "--checkout=examples/flask"])
def test_an_option_that_is_about_somebodys_system_needs_its_file(option: str) -> None:
    status, output = run("pytest", "scenarios/test_services.py", "--collect-only", "-q", option, cwd=ROOT)
    assert status == 2
    assert f"{option.partition('=')[0]} is about somebody's own system: name its file with --system FILE" in output


def test_one_file_describes_many_checkouts_and_each_has_a_digest_of_its_own(tmp_path: Path) -> None:
    good, crashes = (hostile.write(tmp_path, name) for name in ("good", "crashes"))
    file = tmp_path / "one.toml"
    file.write_text((good / "system.toml").read_text())
    for folder in (good, crashes):
        (folder / "system.toml").unlink()
    seen = [read(file, folder, trusted=False) for folder in (good, crashes, good)]
    assert seen[0].digest == seen[2].digest != seen[1].digest
    (good / "service.py").write_text("changed")
    assert read(file, good, trusted=False).digest != seen[0].digest


def test_code_that_nobody_trusts_does_not_run_as_a_local_process(tmp_path: Path) -> None:
    good = hostile.write(tmp_path, "good")
    system = read(good / "system.toml", trusted=False)
    with pytest.raises(BadInputError, match="is not trusted, and runs in confined containers"):
        system.kinds.checkout.prepare(print)
