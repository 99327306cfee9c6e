"""Where a keeper and its commands meet: one system for each checkout."""

from __future__ import annotations

from pathlib import Path

from harness.provision.cache import ROOT

FOLDER = ROOT / ".cache" / "keeper"


def make_folder() -> None:
    """For this user only: who can write to the socket can run code here."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    FOLDER.chmod(0o700)


def socket_path() -> Path:
    """The keeper's socket; there while it runs."""
    return FOLDER / "socket"


def lock_path() -> Path:
    """Locked by the keeper from its first moment to its last."""
    return FOLDER / "lock"


def log_path() -> Path:
    """What the keeper wrote."""
    return FOLDER / "log"


def history_path() -> Path:
    """The history of everything that was sent and broken since the system is up."""
    return FOLDER / "history.jsonl"


def borrowed_history_path() -> Path:
    """The history of what was broken by command while a pytest run worked in the system."""
    return FOLDER / "history-borrowed.jsonl"
