"""Which machines a person names, and which of them a node comes to; no engine is asked."""

from pathlib import Path

import pytest

from harness.backends.docker_engines import assert_alike
from harness.backends.machines import Machine, machines
from harness.backends.placement import Spread
from harness.errors import BadInputError, EnvironmentUnfitError
from tests.backends.specs import tiny
from tests.faults.networks import spec

LEFT = '[[engine]]\nname = "left"\nurl = "unix:///left"\naddress = "10.9.9.1"\n'
RIGHT = '[[engine]]\nname = "right"\nurl = "tcp://10.9.9.2:2375"\n'


def test_a_line_names_engines_by_where_they_are() -> None:
    assert machines("tcp://10.9.9.1:2375, tcp://10.9.9.2:2376") == (
        Machine("machine-1", "tcp://10.9.9.1:2375", "10.9.9.1"),
        Machine("machine-2", "tcp://10.9.9.2:2376", "10.9.9.2"),
    )


def test_the_engine_of_this_machine_is_at_the_address_by_which_this_machine_reaches_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("harness.backends.machines._own_address", lambda other: asked.append(other) or "10.9.9.77")
    own, other = machines("unix:///var/run/docker.sock,tcp://10.9.9.2:2375")
    assert (own.address, other.address, asked) == ("10.9.9.77", "10.9.9.2", ["10.9.9.2"])


def test_a_file_says_names_and_addresses(tmp_path: Path) -> None:
    (tmp_path / "engines.toml").write_text(LEFT + RIGHT)
    assert machines(str(tmp_path / "engines.toml")) == (
        Machine("left", "unix:///left", "10.9.9.1"),
        Machine("right", "tcp://10.9.9.2:2375", "10.9.9.2"),
    )


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("tcp://10.9.9.1:2375", "name two engines or more; DOCKER_HOST names one"),
        ("ssh://me@there,tcp://10.9.9.1:2375", "'ssh://me@there' is no engine; an engine is unix:///path"),
        ("tcp://10.9.9.1,tcp://10.9.9.2:2375", "'tcp://10.9.9.1' is no engine"),
        ("tcp://10.9.9.1:2375,", "'' is no engine"),
        ("unix:///one,unix:///two", "unix:///two does not say at which address the others reach its machine"),
        ("unix:///one,unix:///two,tcp://10.9.9.1:2375", "unix:///two does not say at which address"),
        ("tcp://127.0.0.1:2375,tcp://10.9.9.1:2375", "at 127.0.0.1, of tcp://127.0.0.1:2375, no other machine"),
        ("tcp://10.9.9.1:2375,tcp://10.9.9.1:2375", "names one engine twice: two have the url tcp://10.9.9.1:2375"),
        ("tcp://10.9.9.1:2375,tcp://10.9.9.1:2376", "names one engine twice: two have the address 10.9.9.1"),
        ("tcp://no-such-host.invalid:1,tcp://10.9.9.1:2", "tcp://no-such-host.invalid:1: there is no address of"),
    ],
)
def test_what_is_wrong_in_a_line_is_said(said: str, words: str) -> None:
    with pytest.raises(BadInputError) as refused:
        machines(said)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "engines.toml can't be read: "),
        ("[[engine]\n", "engines.toml is no TOML: "),
        ("", "has [[engine]] tables and nothing else"),
        (f'{LEFT}{RIGHT}[more]\nkey = "1"\n', "has [[engine]] tables and nothing else"),
        (LEFT, "name two engines or more"),
        (f"{LEFT}{RIGHT}port = 1\n", "'port' can't be said so; a table has texts for"),
        (f'{LEFT}[[engine]]\nname = "right"\n', "'' is no engine"),
        (LEFT + RIGHT.replace("right", "left"), "names one engine twice: two have the name left"),
        (LEFT + RIGHT.replace("right", "Right one"), "'Right one' is no name for a machine"),
        (LEFT.replace("10.9.9.1", "left.example") + RIGHT, "'left.example', of unix:///left, is no IPv4 address"),
        (LEFT.replace("10.9.9.1", "0.0.0.0") + RIGHT, "at 0.0.0.0, of unix:///left, no other machine reaches it"),
    ],
)
def test_what_is_wrong_in_a_file_is_said(tmp_path: Path, text: str | None, words: str) -> None:
    if text is not None:
        (tmp_path / "engines.toml").write_text(text)
    with pytest.raises(BadInputError) as refused:
        machines(str(tmp_path / "engines.toml"))
    assert words in str(refused.value)


def test_nodes_of_a_role_are_on_one_machine_after_the_other_and_a_single_one_where_there_is_room() -> None:
    spread = Spread(["left", "right"])
    placed = {
        each.name: spread.machine(each)
        for each in (spec("kafka", 1), spec("kafka", 2), spec("kafka", 3), spec("facade", 1), spec("store", 1))
    }
    assert placed == {
        "kafka-1": "left",
        "kafka-2": "right",
        "kafka-3": "left",
        "facade-1": "right",
        "store-1": "left",
    }


def test_a_node_that_comes_again_is_where_it_was() -> None:
    spread = Spread(["left", "right"])
    assert [spread.machine(tiny(number)) for number in (1, 2, 1)] == ["left", "right", "left"]
    assert spread.machine(tiny(3)) == "left"


ENGINE = {"OSType": "linux", "Architecture": "x86_64", "ServerVersion": "28.2.2"}


def test_engines_of_one_release_are_alike_by_its_first_number() -> None:
    assert_alike({"left": ENGINE, "right": {**ENGINE, "ServerVersion": "28.1.0"}})


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"ServerVersion": "20.10.24+dfsg1"}, r"one release \(28.2.2 on left, 20.10.24\+dfsg1 on right\)"),
        ({"Architecture": "aarch64"}, r"one processor \(x86_64 on left, aarch64 on right\)"),
        ({"OSType": "windows"}, r"one operating system \(linux on left, windows on right\)"),
    ],
)
def test_engines_that_differ_are_refused(other: dict[str, str], words: str) -> None:
    with pytest.raises(EnvironmentUnfitError, match=words):
        assert_alike({"left": ENGINE, "right": {**ENGINE, **other}})
