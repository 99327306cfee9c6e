"""What `docs/given-cluster.md` shows is right: its file can be read, and the harness asks as it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.declared import Declared
from harness.errors import BadInputError
from harness.given.clusters import tables_of
from harness.given.consent import refuse_unasked
from harness.given.offer import offers
from harness.given.tables import Running, given
from harness.messages.description.decoding import decode_text
from harness.plugin.options import OPTIONS
from harness.servers.kafka.kind import Kafka
from tests.docs.blocks import Command, blocks
from tests.running import ROOT

PAGE = ROOT / "docs" / "given-cluster.md"


@pytest.fixture
def tables(tmp_path: Path) -> dict[str, Running]:
    (file,) = [block for block in blocks(PAGE) if block.name == "given.toml"]
    path = tmp_path / "given.toml"
    path.write_text(file.text)
    return dict(tables_of(path))


def test_the_file_gives_a_cluster_of_each_kind(tables: dict[str, Running]) -> None:
    assert tables.keys() == offers().keys()


def test_the_harness_asks_as_the_page_says(tables: dict[str, Running], tmp_path: Path) -> None:
    table = tables["kafka"]
    brokers = [
        given(table, place, f"kafka-{place}", address="127.0.0.1", endpoints={"external": at}, folder=tmp_path)
        for place, at in enumerate(table.at, start=1)
    ]
    with pytest.raises(BadInputError) as asked:
        refuse_unasked([Declared((Kafka(3, given=tuple(brokers)),))])
    (shown,) = [block.text for block in blocks(PAGE) if block.language == "text"]
    assert Command("pytest", shown).printed(str(asked.value))


def test_the_file_of_a_system_that_runs_already_can_be_read(tmp_path: Path) -> None:
    (file,) = [block for block in blocks(PAGE) if block.name == "system.toml"]
    services = decode_text(file.text, tmp_path / "system.toml").services
    assert {role: service.count for role, service in services.items()} == {"facade": 1, "logging": 3, "messages": 2}


def test_the_options_are_those_that_there_are() -> None:
    text = PAGE.read_text()
    for option in ("--kafka-bootstrap", "--hazelcast-members", "--given", "--yes-break-it", "--timings"):
        assert option in OPTIONS
        assert option in text


def test_every_key_of_the_file_is_on_the_page() -> None:
    text = PAGE.read_text()
    for offer in offers().values():
        for key in offer.table.__struct_fields__:
            assert f"`{key}`" in text
