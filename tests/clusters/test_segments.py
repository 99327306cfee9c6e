"""What a broker has in its files: batches of records, whole ones only; a broker without a replica has none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from kafka.record.default_records import DefaultRecordBatchBuilder

from harness.errors import EnvironmentUnfitError
from harness.servers.kafka.segments import Stored, records, stored


def batch(first: int, *values: bytes) -> bytes:
    """A batch as a broker stores it; its records begin at that offset."""
    builder = DefaultRecordBatchBuilder(2, 0, False, -1, -1, -1, 1 << 20)
    for place, value in enumerate(values):
        builder.append(place, 1000 + first + place, None, value, [])
    content = bytearray(builder.build())
    content[:8] = first.to_bytes(8, "big")
    return bytes(content)


@dataclass
class Files:
    """A node's data, as far as it is asked for."""

    files: dict[str, bytes] = field(default_factory=dict)
    spec: Any = None

    def read_data(self, path: str) -> bytes | None:
        return self.files.get(path)


SEGMENT = "kafka/topic-2/00000000000000000000.log"
META = {"kafka/meta.properties": b"version=1"}


def test_the_records_of_all_whole_batches() -> None:
    content = batch(0, b"a", b"b") + batch(2, b"c")
    assert list(records(content + batch(3, b"d")[:-1], 2)) == [
        *(Stored(2, 0, b"a", 1000), Stored(2, 1, b"b", 1001), Stored(2, 2, b"c", 1002))
    ]
    assert list(records(b"", 2)) == []


def test_a_broker_without_a_replica_has_none_and_one_whose_files_are_elsewhere_is_not_known() -> None:
    broker: Any = Files({SEGMENT: batch(0, b"a"), **META}, spec=type("Spec", (), {"name": "kafka-1"}))
    assert list(stored(broker, "topic", 2)) == [Stored(2, 0, b"a", 1000)]
    assert list(stored(broker, "topic", 1)) == []
    broker.files.clear()
    with pytest.raises(EnvironmentUnfitError, match=r"^kafka-1 has its files elsewhere, or none$"):
        list(stored(broker, "topic", 2))
