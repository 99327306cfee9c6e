"""From a description to node specs: names, ports, references, readiness; what can't be is refused in one line."""

import pickle
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from harness.errors import BadInputError
from harness.messages.description.kind import kind
from harness.messages.description.kinds import Kinds
from harness.messages.description.launching import servers, specs
from harness.messages.description.model import Description
from harness.servers.hazelcast.kind import hazelcast
from harness.servers.kafka.kind import kafka
from harness.topology.kinds import ForeignImage
from harness.topology.nodes import HttpReady, LogReady, NodeSpec, PortReady
from tests.running import ROOT

KINDS = Kinds(ForeignImage("anything"))


def described(services: str, more: str = "") -> Description:
    """A description whose services are these lines, and whose facade is a small one if they say nothing of it."""
    facade = "" if "services.facade" in services else '[services.facade]\ncommand = ["run"]\nport = 80\n'
    text = f'name = "x"\n{more}\n[post]\npath = "/"\n[get]\npath = "/"\n{facade}{services}'
    return msgspec.convert(tomllib.loads(text), Description)


def made(services: str, *, members: int = 1, brokers: int = 1) -> Mapping[str, NodeSpec]:
    return {spec.name: spec for spec in specs(described(services), KINDS, members=members, brokers=brokers)}


def logging(**keys: Any) -> str:
    lines = {"command": ["run"], "port": 80, **keys}
    return "[services.logging]\n" + "\n".join(f"{key} = {value!r}" for key, value in lines.items())


def test_instances_are_called_after_their_service_and_counted_where_there_are_several() -> None:
    found = made(logging(count=2))
    assert {name: (spec.role, spec.index) for name, spec in found.items()} == {
        "facade": ("facade", 1),
        "logging-1": ("logging", 1),
        "logging-2": ("logging", 2),
    }


def test_names_of_their_own_are_host_names() -> None:
    found = made(logging(count=2, names=["logging_service_1", "logging_service_2"]))
    assert [spec.index for name, spec in found.items() if name.startswith("logging_service_")] == [1, 2]
    assert {name: spec.by_name for name, spec in found.items()} == {
        "facade": False,
        "logging_service_1": True,
        "logging_service_2": True,
    }


def test_each_instance_has_its_port() -> None:
    assert [spec.ports for spec in made(logging(count=2, port=[81, 82])).values()][1:] == [{"http": 81}, {"http": 82}]


def test_references_become_what_a_backend_resolves() -> None:
    command = ["run", "--port=${port}", "${name} is ${index} of 2"]
    services = logging(count=2, port=[81, 82], command=command, folder="src") + (
        '\nenvironment = { HOST = "${address}", PEER = "http://${logging-1}:81/", M = "${members}", B = "${brokers}" }'
    )
    spec = made(services, members=2, brokers=2)["logging-2"]
    assert spec.arguments == ("src", "run", "--port=82", "logging-2 is 2 of 2")
    assert spec.environment == {
        "HOST": "${logging-2}",
        "PEER": "http://${logging-1}:81/",
        "M": "${hazelcast-1}:5701,${hazelcast-2}:5701",
        "B": "${kafka-1}:9092,${kafka-2}:9092",
    }


@pytest.mark.parametrize(
    ("ready", "expected"),
    [
        ("{}", PortReady("http")),
        ('{ path = "/up", status = 204 }', HttpReady("http", "/up", status=204)),
        ('{ log = "size:3" }', LogReady("http", "size:3")),
    ],
)
def test_it_is_ready_as_it_says(ready: str, expected: object) -> None:
    assert made(logging() + f"\nready = {ready}")["logging"].ready == expected


@pytest.mark.parametrize(
    ("services", "words"),
    [
        (
            logging(command=["run", "${loging-2}"]),
            r"^services\.logging\.command: \$\{loging-2\} refers to nothing; ",
        ),
        (logging() + '\nenvironment = { A = "${nobody}" }', r"^services\.logging\.environment\.A: \$\{nobody\} refers"),
        (logging(count=2, port=[80]), r"^services\.logging\.port: 1 for 2 instances; give one for each$"),
        (logging(count=2, names=["a"]), r"^services\.logging\.names: 1 for 2 instances; give one for each$"),
        (logging(count=2, names=["a", "a"]), "^services: two nodes are called 'a'"),
        (logging(names=["kafka-1"]), "^services: two nodes are called 'kafka-1'"),
    ],
)
def test_what_cannot_be_is_refused(services: str, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        made(services)


def test_at_127_0_0_1_each_instance_has_the_others_and_the_servers_by_their_ports() -> None:
    more = "localhost = true\n[servers.hazelcast]\nlocalhost = [5701, 5702, 5703]\n[servers.kafka]\nlocalhost = [9999]"
    description = described(logging(count=2, port=[81, 82]), more)
    found = {spec.name: spec.localhost for spec in specs(description, KINDS, members=2, brokers=1)}
    there = {5701: ("hazelcast-1", 5701), 5702: ("hazelcast-2", 5701), 9999: ("kafka-1", 9092)}
    facade, one, two = {80: ("facade", 80)}, {81: ("logging-1", 81)}, {82: ("logging-2", 82)}
    assert found == {
        "facade": {**there, **one, **two},
        "logging-1": {**there, **facade, **two},
        "logging-2": {**there, **facade, **one},
    }
    assert all(spec.localhost is None for spec in made(logging(count=2)).values())


def test_servers_have_the_names_of_the_code_and_are_found_at_its_ports() -> None:
    more = '[servers.hazelcast]\nhosts = ["a:5701", "b:5709", "c:5701"]\n[servers.kafka]\ncount = 1\nhosts = ["k:93"]'
    description = described(logging(count=2), more)
    assert servers(description, {"kafka": ["other"]}) == (
        hazelcast(3, names=["a", "b", "c"]),
        kafka(1, names=["k", "other"]),
    )
    found = specs(description, KINDS, members=2, brokers=1)
    assert [spec.other_ports for spec in found] == [{("hazelcast-2", 5709): 5701, ("kafka-1", 93): 9092}] * 3
    assert all(spec.localhost is None and spec.is_led for spec in found)
    assert not any(spec.is_led for spec in made(logging()).values())


def test_packages_that_a_file_names_itself_are_those_of_a_requirements_file(tmp_path: Path) -> None:
    (tmp_path / "needed.txt").write_text("requests\n")
    for python, lines in (("", b""), ('python = "needed.txt",', b"-r needed.txt\n")):
        description = described("", f'runtime = {{ {python} packages = ["flask==3.1.3", "toml"] }}')
        build = kind(description, tmp_path).image()
        assert build.files["checkout-x/requirements/runtime.packages"] == lines + b"flask==3.1.3\ntoml\n"
        assert "-r /build/requirements/runtime.packages" in build.stages


def test_there_are_no_members_to_refer_to_where_there_are_none() -> None:
    with pytest.raises(BadInputError, match=r"\$\{members\} refers to nothing"):
        made(logging(command=["run", "${members}"]), members=0)


def test_servers_are_those_that_it_names() -> None:
    more = '[servers.hazelcast]\ncount = 2\ncluster = "c"\nsettings = { "a.b" = "1" }\n[servers.kafka]\ncount = 1'
    assert servers(described("", more)) == (hazelcast(2, settings={"a.b": "1"}, cluster="c"), kafka(1))
    assert servers(described("", "[servers.hazelcast]")) == (hazelcast(3),)
    assert servers(described("")) == ()


def test_the_example_is_a_description_and_its_kind_a_value_that_can_be_sent() -> None:
    folder = ROOT / "examples" / "flask"
    description = msgspec.convert(tomllib.loads((folder / "system.toml").read_text()), Description)
    found = kind(description, folder)
    assert found.name == "checkout-flask-example"
    assert {pickle.loads(pickle.dumps(found)), kind(description, folder)} == {found}
    assert [spec.name for spec in specs(description, Kinds(found), members=3, brokers=3)] == [
        *("logging_service_1", "logging_service_2", "logging_service_3"),
        *("messages_service_1", "messages_service_2", "facade"),
    ]
