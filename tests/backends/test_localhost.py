"""The rules in the network of a node that speaks to 127.0.0.1 alone: what goes where, and that all can go again."""

import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from harness.backends.listening import unreached
from harness.backends.localhost import LOCALHOST, rules, undo
from harness.backends.namespaces import Namespace, why_not
from harness.backends.process import ProcessBackend
from harness.backends.session import Session
from harness.errors import EnvironmentUnfitError
from harness.topology.nodes import Topology
from tests.backends.specs import tiny

ADDRESSES = {"tiny-1": "10.0.0.2", "tiny-2": "10.0.0.3"}
SPEC = replace(tiny(1), localhost={5001: ("tiny-2", 8000)})
SENT = "-p tcp -d 127.0.0.1 --dport 5001 -j DNAT --to-destination 10.0.0.3:8000"
COME = "-p tcp -d 10.0.0.2 --dport 8000 -j DNAT --to-destination 127.0.0.1:8000"
LEAVE = "-p tcp -s 127.0.0.1 ! -o lo -j SNAT --to-source 10.0.0.2"
needs_networks = pytest.mark.skipif(bool(why_not()), reason="local processes have no networks of their own")


def test_what_is_sent_to_a_port_of_127_0_0_1_goes_to_the_node_that_has_it() -> None:
    assert f"-A harness-localhost-out {SENT}" in rules(SPEC, ADDRESSES).splitlines()


def test_what_comes_for_the_node_arrives_at_127_0_0_1_from_itself_as_well() -> None:
    lines = rules(SPEC, ADDRESSES).splitlines()
    assert f"-A harness-localhost-in {COME}" in lines
    assert f"-A harness-localhost-out {COME}" in lines


def test_what_leaves_has_the_address_of_the_node() -> None:
    assert f"-A harness-localhost-from {LEAVE}" in rules(SPEC, ADDRESSES).splitlines()


def test_what_is_sent_to_a_port_that_only_the_code_has_goes_to_that_of_the_node() -> None:
    spec = replace(tiny(1), other_ports={("tiny-2", 5701): 8000})
    script = rules(spec, ADDRESSES)
    assert [line for line in script.splitlines() if "DNAT" in line] == [
        "-A harness-localhost-out -p tcp -d 10.0.0.3 --dport 5701 -j DNAT --to-destination 10.0.0.3:8000"
    ]
    assert "route_localnet" not in script
    assert "route_localnet" in rules(SPEC, ADDRESSES)


def test_who_waits_for_such_a_node_looks_for_it_at_127_0_0_1() -> None:
    assert unreached(["127.0.0.1:8000"], LOCALHOST, 8000) == ""
    assert unreached(["10.0.0.2:8000"], LOCALHOST, 8000).endswith("have it listen on 0.0.0.0 or on 127.0.0.1")
    other = unreached(["127.0.0.1:8000"], "10.0.0.2", 8000)
    assert other.endswith("on its own address, or say localhost = true of a system for one machine")


@pytest.fixture
def namespace() -> Iterator[Namespace]:
    with closing(Namespace()) as made:
        yield made


def run(namespace: Namespace, script: str) -> str:
    done = subprocess.run([*namespace.enter, "sh", "-ec", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.process
@needs_networks
def test_they_are_there_once_however_often_they_are_put_and_nothing_of_a_fault_goes_with_them(
    namespace: Namespace,
) -> None:
    run(namespace, "iptables -w 5 -t nat -N harness-proxy; iptables -w 5 -t nat -I PREROUTING -p tcp -j harness-proxy")
    before = run(namespace, "iptables -w 5 -t nat -S")
    run(namespace, rules(replace(SPEC, localhost={5009: ("tiny-2", 8000)}), ADDRESSES))
    run(namespace, rules(SPEC, ADDRESSES))
    there = run(namespace, "iptables -w 5 -t nat -S").splitlines()
    assert len([line for line in there if "-j DNAT" in line]) == 3
    assert len([line for line in there if "-j harness-localhost" in line]) == 3
    assert not [line for line in there if "5009" in line]
    assert there.index("-A PREROUTING -p tcp -j harness-proxy") < there.index(
        "-A PREROUTING -p tcp -j harness-localhost-in"
    )
    run(namespace, undo())
    run(namespace, undo())
    assert run(namespace, "iptables -w 5 -t nat -S") == before


@pytest.mark.process
def test_without_networks_such_a_node_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.backends.process.why_not", lambda: "that takes root, on Linux")
    backend = ProcessBackend(Session.of_this_process())
    words = (
        r"^tiny-1: these speak to 127\.0\.0\.1 alone \(localhost = true\), which takes a network for each, and local "
        r"processes have none here \(that takes root, on Linux\): use --backend docker$"
    )
    with pytest.raises(EnvironmentUnfitError, match=words):
        backend.deploy(Topology("local", (replace(SPEC, localhost={}),)), lambda line: None)
