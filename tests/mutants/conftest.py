"""Settings with a known mistake; a test names one before `system`, so that it is there when the servers start."""

import pytest

from harness.messages.namespace import Namespace
from harness.servers.hazelcast import spec


@pytest.fixture
def no_backups(monkeypatch: pytest.MonkeyPatch) -> None:
    """The services' map and queue have no backup, although they are declared to have one."""
    monkeypatch.setattr(Namespace, "_prefix", spec.NO_BACKUP)


@pytest.fixture
def merges_that_discard(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the smaller side of a split holds is thrown away, and maps have no backup."""
    maps = {f"{spec.NO_BACKUP}*": {"backup-count": 0, "merge-policy": {"class-name": "DiscardMergePolicy"}}}
    monkeypatch.setitem(spec._STRUCTURES, "map", maps)
    monkeypatch.setitem(spec.BACKUPS, "1", spec.NO_BACKUP)
