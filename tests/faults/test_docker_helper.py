"""The helper containers by which the networks of containers are impaired: what they may, and when they end."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any, cast

import pytest

from harness.backends import engine
from harness.backends.docker import DockerDeployment
from harness.backends.docker_node import DockerNode
from harness.errors import EnvironmentUnfitError
from harness.faults import Isolate
from harness.topology.nodes import NodeSpec
from tests.faults.networks import deployed, mend, spec

pytestmark = [
    pytest.mark.docker,
    pytest.mark.skipif(bool(engine.why_unavailable()), reason="no Docker engine answers"),
]


def server(index: int) -> NodeSpec:
    return spec("server", index)


@contextlib.contextmanager
def servers(count: int) -> Iterator[DockerDeployment]:
    with deployed("docker", *map(server, range(1, count + 1))) as deployment:
        yield cast(DockerDeployment, deployment)


@pytest.fixture(scope="module")
def deployment() -> Iterator[DockerDeployment]:
    """Three servers."""
    with servers(3) as deployment:
        yield deployment


@pytest.fixture
def nodes(deployment: DockerDeployment) -> Iterator[tuple[DockerNode, ...]]:
    """Three that run and reach each other."""
    yield tuple(deployment.nodes[f"server-{index}"] for index in (1, 2, 3))
    mend(deployment)


def test_a_helper_that_can_not_ask_is_no_silence(nodes: tuple[DockerNode, ...]) -> None:
    one = nodes[0]
    one.links()
    status, output = one._network._helper.run(["sh", "-ec", "rm $(command -v python3)"])  # type: ignore[union-attr]
    assert status == 0, output
    with pytest.raises(EnvironmentUnfitError, match="whether server-1 reaches server-2 can't be told: python3"):
        Isolate().control([one])
    with pytest.raises(EnvironmentUnfitError, match="can't be told"):
        Isolate().proof([one])
    one._network.end()  # type: ignore[union-attr]
    Isolate().control([one])


def test_a_node_may_filter_nothing_itself(nodes: tuple[DockerNode, ...]) -> None:
    Isolate().inject([nodes[0]])
    with contextlib.closing(engine.connect()) as client:
        host = client.api.inspect_container(nodes[0].exec_context().container)["HostConfig"]
    assert not host["CapAdd"]
    assert not host["Privileged"]


@pytest.mark.parametrize("end", ["kill", "stop", "remove", "put"])
def test_no_helper_outlasts_its_node(deployment: DockerDeployment, nodes: tuple[DockerNode, ...], end: str) -> None:
    one = nodes[0]
    one._network.end()  # type: ignore[union-attr]
    before = containers(deployment)
    Isolate().inject([one])
    assert containers(deployment) == sorted([*before, f"{deployment._site.name}-server-1-network"])
    match end:
        case "remove":
            deployment.remove(["server-1"])
            before.remove(f"{deployment._site.name}-server-1")
        case "put":
            deployment.put([server(1)])
        case _:
            getattr(one, end)()
    assert containers(deployment) == before
    if end == "remove":
        deployment.put([server(1)])


def test_no_helper_outlasts_the_deployment() -> None:
    with servers(2) as deployment:
        Isolate().control([deployment.nodes["server-1"]])
        assert len(containers(deployment)) == 4
    assert not containers(deployment)


def test_a_helper_is_no_node_and_ends_at_once_when_it_is_told_to(
    deployment: DockerDeployment, nodes: tuple[DockerNode, ...]
) -> None:
    nodes[0].links()
    with contextlib.closing(engine.connect()) as client:
        helper = client.containers.get(f"{deployment._site.name}-server-1-network")
        assert "harness.node" not in helper.labels
        helper.kill("SIGTERM")
        assert helper.wait(timeout=2)["StatusCode"] == 0
    nodes[0]._network.end()  # type: ignore[union-attr]


def containers(deployment: DockerDeployment) -> list[str]:
    """The names of all containers that carry the deployment's labels."""
    with contextlib.closing(engine.connect()) as client:
        found: Sequence[dict[str, Any]] = client.api.containers(all=True, filters=deployment._site.filters())
    return sorted(name.removeprefix("/") for each in found for name in each["Names"])
