"""What befalls the packets between a node and others, as a value: faults make it, a backend carries it out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """The way of packets between a node and others, as the node sees it."""

    BOTH = "both"
    IN = "in"
    OUT = "out"

    def covers(self, way: Direction) -> bool:
        """Whether packets that go this one way (in or out) are among those meant."""
        return self in (Direction.BOTH, way)


@dataclass(frozen=True)
class Others:
    """Which of the nodes beside one; whoever comes later is among them if this fits it.

    Attributes:
        roles: their roles; None: any.
        names: their names; None: any.
        spared: the names of those that are not meant.
    """

    roles: frozenset[str] | None = None
    names: frozenset[str] | None = None
    spared: frozenset[str] = frozenset()

    def include(self, name: str, role: str) -> bool:
        """Whether a node of this name and role is one of them."""
        fits_role = self.roles is None or role in self.roles
        fits_name = self.names is None or name in self.names
        return fits_role and fits_name and name not in self.spared

    @property
    def words(self) -> str:
        """Who they are, behind "no other node"."""
        roles = "" if self.roles is None else f"of {', '.join(sorted(self.roles))}"
        names = "" if self.names is None else f"among {', '.join(sorted(self.names)) or 'none'}"
        spared = f"but {', '.join(sorted(self.spared))}" if self.spared else ""
        return " ".join(filter(None, (roles, names, spared)))


EVERYBODY = Others()
NOBODY = Others(names=frozenset())


@dataclass(frozen=True)
class Impairment:
    """Which packets between a node and others are dropped: as it stands, all of them.

    Attributes:
        others: the nodes at the other end.
        direction: the way that these packets go.
        share: how many of them, from 0 to 1, chosen at random.
        above: only those that are too many when it gets, or sends, so many bytes a second, with all of the others
            together; None: also below that. Up to three seconds' bytes pass at once before.
    """

    others: Others = EVERYBODY
    direction: Direction = Direction.BOTH
    share: float = 1.0
    above: int | None = None


CUT_OFF = Impairment()
