"""A node becomes another release of its server and keeps what it had stored, on both backends."""

import contextlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from harness.backends import engine
from harness.backends.protocol import Backend, Deployment, Upgradable
from harness.errors import BadInputError, HarnessError
from harness.events import faults, takes
from harness.faults import Upgrade
from harness.faults.offered import plain_faults
from harness.history import History
from harness.pool import restore
from harness.progress import Say
from harness.taken import Taken
from harness.topology.kinds import NodeKind, Program
from harness.topology.nodes import Topology
from tests.backends.specs import TINY
from tests.faults.acting import asking_nobody, only
from tests.faults.storing import BACKENDS, backend_named, storing


@dataclass(frozen=True)
class Later(NodeKind):
    """The tiny server in a release that says so."""

    name: str = "tiny-later"

    def versions(self) -> Mapping[str, str]:
        return {"Tiny": "2"}

    def prepare(self, say: Say) -> Program:
        return Program((sys.executable, str(TINY.program)), {"NOTE": "the later one"})

    def image(self) -> str:
        return self.name


LATER = Later()
#: What its image adds to the tiny server's.
IN_ITS_IMAGE = {LATER.name: 'ENV NOTE="the later one"'}


@pytest.fixture(scope="module", params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    with backend_named(request.param, IN_ITS_IMAGE) as backend:
        yield backend


@pytest.fixture
def deployment(backend: Backend) -> Iterator[Deployment]:
    spec = replace(storing(1), upgrades=(LATER,))
    with backend.deploy(Topology("one that is upgraded", (spec,)), print) as deployment:
        yield deployment


def answer(node: Upgradable) -> Mapping[str, Any]:
    return dict(httpx.get(f"http://{node.endpoint('http')}/", timeout=2).json())


def test_it_starts_as_the_other_release_with_what_it_had(
    backend: Backend, deployment: Deployment, tmp_path: Path
) -> None:
    node = cast(Upgradable, deployment.nodes["tiny-1"])
    address, endpoint = node.address, node.endpoint("http")
    with History.open(tmp_path / "h.jsonl") as history:
        nemesis = asking_nobody(history, backend.abilities)
        upgraded = nemesis.inject(Upgrade("2"), only(node))
        (noted,) = faults(history.events)
    assert takes(noted) == {Taken.PROCESS, Taken.CLIENTS}
    assert noted.value["release"] == "2"
    assert upgraded.proofs["tiny-1"].endswith("; tiny-later after tiny")
    assert answer(node) == {"starts": 2, "file": "later", "note": "the later one"}
    assert (node.address, node.endpoint("http")) == (address, endpoint)
    # Also what it wrote before.
    assert "start 1 as" in node.logs()
    assert "start 2 as" in node.logs()
    with pytest.raises(HarnessError, match="tiny-1 has become tiny-later"):
        restore(node)


def test_it_goes_on_as_that_release_after_a_kill(deployment: Deployment) -> None:
    node = cast(Upgradable, deployment.nodes["tiny-1"])
    Upgrade("2").inject([node])
    node.kill()
    node.start()
    assert answer(node) == {"starts": 3, "file": "later", "note": "the later one"}


def test_a_release_that_is_not_prepared_is_refused_before_anything_is_done(deployment: Deployment) -> None:
    node = cast(Upgradable, deployment.nodes["tiny-1"])
    with pytest.raises(BadInputError, match="tiny-1 is not prepared for release '3': name it where its server is"):
        Upgrade("3").inject([node])
    with pytest.raises(BadInputError, match="tiny-1 can't start as other"):
        node.become(Later("other"))
    assert answer(node)["starts"] == 1
    restore(node)


@pytest.mark.docker
def test_its_volume_goes_with_it() -> None:
    """Others may make volumes meanwhile."""
    with contextlib.closing(engine.connect()) as client, backend_named("docker", IN_ITS_IMAGE) as backend:
        with backend.deploy(Topology("one", (replace(storing(1), upgrades=(LATER,)),)), print) as deployment:
            node = cast(Upgradable, deployment.nodes["tiny-1"])
            Upgrade("2").inject([node])
            (volume,) = [
                mount["Name"] for mount in client.containers.get(node.exec_context().container).attrs["Mounts"]
            ]
            assert client.volumes.get(volume)
        assert volume not in {each.id for each in client.volumes.list()}


def test_it_is_no_command_as_nobody_knows_the_release() -> None:
    assert "upgrade" not in plain_faults()
