"""What a file says of clusters that run already is refused with its line, and becomes nodes otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import BadInputError
from harness.given.clusters import clusters
from harness.given.tables import Running, given
from harness.topology.timings import FAST

WHERE = 'at = ["127.0.0.1:1", "127.0.0.1:2"]\n'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "gives no cluster; there may be [hazelcast], [kafka]"),
        ("[kafka]\n", ":1: kafka: the key at is missing: where each is reached, as host:port"),
        ("[kafak]\n" + WHERE, ":1: kafak: there is no such key; did you mean kafka?"),
        (
            '[kafka]\nat = ["broker"]\n',
            ":2: kafka.at[0]: expected host:port, such as \"127.0.0.1:9092\", found 'broker'",
        ),
        ("[kafka]\n" + WHERE + 'kil = ["x"]\n', ":3: kafka.kil: there is no such key; did you mean kill?"),
        ("[kafka]\n" + WHERE + 'kill = ["x"]\n', ":3: kafka.kill: needs `start` beside it"),
        ("[kafka]\n" + WHERE + 'pause = ["x"]\n', ":3: kafka.pause: needs `resume` beside it"),
        ("[kafka]\n" + WHERE + 'container = ["x"]\n', ":3: kafka.container: 1 for 2 nodes (at); give one for each"),
        (
            "[hazelcast]\n" + WHERE + 'http = ["127.0.0.1:3"]\n',
            ":3: hazelcast.http: 1 for 2 members (at); give one for each",
        ),
        (
            "[kafka]\n" + WHERE + 'container = ["x", "y"]\nkill = ["x"]\nstart = ["x"]\n',
            ":4: kafka.kill: a container has the engine do it",
        ),
        (
            "[kafka]\n" + WHERE + 'kill = ["x", "${nam}"]\nstart = ["x"]\n',
            ":3: kafka.kill: ${nam} names nothing; did you mean name?",
        ),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_line(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "given.toml"
    file.write_text(text)
    with pytest.raises(BadInputError) as refused:
        clusters(file, {}, FAST)
    assert f"{file}{problem}" in str(refused.value) or problem in str(refused.value)


def test_a_cluster_is_given_once(tmp_path: Path) -> None:
    file = tmp_path / "given.toml"
    file.write_text("[kafka]\n" + WHERE)
    with pytest.raises(BadInputError, match=r"--kafka-bootstrap: .* gives \[kafka\] already"):
        clusters(file, {"--kafka-bootstrap": "127.0.0.1:1"}, FAST)


def test_commands_say_which_node_they_are_about() -> None:
    table = Running(
        at=("10.0.0.1:9092", "10.0.0.2:9093"), kill=("kill", "${name}", "${index}"), start=("${host}:${port}",)
    )
    node = given(table, 2, "kafka-2", address="10.0.0.2", endpoints={"external": table.at[1]}, folder=Path("/tmp"))
    assert dict(node.commands) == {"kill": ("kill", "kafka-2", "2"), "start": ("10.0.0.2:9093",)}
    assert node.killable
    assert not node.pausable
    assert node.deeds == ("kill", "start")


def test_a_container_can_suffer_everything() -> None:
    table = Running(at=("127.0.0.1:9092",), container=("broker",))
    node = given(table, 1, "kafka-1", address="127.0.0.1", endpoints={"external": table.at[0]}, folder=Path("/tmp"))
    assert node.killable
    assert node.pausable
    assert [node.how(deed) for deed in node.deeds] == [
        "docker kill broker",
        "docker stop broker",
        "docker start broker",
        "docker pause broker",
        "docker unpause broker",
    ]
