"""What a kind of server offers to who has a cluster of it that runs already: the module `given` in its folder."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from harness.backends.gone import accepts
from harness.clusters import Servers
from harness.errors import BadInputError, LeftOutError
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
    def fitting(self, wanted: Servers[Any], *, alone: bool = True) -> Servers[Any]:
        """This cluster in place of the servers that a scenario is written for.

        Args:
            wanted: those servers.
            alone: whether there is nothing beside them: then they have to be set as those of the harness' own are. With
                services of somebody's own they are as he has them, but for what the scenario names.

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


def assert_listening(node: str, addresses: Iterable[str]) -> None:
    """Checks that somebody listens at each address.

    Args:
        node: what should, in words: "Kafka broker".
        addresses: as host:port.

    Raises:
        BadInputError: nobody does.
    """
    if silent := [each for each in dict.fromkeys(addresses) if not accepts(each)]:
        raise BadInputError(f"no {node} listens at {', '.join(silent)}; give host:port of those that run")


def assert_fit(
    node: str,
    count: int,
    has: Mapping[str, str],
    *,
    needed: int,
    special: Mapping[str, object],
    wanted: Mapping[str, str],
) -> None:
    """Checks that nodes which run already are what a scenario needs.

    Args:
        node: what each is, in words: "Kafka broker".
        count: how many there are.
        has: the settings that all of them have alike.
        needed: how many the scenario needs.
        special: by its words, whether the scenario needs them to be what only nodes of the harness' own are.
        wanted: the settings that it needs.

    Raises:
        LeftOutError: they are not.
    """
    if needed != count:
        raise LeftOutError(f"it needs {needed} {node}s, and {count} were given")
    if lacking := [words for words, asked in special.items() if asked]:
        raise LeftOutError(f"it needs {node}s {lacking[0]}, and those given run as they are")
    for name, value in wanted.items():
        if (found := has.get(name, "no such value")) != value:
            raise LeftOutError(f"it needs {node}s with {name} = {value}, and those given have {found}")


@cache
def offers() -> Mapping[str, Offer]:
    """What there is, by the keys of the tables."""
    found = [value for module in brought_along("given") for value in vars(module).values()]
    return {offer.key: offer for offer in found if isinstance(offer, Offer)}
