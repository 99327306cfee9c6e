"""`harness check` says what a file describes, or all that is wrong in it; and what it says of what nobody can see."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.messages.description.decoding import decode_text
from harness.messages.description.summary import summary, unseen
from tests.messages.description.example import FULL, changed, checkout
from tests.messages.description.test_checking import SMALL, without
from tests.running import ROOT, run


def test_a_right_file_is_told_in_one_line(tmp_path: Path) -> None:
    checkout(tmp_path).write_text(FULL)
    status, output = run("harness", "check", "system.toml", cwd=tmp_path)
    assert (status, output) == (
        0,
        "system.toml: shop: config, facade, 2 logging, 2 messages; 3 Hazelcast members, 2 Kafka brokers; "
        "queue messages (Kafka, 2 partitions)\n",
    )


def test_of_several_files_each_is_checked_and_one_that_is_wrong_decides(tmp_path: Path) -> None:
    checkout(tmp_path).write_text(FULL)
    (tmp_path / "wrong.toml").write_text(SMALL.replace("port", "prot").replace('path = "/"', 'path = ""', 1))
    status, output = run("harness", "check", "wrong.toml", "system.toml", "no.toml", cwd=tmp_path)
    assert status == 2
    first, second, third, last = output.splitlines()
    assert first.startswith("wrong.toml:4: services.facade.prot: there is no such key; did you mean port?")
    assert second.startswith("wrong.toml:6: post.path: expected a path")
    assert third.startswith("system.toml: shop: ")
    assert last == "no.toml: there is no such file"


def test_programs_get_json(tmp_path: Path) -> None:
    (tmp_path / "system.toml").write_text(SMALL + "x = 1\n")
    status, output = run("harness", "check", "--json", "system.toml", cwd=tmp_path)
    told = json.loads(output)["system.toml"]
    assert status == 2
    assert told["describes"] is None
    assert [each.partition(" (")[0] for each in told["problems"]] == ["system.toml:9: get.x: there is no such key"]


def test_it_needs_a_file() -> None:
    status, output = run("harness", "check")
    assert status == 2
    assert "Missing argument 'FILE...'" in output


def test_no_client_of_a_server_is_loaded_to_read_a_file(tmp_path: Path) -> None:
    (tmp_path / "system.toml").write_text(SMALL)
    (tmp_path / "reading.py").write_text(
        "import sys\nfrom pathlib import Path\nfrom harness.messages.typed import CHECK\n\n"
        "assert CHECK.answer([Path('system.toml')]).status == 0\n"
        "print([name for name in sys.modules if name.startswith(('kafka', 'hazelcast', 'harness.servers'))])\n"
    )
    assert run("reading", cwd=tmp_path, PYTHONPATH=f"{tmp_path}:{ROOT}") == (0, "[]\n")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (SMALL, ["neither a GET nor a direct read shows any messages: of these nothing is judged"]),
        (without("read.messages"), ["no direct read of messages instances: only the facade says what they have"]),
        (without("get.messages"), ["no messages part in a GET: what the facade shows of it is not judged"]),
        (
            without("get.messages", "read.messages"),
            ["neither a GET nor a direct read shows what messages has: nothing of it is judged"],
        ),
        (
            without("read.messages").replace('source = "/from"\n', ""),
            [
                "no direct read of messages instances: only the facade says what they have",
                "no source in a GET's messages part: nobody says which instance has them",
            ],
        ),
        (
            without("read.logged").replace('logged_by = "/by"\n', ""),
            ["neither an acknowledgement nor a direct read says which logging instance was given a message"],
        ),
        (changed('logged_by = "/by"\n', ""), []),
    ],
)
def test_what_nobody_can_look_at_is_said(tmp_path: Path, text: str, told: list[str]) -> None:
    described = decode_text(text, checkout(tmp_path))
    assert list(unseen(described)) == told
    assert summary(described).endswith("; ".join(told))
