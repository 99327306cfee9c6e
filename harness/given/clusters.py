"""Clusters that run already stand in for the servers of scenarios that have no services."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from harness.declared import About, Declared, Need, StandIn
from harness.decoding.problems import Problem
from harness.decoding.reading import table_of, text_of
from harness.decoding.walking import Walked
from harness.errors import BadInputError, LeftOutError
from harness.given.offer import GivenCluster, Offer, offers
from harness.given.tables import Running, problems
from harness.topology.timings import Timings


@dataclass(frozen=True)
class GivenClusters(StandIn):
    """The clusters that somebody has given."""

    clusters: tuple[GivenCluster, ...]

    @property
    def about(self) -> About:
        """The clusters in words."""
        return About("what was given", self.declared.words)

    @property
    def digest(self) -> str:
        """A hash of where the clusters are, and of what may be done to them."""
        return hashlib.sha256(repr(self.declared.servers).encode()).hexdigest()[:16]

    @property
    def declared(self) -> Declared:
        """All of them."""
        return Declared(tuple(cluster.servers for cluster in self.clusters))

    def in_place_of(self, declared: Declared, needs: Collection[Need], subject: Collection[str]) -> Declared:
        """These clusters as a scenario gets them: those of the kinds that it names."""
        if declared.application:
            raise LeftOutError("it needs services, and only servers were given")
        by_kind = {type(cluster.servers): cluster for cluster in self.clusters}
        if missing := [each.words for each in declared.servers if type(each) not in by_kind]:
            raise LeftOutError(f"it needs {missing[0]}, and none were given")
        return Declared(tuple(by_kind[type(each)].fitting(each) for each in declared.servers))


def clusters(file: Path | None, said: Mapping[str, str], timings: Timings) -> GivenClusters:
    """The clusters that a file and options give.

    Args:
        file: with a table for each cluster.
        said: by the names of options, what they say.
        timings: those of the run.

    Raises:
        BadInputError: something is wrong in the file or an option, or a cluster is not there.
    """
    tables: dict[str, tuple[Running, Path]] = {}
    if file:
        read = tables_of(file)
        tables = {key: (table, file.parent.resolve()) for key, table in read.items()}
    for key, offer in offers().items():
        if text := said.get(offer.option):
            if key in tables:
                raise BadInputError(f"{offer.option}: {file} gives [{key}] already; leave out one of them")
            tables[key] = offer.parse(text), Path.cwd()
    found = [offers()[key].find(table, folder, timings) for key, (table, folder) in tables.items()]
    return GivenClusters(tuple(found))


def tables_of(file: Path) -> Mapping[str, Running]:
    """The tables of a file, by their keys.

    Raises:
        BadInputError: something is wrong in it.
    """
    whole = table_of(text_of(file, "given.toml"), file, _file(offers()), _problems)
    tables = {key: getattr(whole, key) for key in offers()}
    given = {key: table for key, table in tables.items() if table is not None}
    if not given:
        raise BadInputError(f"{file}: gives no cluster; there may be {', '.join(f'[{key}]' for key in offers())}")
    return given


def _file(offered: Mapping[str, Offer]) -> type[msgspec.Struct]:
    """The type of the file itself."""
    fields: list[tuple[str, Any, Any]] = [(key, offer.table | None, None) for key, offer in offered.items()]
    return msgspec.defstruct("GivenFile", fields, frozen=True, kw_only=True, forbid_unknown_fields=True)


def _problems(walked: Walked) -> Iterator[Problem]:
    for key, offer in offers().items():
        for keys, table in walked.of(offer.table):
            assert keys == (key,)
            yield from problems(table, keys)
