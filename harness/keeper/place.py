"""Where a keeper and its commands meet: one system for each checkout."""

from __future__ import annotations

from pathlib import Path

from harness.provision.cache import ROOT

FOLDER = ROOT / ".cache" / "keeper"


def socket_path() -> Path:
    """The keeper's socket; there while it runs."""
    return FOLDER / "socket"


def log_path() -> Path:
    """What the keeper wrote."""
    return FOLDER / "log"


def history_path() -> Path:
    """The history of everything that was sent and broken since the system is up."""
    return FOLDER / "history.jsonl"
