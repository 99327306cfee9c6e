"""How Allure files a scenario: system, guarantee and fault as its behaviours tree, a title and a severity."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import allure

from harness.events import Event, faults
from harness.report.environment import source
from harness.report.outcome import title


@dataclass(frozen=True)
class Scenario:
    """The facts that pytest knows of a scenario.

    Attributes:
        id: as pytest takes it.
        system: what it is about.
        words: its docstring.
        markers: their names.
        guarantee: what its `guarantee` marker says.
        path: of its file, from the root of the repository.
        line: where it begins, from 1.
    """

    id: str
    system: str
    words: str
    markers: frozenset[str]
    guarantee: str
    path: str
    line: int


def file(scenario: Scenario, *, page: Path) -> None:
    """Labels the scenario that runs now, for Allure.

    Args:
        scenario: which.
        page: the folder of the report, for a link to the source where no CI service shows it.
    """
    allure.dynamic.title(title(scenario.id))
    allure.dynamic.description(scenario.words)
    allure.dynamic.epic(scenario.system)
    allure.dynamic.feature(scenario.guarantee)
    critical = "headline" in scenario.markers
    allure.dynamic.severity(allure.severity_level.CRITICAL if critical else allure.severity_level.NORMAL)
    address = source(scenario.path, scenario.line) or os.path.relpath(scenario.path, page)
    allure.dynamic.link(address, name=f"{scenario.path}, line {scenario.line}")


def file_under_fault(events: Sequence[Event], roles: Mapping[str, str]) -> None:
    """Adds the last level of the tree once it is known: what was done to nodes of which role (`roles`, by name)."""
    allure.dynamic.story(story(events, roles))


def story(events: Sequence[Event], roles: Mapping[str, str]) -> str:
    """The faults of a history by the roles of their nodes: the kill of node-1 and node-2 as `kill node, 2 at once`."""
    kinds = dict.fromkeys(_kind(fault.f, fault.value["nodes"], roles) for fault in faults(events))
    return " and ".join(kinds) or "nothing is broken"


def _kind(fault: str, nodes: Sequence[str], roles: Mapping[str, str]) -> str:
    hurt = " and ".join(dict.fromkeys(roles.get(node, node) for node in nodes))
    return f"{fault} {hurt}, {len(nodes)} at once" if len(nodes) > 1 else f"{fault} {hurt}"
