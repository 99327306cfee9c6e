"""A file says where services run already: these become nodes that nobody starts, and what can't be said is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.declared import Declared
from harness.errors import BadInputError, LeftOutError
from harness.messages import messages
from harness.messages.application import Messages
from harness.messages.description.application import OwnSystem
from harness.messages.description.decoding import decode_text
from harness.messages.description.kinds import kinds
from harness.messages.description.launching import specs
from harness.messages.description.model import Description
from harness.messages.description.summary import summary
from harness.messages.needs import LOGGING_READ, at_least
from harness.servers.hazelcast import hazelcast
from harness.servers.kafka import Kafka, kafka
from harness.servers.kafka.given import GivenKafka
from harness.topology.given import Given
from tests.messages.description.example import RUNNING, refused

FILE = """\
name = "small"
[services.facade.running]
at = ["127.0.0.1:8000"]
[services.logging]
names = ["first", "second"]
[services.logging.running]
at = ["127.0.0.1:8001", "localhost:8002"]
kill = ["systemctl", "kill", "log@${index}", "${at}"]
start = ["systemctl", "start", "log@${index}"]
[post]
path = "/"
[get]
path = "/"
[get.logging]
"""
#: Brokers that run already.
KAFKA = '[servers.kafka.running]\nat = ["127.0.0.1:9092"]\n'


def described(text: str, folder: Path) -> Description:
    return decode_text(text, folder / "system.toml")


def test_services_that_run_already_are_nodes_with_the_commands_that_break_them(tmp_path: Path) -> None:
    description = described(FILE, tmp_path)
    nodes = {spec.name: spec for spec in specs(description, kinds(description, tmp_path), members=0, brokers=0)}
    assert {name: (spec.role, spec.index, dict(spec.ports)) for name, spec in nodes.items()} == {
        "facade": ("facade", 1, {"http": 8000}),
        "first": ("logging", 1, {"http": 8001}),
        "second": ("logging", 2, {"http": 8002}),
    }
    second = nodes["second"].kind
    assert isinstance(second, Given)
    assert (second.address, second.where, second.killable, second.pausable) == (
        "127.0.0.1",
        "localhost:8002",
        True,
        False,
    )
    assert second.how("kill") == "systemctl kill log@2 localhost:8002"
    assert second.folder == str(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("[services.logging]\n", '[services.logging]\ncommand = ["x"]\n', "5: services.logging.command: is about how"),
        ("[services.logging]\n", "[services.logging]\nport = 80\n", "5: services.logging.port: is about how it starts"),
        ("[services.logging]\n", "[services.logging]\ncount = 3\n", "5: services.logging.count: expected 2, one for"),
        ("[services.logging]\n", '[services.logging]\nready = { log = "x" }\n', "5: services.logging.ready.log: no"),
        ('"second"]', '"second", "third"]', "5: services.logging.names: expected 2, one for each instance"),
        ('"127.0.0.1:8001"', '"http://127.0.0.1:8001"', "7: services.logging.running.at[0]: expected host:port"),
        ('"127.0.0.1:8001"', '"127.0.0.1:80010"', "7: services.logging.running.at[0]: 80010 is no port"),
        ('"127.0.0.1:8001"', '"127.0.0.1:8000"', "7: services.logging.running.at[0]: 127.0.0.1:8000 is there 2 times"),
        ("${index}", "${indx}", "8: services.logging.running.kill: ${indx} names nothing; did you mean index?"),
        ('start = ["systemctl", "start", "log@${index}"]\n', "", "8: services.logging.running.kill: needs `start`"),
        ("name =", "localhost = true\nname =", "1: localhost: is about how services start, and facade runs already"),
        ("[post]", "[servers.kafka]\n[post]", "10: servers.kafka: would be started, and facade runs already"),
        ("[post]", f"{KAFKA}count = 2\n[post]", "12: servers.kafka.running.count: there is no such key"),
        ("[post]", f"[servers.kafka]\ncount = 1\n{KAFKA}[post]", "11: servers.kafka.count: is about servers that are"),
        ("[post]", f'{KAFKA}kill = ["x"]\n[post]', "12: servers.kafka.running.kill: needs `start` beside it"),
        (
            "[post]",
            f'{KAFKA}stat = ["x"]\n[post]',
            "12: servers.kafka.running.stat: there is no such key; did you mean",
        ),
        (
            "[post]",
            KAFKA.replace("9092", "8000") + "[post]",
            "11: servers.kafka.running.at[0]: 127.0.0.1:8000 is there 2",
        ),
        (
            "[post]",
            '[servers.hazelcast]\ncluster = "x"\n[servers.hazelcast.running]\nat = ["a:1"]\n[post]',
            "11: servers.hazelcast.cluster: is about servers that are started, and these run already "
            "([servers.hazelcast.running]): say it in [servers.hazelcast.running]",
        ),
        (
            "[post]",
            '[servers.hazelcast.running]\nat = ["a:1"]\nhttp = ["a:2", "b:2"]\n[post]',
            "12: servers.hazelcast.running.http: 2 for 1 members (at); give one for each",
        ),
        ("[post]", '[queue]\nkind = "kafka"\nname = "x"\n[post]', "11: queue.kind: kafka needs such servers"),
        ("[get]\n", '[get]\neffect = "takes"\n', "13: get.effect: would take messages out of a system that runs"),
        (
            "[services.facade.running]\nat =",
            '[services.facade]\ncommand = ["x"]\nport =',
            "2: services.facade: would be started, and logging runs already: say where it runs",
        ),
    ],
)
def test_what_does_not_fit_is_said_with_its_line(old: str, new: str, problem: str, tmp_path: Path) -> None:
    text = FILE.replace(old, new, 1).replace('port = ["127.0.0.1:8000"]', "port = 8000")
    assert text != FILE
    lines = refused(text, tmp_path / "system.toml")
    assert any(line.startswith(problem) for line in lines), lines


def test_all_that_can_be_said_of_what_runs_can_be_said_together(tmp_path: Path) -> None:
    assert {role: service.count for role, service in described(RUNNING, tmp_path).services.items()} == {
        "facade": 1,
        "logging": 2,
    }


def test_servers_run_already_only_if_the_services_do(tmp_path: Path) -> None:
    service = '[services.facade]\ncommand = ["x"]\nport = 80\n'
    text = f'name = "x"\n{service}{KAFKA}[post]\npath = "/"\n[get]\npath = "/"\n'
    lines = refused(text, tmp_path / "system.toml")
    assert lines[0].startswith("2: services.facade: would be started, and kafka runs already: say where it runs"), lines


def test_a_queue_of_brokers_that_run_already_is_known(tmp_path: Path) -> None:
    queue = '[queue]\nkind = "kafka"\nname = "posts"\n'
    described_ = described(FILE.replace("[post]", f"{KAFKA}{queue}[post]"), tmp_path)
    told = summary(described_)
    assert "Kafka brokers that run already; queue posts (Kafka" in told
    assert "Kafka runs already at 127.0.0.1:9092, which nobody has said how to break" in told


def test_a_scenario_gets_the_brokers_that_run_already_or_is_left_out(tmp_path: Path) -> None:
    description = described(FILE.replace("[post]", f"{KAFKA}[post]"), tmp_path)
    nodes = tuple(Given(f"10.0.0.{number}", (("external", f"10.0.0.{number}:1"),)) for number in (1, 2))
    own = OwnSystem(description, kinds(description, tmp_path), (GivenKafka(nodes, {"log.retention.ms": "7"}),))
    usual = messages("any")
    assert own.in_place_of(Declared(usual.servers, usual), (), ()).servers == (Kafka(2, given=nodes),)
    with pytest.raises(LeftOutError, match="it needs 3 Kafka brokers, and the file has 2 Kafka brokers"):
        own.in_place_of(Declared(usual.servers, usual), (), ("Kafka",))
    enough = own.in_place_of(Declared(usual.servers, usual), (at_least(1, "kafka"),), ("Kafka",))
    assert enough.servers == (Kafka(2, given=nodes),)
    assert enough.settings == {}
    brief = (hazelcast(), kafka(settings={"log.retention.ms": "1"}))
    with pytest.raises(LeftOutError, match=r"with log\.retention\.ms = 1, and those given have 7"):
        own.in_place_of(Declared(brief, usual), (at_least(1, "kafka"),), ())
    with pytest.raises(LeftOutError, match="it needs 3 Hazelcast members, and none were given"):
        own.in_place_of(Declared((hazelcast(),)), (), ())


def test_an_error_elsewhere_does_not_have_it_lack_a_port(tmp_path: Path) -> None:
    (told,) = refused(FILE.replace("[get]", "[gett]"), tmp_path / "system.toml")[:1]
    assert "port" not in told


def test_nobody_confines_what_runs_already(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="nobody confines what runs already"):
        kinds(described(FILE, tmp_path), tmp_path, trusted=False)


def test_the_summary_says_what_runs_and_how_it_is_broken(tmp_path: Path) -> None:
    told = summary(described(FILE, tmp_path))
    assert "facade runs already at 127.0.0.1:8000, which nobody has said how to break" in told
    assert "logging runs already at 127.0.0.1:8001, localhost:8002, broken by kill, start" in told
    assert "messages that the harness did not post are passed over" in told


@pytest.mark.parametrize(
    ("application", "subject", "why"),
    [
        (messages("any"), {"Hazelcast"}, "it needs 3 Hazelcast members"),
        (messages("any", consumers=False), set(), "messages instances that do not run yet when it begins"),
        (messages(), set(), "a messages service"),
    ],
)
def test_a_scenario_that_it_does_not_fit_is_left_out(
    application: Messages, subject: set[str], why: str, tmp_path: Path
) -> None:
    description = described(FILE, tmp_path)
    own = OwnSystem(description, kinds(description, tmp_path))
    assert own.in_place_of(Declared(application.servers, messages("any")), (), ()).servers == ()
    with pytest.raises(LeftOutError, match=why):
        own.in_place_of(Declared(application.servers, application), (), subject)
    with pytest.raises(LeftOutError, match="directly"):
        own.in_place_of(Declared(application.servers, messages("any")), (LOGGING_READ,), ())
    assert own.about.not_judged[-1] == "that nothing is shown which nobody posted"
    assert kafka() not in own.servers
