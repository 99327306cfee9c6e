"""What a kind of server offers to who has a cluster of it that runs already: the module `given` in its folder."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from harness.clusters import Servers
from harness.given.tables import Running
from harness.offered import brought_along
from harness.topology.timings import Timings


class GivenCluster(ABC):
    """A cluster that runs already, as it was found."""

    @property
    @abstractmethod
    def servers(self) -> Servers[Any]:
        """All of it, for no scenario."""

    @abstractmethod
    def fitting(self, wanted: Servers[Any]) -> Servers[Any]:
        """This cluster in place of the servers that a scenario is written for.

        Raises:
            LeftOutError: it is not what the scenario needs.
        """


@dataclass(frozen=True)
class Offer:
    """How clusters of one kind are given.

    Attributes:
        key: of the table in a file.
        option: of pytest, for who only says where the servers are.
        table: the type of that table.
        parse: makes a table of what the option says, or raises BadInputError.
        find: looks at the cluster that a table is about, whose commands run in that folder; raises BadInputError if it
            is not there, or slower to notice a loss than those timings allow for.
    """

    key: str
    option: str
    table: type[Running]
    parse: Callable[[str], Running]
    find: Callable[[Any, Path, Timings], GivenCluster]


@cache
def offers() -> Mapping[str, Offer]:
    """What there is, by the keys of the tables."""
    found = [value for module in brought_along("given") for value in vars(module).values()]
    return {offer.key: offer for offer in found if isinstance(offer, Offer)}
