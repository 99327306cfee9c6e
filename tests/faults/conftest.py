"""What the tests of faults share: a nemesis, backends, and nodes of two roles in a network."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.backends.docker import DockerBackend
from harness.backends.protocol import Backend
from harness.faults.nemesis import Nemesis
from harness.history import History
from tests.faults.acting import asking_nobody
from tests.faults.networks import RealDeployment, RealNode, deployed, mend, spec
from tests.faults.storing import BACKENDS, backend_named


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    """The nemesis's own."""
    with History.open(tmp_path / "history.jsonl") as history:
        yield history


@pytest.fixture
def nemesis(history: History) -> Nemesis:
    """One that picks by itself and asks no cluster."""
    return asking_nobody(history, DockerBackend.abilities)


@pytest.fixture(scope="module", params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Each backend."""
    with backend_named(request.param) as backend:
        yield backend


@pytest.fixture(scope="module", params=BACKENDS)
def deployment(request: pytest.FixtureRequest) -> Iterator[RealDeployment]:
    """Two servers and a client."""
    with deployed(request.param, spec("server", 1), spec("server", 2), spec("client", 1)) as deployment:
        yield deployment


@pytest.fixture
def server(deployment: RealDeployment) -> Iterator[RealNode]:
    """One that reaches all others, and answers everybody."""
    yield deployment.nodes["server-1"]
    mend(deployment)
