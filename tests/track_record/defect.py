"""A published defect by value: where it is, where it is not any more, and as what it has to be seen."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from harness.clusters import Servers
from tests.track_record import defects

#: The ids of the two sides of a comparison.
AFFECTED, FIXED = "affected", "fixed"


@dataclass(frozen=True)
class Side:
    """One side of the comparison.

    Attributes:
        what: the version, or the setting, as the page names it.
        servers: what the scenario runs on.
        given: what the scenario is given as its argument `side`.
    """

    what: str
    servers: tuple[Servers[Any], ...]
    given: object = None


@dataclass(frozen=True, kw_only=True)
class Defect:
    """A published defect.

    Attributes:
        wrong: what is wrong, in a sentence.
        links: to where it was published.
        found_by: who found it, as far as it is known.
        anomaly: the name of what a checker has to find on the affected side, and may not on the other one.
        affected: where it is.
        fixed: where it is not.
    """

    wrong: str
    links: tuple[str, ...]
    found_by: str
    anomaly: str
    affected: Side
    fixed: Side

    @property
    def sides(self) -> pytest.MarkDecorator:
        """Makes a scenario two, which are given the argument `side`."""
        return pytest.mark.parametrize(
            "side",
            [
                pytest.param(side.given, id=name, marks=pytest.mark.system(*side.servers))
                for name, side in {AFFECTED: self.affected, FIXED: self.fixed}.items()
            ],
        )


def every_defect() -> Mapping[str, Defect]:
    """The defects by the names of their modules."""
    names = [module.name for module in pkgutil.iter_modules(defects.__path__) if module.name != "conftest"]
    return {name: importlib.import_module(f"{defects.__name__}.{name}").DEFECT for name in names}
