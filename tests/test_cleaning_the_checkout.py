"""`make clean` removes what was made in this checkout, and nothing that somebody else put there or keeps elsewhere."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.running import ROOT


def clean(folder: Path, cwd: Path, *arguments: str) -> None:
    subprocess.run(["make", "-s", "-f", str(folder / "Makefile"), "clean", *arguments], cwd=cwd, check=True)


def checkout(folder: Path) -> Path:
    folder.mkdir()
    shutil.copy(ROOT / "Makefile", folder)
    return folder


def file(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("years")
    return path


def test_what_was_made_is_removed(tmp_path: Path) -> None:
    folder = checkout(tmp_path / "checkout")
    for made in (".venv/.made", ".cache/harness/jar", ".cache/session/log", ".ruff_cache/x", ".hypothesis/x"):
        file(folder / made)
    clean(folder, folder)
    assert [path.name for path in folder.iterdir()] == ["Makefile"]


def test_what_is_a_strangers_stays(tmp_path: Path) -> None:
    folder = checkout(tmp_path / "checkout")
    elsewhere = tmp_path / "elsewhere"
    kept = [
        *(file(folder / name) for name in (".venv/bin/python", ".cache/mine/x", "thesis.tex")),
        *(file(elsewhere / name) for name in (".venv/.made", ".cache/harness/jar", "venv/x", "linked/harness/jar")),
    ]
    (folder / ".ruff_cache").symlink_to(elsewhere)
    clean(folder, elsewhere, f"VENV={elsewhere / 'venv'}")
    shutil.rmtree(folder / ".cache")
    (folder / ".cache").symlink_to(elsewhere / "linked")
    clean(folder, elsewhere)
    assert [path for path in kept if not path.exists()] == [folder / ".cache" / "mine" / "x"]
