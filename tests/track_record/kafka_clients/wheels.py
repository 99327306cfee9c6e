"""Installs a release of kafka-python into a folder of its own, checked against its hash, once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from harness.errors import EnvironmentUnfitError
from harness.provision.cache import cache_folder, exclusively

#: By release the sha256 of its wheel; it needs no other package.
_WHEELS: Mapping[str, str] = {
    "2.0.1": "513431184ecd08e706ca53421ff23e269fc052374084b45b49640419564dd704",
    "2.0.2": "2d92418c7cb1c298fa6c7f0fb3519b520d0d7526ac6cb7ae2a4fc65a51a94b6e",
    "3.0.5": "da852ecc8c8be71b52106892de288bdb16db4f64241bea8d9c9faeb1539f33fc",
    "3.0.6": "fdaabef28fe3a67fcd59d3637873505922c8f1b0e6f14fc3014bdd60ff615e44",
    "3.0.8": "e0fd7d3a70e4c85506c747e722cabb65a7beaaa7ccd95840d10bf653d77da7ed",
    "3.0.9": "506ba871979b79813120bbf522bd71d827611c0756de57aac5a15f111a11bed4",
    "3.0.11": "9d10cab4e11e02545d82c7e5af5702da5aa46dd4eccd11ad92a50bf6dbbecd14",
    "3.0.12": "67add72052e3ad0c37ed9963ebe2b1696adc7f063c64eaf19862c21b69a64a18",
}


def installed(release: str) -> Path:
    """The folder that a process of that release has first on its path.

    Raises:
        EnvironmentUnfitError: pip can't get it.
    """
    folder = cache_folder() / f"kafka-python-{release}"
    with exclusively("kafka-python", _quiet):
        if not folder.exists():
            part = folder.with_suffix(".part")
            pip = (sys.executable, "-m", "pip", "install", "--no-deps", "--require-hashes", "-r", "/dev/stdin")
            lock = f"kafka-python=={release} --hash=sha256:{_WHEELS[release]}\n"
            done = subprocess.run(
                (*pip, "--upgrade", "--target", part), input=lock, capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise EnvironmentUnfitError(f"kafka-python {release} can't be installed: {done.stderr.strip()}")
            part.rename(folder)
    return folder


def _quiet(line: str) -> None:
    """Says nothing of a wait for another run."""
