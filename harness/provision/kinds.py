"""The kinds of nodes: how each is started and what has to be made for it once. All of them are listed here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from harness.topology.nodes import Kind


@dataclass(frozen=True)
class Server:
    """A kind that runs a server from Maven.

    Attributes:
        launcher: `launchers/launch_<launcher>.py` becomes it.
        preparations: the arguments of `launchers/prepare.py` that make what its starts reuse, by the variable that says
            where that is kept.
        after: the kinds that these arguments use, prepared before it.
    """

    launcher: str
    preparations: Mapping[str, tuple[str, ...]]
    after: tuple[Kind, ...] = ()


#: In the Dockerfile's order: the classic builder builds everything above its target, so a context has all of those.
KINDS: tuple[Kind, ...] = get_args(Kind)
SERVERS: Mapping[Kind, Server] = {
    "hazelcast": Server("hazelcast", {"HARNESS_AOT": ("train", "hazelcast")}),
    "kafka": Server("kafka", {"HARNESS_KAFKA_FORMATTED": ("format-kafka",), "HARNESS_AOT": ("train", "kafka")}),
    "postgres": Server("postgres", {"HARNESS_POSTGRES": ("unpack-postgres",)}),
    "hazelcast-mapstore": Server("hazelcast", {"HARNESS_AOT": ("train", "hazelcast-mapstore")}, after=("postgres",)),
}
