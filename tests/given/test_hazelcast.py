"""Three Hazelcast members that no harness has started are given to it, configured as somebody else would do it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import EXIT_BAD_INPUT
from harness.servers.hazelcast.spec import MEMBER_PORT, members
from harness.topology.nodes import HttpReady, NodeSpec
from harness.topology.timings import FAST
from tests.given.outside import COMMANDS, Outside, outside, run, written

pytestmark = pytest.mark.process

CLUSTER = "staging"
SUITE = """import pytest
from harness import Kill
from harness.servers.hazelcast import hazelcast, member_list_of, oldest_member, partitions_safe
from harness.servers.hazelcast.assertions import assert_registers
from harness.servers.hazelcast.workloads.registers import Registers
from harness.servers.hazelcast.workloads.queues import Queue

pytestmark = [pytest.mark.faulttolerance, pytest.mark.system(hazelcast())]


def test_oldest(system, faults, hazelcast_cluster):
    registers = Registers(system, split="kept")
    with registers.traffic(a_second=30) as traffic:
        traffic.await_acknowledged(30)
        killed = faults.inject(Kill(), oldest_member).until(member_list_of(2))
        traffic.await_acknowledged(30)
        killed.undo().until(member_list_of(3)).until(partitions_safe())
    assert len(hazelcast_cluster.members()) == 3
    assert_registers(system.history)


def test_map_of_a_majority(system):
    Registers(system)


def test_queue_of_a_majority(system):
    Queue(system)


@pytest.mark.system(hazelcast(2))
def test_two_members(system):
    pass
"""


def plain(spec: NodeSpec) -> NodeSpec:
    """A member with one port for all, and with no structure that is configured."""
    return replace(
        spec,
        ports={"client": 5701},
        ready=HttpReady("client", "/hazelcast/health"),
        files={name: _plain(text) for name, text in spec.files.items()},
        files_when_ready={name: _plain(text) for name, text in spec.files_when_ready.items()},
    )


def _plain(text: str) -> str:
    config = json.loads(text)["hazelcast"]
    groups = {name: {"enabled": True} for name in ("HEALTH_CHECK", "CLUSTER_READ")}
    join = json.dumps(config["advanced-network"]["join"]).replace(f":{MEMBER_PORT}", ":5701")
    network = {
        "port": {"port": 5701, "auto-increment": False},
        "join": json.loads(join),
        "rest-api": {"enabled": True, "endpoint-groups": groups},
    }
    return json.dumps({"hazelcast": {"cluster-name": config["cluster-name"], "network": network}})


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    specs = members(3, cluster=CLUSTER, timings=FAST, zoned=False, stored=False, settings={}, version="")
    with outside(tmp_path_factory.mktemp("outside"), [plain(spec) for spec in specs]) as servers:
        yield servers


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    return written(tmp_path, SUITE)


def at(servers: Outside) -> list[str]:
    return [f"{address}:5701" for address in servers.addresses.values()]


def test_the_oldest_is_killed_and_what_does_not_fit_is_skipped(servers: Outside, suite: Path) -> None:
    file = servers.folder / "given.toml"
    file.write_text(f"[hazelcast]\nat = {at(servers)}\ncluster = '{CLUSTER}'\n{COMMANDS}".replace("'", '"'))
    status, output = run("pytest", "-rs", "--given", str(file), "--yes-break-it", cwd=suite)
    assert status == 0, output
    assert "1 passed, 2 skipped, 1 deselected" in output
    assert "it needs 2 Hazelcast members, and 3 were given" in output
    assert "hazelcast.map.split-brain-protection-ref = 'majority' (it is '')" in output
    assert "have nothing set for a queue whose name begins with majority-" in output
    assert all(servers.listens(name) for name in servers.addresses)


@pytest.mark.parametrize(
    ("option", "why"),
    [
        ("{0},{1},{2}", "lets a client of the cluster 'dev' in"),
        (CLUSTER + "@{0},{1}", "have others in their cluster, at [{2}"),
    ],
)
def test_who_says_too_little_of_the_cluster_hears_it_in_one_line(
    servers: Outside, suite: Path, option: str, why: str
) -> None:
    hosts = list(servers.addresses.values())
    status, output = run("pytest", "--hazelcast-members", option.format(*at(servers)), cwd=suite)
    assert status == EXIT_BAD_INPUT
    assert why.format(*hosts) in output
    assert "Traceback" not in output
