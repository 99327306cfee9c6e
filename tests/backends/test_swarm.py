"""The swarm of two real engines: made and left, or used as it is; images travel, and nothing is left on either."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from harness.backends import engine
from harness.backends.docker import DockerBackend
from harness.backends.machines import Machine
from harness.backends.session import Session
from harness.backends.swarm import state_of
from harness.backends.sweep import sweep
from harness.backends.watchdog import clean
from harness.errors import BadInputError, EnvironmentUnfitError
from harness.provision.images import lacks
from harness.topology.nodes import Topology
from harness.waiting import until
from tests.backends.engines import in_namespace, needs_engines, there
from tests.backends.naming import engines_file
from tests.backends.owners import owning
from tests.backends.specs import TINY, tiny

pytestmark = [pytest.mark.docker, needs_engines]

_TWO = Topology("two", (tiny(1), tiny(2)))


@pytest.fixture
def session() -> Iterator[Session]:
    """One of which nothing is left on any engine afterwards."""
    session = Session.of_this_process()
    yield session
    clean(session, quiet_s=0.0)


@pytest.fixture
def backend(session: Session, tiny_image: str, machines: tuple[Machine, ...]) -> DockerBackend:
    return DockerBackend(session, images={TINY.name: tiny_image}, machines=machines)


def test_images_are_carried_to_where_they_lack_and_nothing_is_left_but_these(
    session: Session, backend: DockerBackend, machines: tuple[Machine, ...], tiny_image: str
) -> None:
    with contextlib.closing(engine.connect(machines[1].url)) as second:
        with contextlib.suppress(docker.errors.ImageNotFound):
            second.images.remove(tiny_image, force=True)
        before = [there(machine) for machine in machines]
        said: list[str] = []
        with backend.deploy(_TWO, said.append):
            assert not lacks(second, tiny_image)
            assert all(there(machine, session) for machine in machines)
        assert clean(session, quiet_s=0.0)
    assert f"carrying {tiny_image} to machine-2" in said
    assert not [line for line in said if line.startswith("carrying") and "machine-1" in line]
    assert [there(machine) for machine in machines] == before == [[], []]


@pytest.mark.parametrize("cleaning", ["the watchdog", "the next run"])
def test_what_a_killed_run_left_is_removed_from_each_engine_with_the_swarm(
    machines: tuple[Machine, ...], tiny_image: str, tmp_path: Path, cleaning: str
) -> None:
    with owning(tiny_image, str(engines_file(tmp_path, machines))) as owner:
        assert all(there(machine, owner.session) for machine in machines)
        if cleaning == "the next run":
            owner.kill_the_watchdog()
        owner.kill()
        if cleaning == "the next run":
            said: list[str] = []
            sweep(said.append)
            assert "2 members of a swarm" in "\n".join(said)
        else:
            owner.await_watchdog_gone()
        assert not owner.left()
        until("both engines to be as before", lambda: [there(machine) for machine in machines] == [[], []], timeout_s=5)


def test_a_swarm_that_is_there_is_used_as_it_is_and_stays(
    session: Session, backend: DockerBackend, machines: tuple[Machine, ...]
) -> None:
    with _swarm(machines):
        with backend.deploy(_TWO, print) as deployment:
            assert set(deployment.nodes["tiny-1"].links().values()) == {True}
        assert clean(session, quiet_s=0.0)
        # A worker hears last of a network's end.
        until("the network to be gone", lambda: not any(there(machine, session) for machine in machines), timeout_s=10)
        assert all("a swarm" in there(machine) for machine in machines)


def test_an_engine_outside_of_the_others_swarm_is_refused(
    backend: DockerBackend, machines: tuple[Machine, ...]
) -> None:
    with (
        _swarm(machines[:1]),
        pytest.raises(EnvironmentUnfitError, match="machine-1 is in a swarm that machine-2 is not"),
    ):
        backend.deploy(_TWO, print)


def test_two_swarms_are_refused(backend: DockerBackend, machines: tuple[Machine, ...]) -> None:
    with (
        _swarm(machines[:1]),
        _swarm(machines[1:]),
        pytest.raises(EnvironmentUnfitError, match="machine-2 and machine-1 are in two swarms"),
    ):
        backend.deploy(_TWO, print)


def test_a_swarm_without_a_manager_among_the_engines_is_refused(
    session: Session, tiny_image: str, machines: tuple[Machine, ...]
) -> None:
    backend = DockerBackend(session, images={TINY.name: tiny_image}, machines=machines[1:])
    with _swarm(machines), pytest.raises(EnvironmentUnfitError, match="none of machine-2 manages the swarm"):
        backend.deploy(_TWO, print)


def test_the_swarm_of_another_run_is_refused_and_left_alone(
    backend: DockerBackend, machines: tuple[Machine, ...], tiny_image: str, tmp_path: Path, session: Session
) -> None:
    with owning(tiny_image, str(engines_file(tmp_path, machines))) as owner:
        with pytest.raises(EnvironmentUnfitError, match="machine-1 is in the swarm of another run of the harness"):
            backend.deploy(_TWO, print)
        assert clean(session, quiet_s=0.0)
        assert all(there(machine, owner.session) for machine in machines)
        assert all("a swarm" in there(machine) for machine in machines)


def test_the_same_engine_by_two_sockets_is_refused_and_in_no_swarm_afterwards(
    session: Session, tiny_image: str, machines: tuple[Machine, ...]
) -> None:
    with _second_socket(machines[0]) as twin:
        backend = DockerBackend(session, images={TINY.name: tiny_image}, machines=(machines[0], twin))
        with pytest.raises(BadInputError, match="names one engine twice, as machine-1 and as twin: leave one out"):
            backend.deploy(_TWO, print)
        assert clean(session, quiet_s=0.0)
    assert there(machines[0]) == []


def test_an_engine_that_can_not_join_is_named_with_the_ports_and_none_is_in_a_swarm_afterwards(
    session: Session, backend: DockerBackend, machines: tuple[Machine, ...]
) -> None:
    closed = ["INPUT", "-p", "tcp", "--dport", "2377", "-j", "REJECT", "--reject-with", "tcp-reset"]
    in_namespace(machines[0], "iptables", "-w", "5", "-I", *closed)
    try:
        with pytest.raises(EnvironmentUnfitError, match=r"machine-2 does not join the swarm of machine-1 .* 2377/tcp"):
            backend.deploy(_TWO, print)
    finally:
        in_namespace(machines[0], "iptables", "-w", "5", "-D", *closed)
    assert clean(session, quiet_s=0.0)
    assert [there(machine) for machine in machines] == [[], []]


def test_an_engine_that_does_not_answer_is_named(
    session: Session, tiny_image: str, machines: tuple[Machine, ...]
) -> None:
    nobody = Machine("nobody", "unix:///no/such/socket", "10.9.9.9")
    backend = DockerBackend(session, images={TINY.name: tiny_image}, machines=(machines[0], nobody))
    refused = r"nobody: no Docker engine answers at unix:///no/such/socket \(.*\): start it, or leave it out"
    with pytest.raises(EnvironmentUnfitError, match=refused):
        backend.deploy(_TWO, print)
    assert there(machines[0]) == []


@contextlib.contextmanager
def _swarm(machines: tuple[Machine, ...]) -> Iterator[None]:
    """Somebody's own swarm of some of them, of which the first is the manager."""
    with contextlib.ExitStack() as made:
        clients = [made.enter_context(contextlib.closing(engine.connect(machine.url))) for machine in machines]
        first, at = clients[0], machines[0].address
        first.swarm.init(advertise_addr=at, listen_addr=f"{at}:2377")
        for client, machine in zip(clients, machines, strict=True):
            made.callback(_left_alone, client)
            if client is not first:
                token = first.swarm.attrs["JoinTokens"]["Worker"]
                client.swarm.join([f"{at}:2377"], token, f"{machine.address}:2377", machine.address)
            # It comes a moment after, and would come after the swarm's end.
            until("the bridge", lambda api=client.api: api.networks(names=["docker_gwbridge"]), timeout_s=10)
        yield


def _left_alone(client: docker.DockerClient) -> None:
    if state_of(client)["LocalNodeState"] != "inactive":
        client.swarm.leave(force=True)
    client.api.remove_network("docker_gwbridge")


@contextlib.contextmanager
def _second_socket(machine: Machine) -> Iterator[Machine]:
    """The same engine, as another machine at another address."""
    path = Path(machine.url.removeprefix("unix://"))
    other = path.with_name("twin")
    other.symlink_to(path)
    yield Machine("twin", f"unix://{other}", "10.9.9.9")
    other.unlink()
