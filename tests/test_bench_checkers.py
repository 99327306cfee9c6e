"""The rival of the checkers' bench gets no more than its share of the machine, and its end ends no bench."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench import checkers

_EVENTS = checkers.registers(10, 2, broken=False)


def rival(folder: Path, body: str) -> Path:
    """A program in the place of porcupine."""
    path = folder / "rival"
    path.write_text(f"#!{sys.executable} -S\nimport os, sys\n{body}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("body", "result"),
    [
        ("print('Ok', 0.5)", "Ok"),
        ("print('Illegal', 0.5)", "Illegal"),
        ("print('Unknown', 30.0)", "over 30 s"),
        ("held = bytearray(1 << 31)\nprint('Ok', 0.5)", "over its memory"),
        ("os.kill(os.getpid(), 9)", "died (-9)"),
        ("sys.exit('no such file')", "died (1)"),
    ],
)
def test_what_a_rival_has_not_decided_is_said(tmp_path: Path, body: str, result: str) -> None:
    assert checkers.porcupine(rival(tmp_path, body), _EVENTS, tmp_path, memory_bytes=1 << 30)[0] == result


def test_a_rival_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkers, "_MORE_S", -29.5)
    binary = rival(tmp_path, f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\nwhile True: pass")
    assert checkers.porcupine(binary, _EVENTS, tmp_path)[0] == "over 30 s"
    assert subprocess.run(["kill", "-0", (tmp_path / "pid").read_text()], capture_output=True).returncode != 0
