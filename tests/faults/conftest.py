"""What the tests of the faults that need a network share."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import cast

import pytest

from harness.backends.docker import DockerBackend
from harness.clusters import Clusters
from harness.faults.nemesis import Nemesis
from harness.history import History


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    """The nemesis's own."""
    with History.open(tmp_path / "history.jsonl") as history:
        yield history


@pytest.fixture
def nemesis(history: History) -> Nemesis:
    """One that picks by itself and asks no cluster."""
    nobody = cast(Clusters, None)
    return Nemesis(nobody, history, DockerBackend.abilities, detection_s=1, step=lambda words: nullcontext())
