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
from harness.messages.needs import LOGGING_READ
from harness.servers.kafka import kafka
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
