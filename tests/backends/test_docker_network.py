import contextlib
from ipaddress import IPv4Network

import pytest

from harness.backends import engine
from harness.backends.docker_network import create_network, means_taken
from harness.backends.session import Session
from harness.errors import EnvironmentUnfitError
from tests.backends.namespace import needs_a_namespace, run_apart

_CREATE = """
import contextlib
from harness.backends import engine
from harness.backends.docker_network import create_network
from harness.backends.session import Session
from harness.errors import EnvironmentUnfitError
session = Session.of_this_process()
with contextlib.closing(engine.connect()) as client:
    try:
        print(create_network(client, f"harness-{session.id}-test", session.labels())[1])
    except EnvironmentUnfitError as error:
        print(error)
    finally:
        engine.remove(client, engine.owned(client, session.__eq__))
"""


@pytest.mark.docker
@needs_a_namespace
@pytest.mark.parametrize(
    ("networks", "pool"),
    [
        ([], "10.213.0.0/16"),
        (["10.1.2.3/8"], "172.16.0.0/16"),
        (["10.1.2.3/8", "172.20.0.1/12"], "192.168.192.0/19"),
        (["10.1.2.3/8", "172.20.0.1/12", "192.168.1.1/16"], "198.18.0.0/15"),
    ],
    ids=["nothing", "10/8", "10/8 and 172.16/12", "every private network"],
)
def test_a_subnet_is_found_beside_the_networks_that_the_host_is_on(networks: list[str], pool: str) -> None:
    assert IPv4Network(run_apart(_CREATE, *networks).strip()).subnet_of(IPv4Network(pool))


@pytest.mark.docker
@needs_a_namespace
def test_a_host_that_is_on_all_of_them_is_told_which_were_tried() -> None:
    said = run_apart(_CREATE, "10.1.2.3/8", "172.20.0.1/12", "192.168.1.1/16", "198.18.0.1/15")
    assert "could be made in any of 10.213.0.0/16, 172.16.0.0/16, 192.168.192.0/19, 198.18.0.0/15 (this host" in said


@pytest.mark.docker
def test_a_subnet_that_another_network_has_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session.of_this_process()
    pool = IPv4Network("10.213.0.0/16")
    free = iter(pool.subnets(new_prefix=24))
    with contextlib.closing(engine.connect()) as client:
        try:
            _, taken = create_network(client, f"harness-{session.id}-1", session.labels())
            candidates = [taken, next(subnet for subnet in free if subnet != taken)]
            monkeypatch.setattr("harness.backends.docker_network.candidates", lambda: iter(candidates))
            _, subnet = create_network(client, f"harness-{session.id}-2", session.labels())
            assert subnet == candidates[1]
            monkeypatch.setattr("harness.backends.docker_network.candidates", lambda: iter([taken]))
            with pytest.raises(EnvironmentUnfitError, match="overlap"):
                create_network(client, f"harness-{session.id}-3", session.labels())
        finally:
            engine.remove(client, engine.owned(client, session.__eq__))


@pytest.mark.parametrize(
    "refusal",
    [
        "Pool overlaps with other one on this address space",
        "networks have overlapping IPv4",
        "subnet 10.213.7.0/24 is already used on the host or by another config",
    ],
)
def test_both_kinds_of_engine_are_understood_when_a_subnet_is_taken(refusal: str) -> None:
    assert means_taken(refusal)


def test_a_name_that_is_taken_is_no_subnet_that_is() -> None:
    assert not means_taken("network name harness-x-1 already used: network already exists")
