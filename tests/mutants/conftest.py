"""Settings with a known mistake; a test names one before `system`, so that it is there when the servers start."""

from typing import Any

import pytest

from harness.servers.hazelcast import spec as hazelcast
from harness.servers.kafka import spec as kafka


@pytest.fixture
def members_that_terminate(monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGTERM ends a member at once, as it does by default: it hands nothing over."""
    _with(monkeypatch, hazelcast, {"hazelcast.shutdownhook.policy": "TERMINATE"})


@pytest.fixture
def one_replica(monkeypatch: pytest.MonkeyPatch) -> None:
    """Topics have one replica, and one is enough."""
    _with(monkeypatch, kafka, {"default.replication.factor": "1", "min.insync.replicas": "1"})


@pytest.fixture
def merges_that_discard(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the smaller side of a split holds is thrown away, and maps have no backup."""
    maps = {f"{hazelcast.NO_BACKUP}*": {"backup-count": 0, "merge-policy": {"class-name": "DiscardMergePolicy"}}}
    monkeypatch.setitem(hazelcast._STRUCTURES, "map", maps)
    monkeypatch.setitem(hazelcast.BACKUPS, "1", hazelcast.NO_BACKUP)


def _with(monkeypatch: pytest.MonkeyPatch, module: Any, settings: dict[str, str]) -> None:
    right = module._properties
    monkeypatch.setattr(module, "_properties", lambda *arguments: {**right(*arguments), **settings})
