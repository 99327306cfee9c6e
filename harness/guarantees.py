"""What settings permit under a fault: rules that say which anomalies may come then, why, and where that is written.

A kind of server or a suite has its rules in a module `guarantees`. With the settings of a system and the faults of a
history they give what is permitted, before anything is judged: pure functions, nobody is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from harness.events import NEMESIS, Event, begins_with_its_role, faults, takes
from harness.offered import modules
from harness.taken import Taken

#: Settings by their names, with that of the kind of server in front; whatever they are, as text.
Settings = Mapping[str, str]
#: The name of the event that records settings: those that were declared, and those that servers and clients have.
SETTINGS = "settings"


@dataclass(frozen=True)
class Broken:
    """A fault as rules look at it.

    Attributes:
        fault: its name, for a person.
        nodes: whom it hit.
        takes: what it took from each of them.
        before: what earlier faults had taken from whom, since every copy was in place.
        settings: what was known of the system when it came; of what did not run yet, nothing.
        notes: by its name, what was noted of the system since the fault before, for this one.
        roles: those of nodes, by name, whose names do not begin with them.
    """

    fault: str
    nodes: tuple[str, ...]
    takes: frozenset[Taken]
    before: Mapping[str, frozenset[Taken]] = field(default_factory=dict)
    settings: Settings = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)

    def hits(self, role: str, *what: Taken) -> bool:
        """Whether it took any of this from a node of the role; anything at all, if nothing is given."""
        return bool(_of(role, self.nodes, self.roles) and self.takes.intersection(what or Taken))

    def at_once(self, role: str, *what: Taken) -> frozenset[str]:
        """The nodes of a role from which any of this was taken together; anything at all, if nothing is given.

        By this fault, and by those before it that nothing made up; none if this one took it from nobody.
        """
        if not self.hits(role, *what):
            return frozenset()
        before = (node for node, takes in self.before.items() if takes.intersection(what or Taken))
        return frozenset(_of(role, (*self.nodes, *before), self.roles))

    @property
    def words(self) -> str:
        """The fault in words: what was done to whom."""
        return f"{self.fault} {', '.join(self.nodes)}"


@dataclass(frozen=True)
class Rule:
    """One thing that settings cost, or that they save from.

    Attributes:
        setting: in words.
        when: the faults under which it matters, in words.
        permits: the names of the anomalies that may come; none where it costs something else.
        because: one sentence that says why.
        source: where it is documented.
        applies: whether a system with these settings is one.
        under: whether a fault is one; None if it needs no fault.
        among: the partitions in which alone it permits a loss, by all faults of a history; None where they are not
            known. Without it a loss is permitted of anything.
    """

    setting: str
    when: str
    permits: tuple[str, ...]
    because: str
    source: str
    applies: Callable[[Settings], bool]
    under: Callable[[Broken], bool] | None
    among: Callable[[Sequence[Broken]], Set[int] | None] | None = None


@dataclass(frozen=True)
class Guarantees:
    """What a kind of server or a suite knows of its settings.

    Attributes:
        rules: what they permit.
        made_up: by the name of an effect, the role whose nodes have every copy in place again once it is seen.
        notes: the names of the events that say, before a fault, what its rules ask for.
    """

    rules: tuple[Rule, ...]
    made_up: Mapping[str, str] = field(default_factory=dict)
    notes: Set[str] = frozenset()


@cache
def guarantees() -> tuple[Guarantees, ...]:
    """All guarantees of the packages."""
    return tuple(
        value for module in modules("guarantees") for value in vars(module).values() if isinstance(value, Guarantees)
    )


def rules() -> tuple[Rule, ...]:
    """All rules of the packages."""
    return tuple(rule for each in guarantees() for rule in each.rules)


def rules_beside(kind: type) -> tuple[Rule, ...]:
    """The rules of a kind of server: those in the module `guarantees` of the package that it is in."""
    package = kind.__module__.rpartition(".")[0]
    theirs = [vars(module).values() for module in modules("guarantees") if module.__name__ == f"{package}.guarantees"]
    return tuple(rule for values in theirs for value in values if isinstance(value, Guarantees) for rule in value.rules)


def met(events: Sequence[Event]) -> Mapping[Rule, Broken | None]:
    """The rules that a history's settings and faults fit, each with the first such fault; None where it needs none."""
    known, hits = settings_of(events), broken(events)
    rules_met: dict[Rule, Broken | None] = {}
    for rule in rules():
        if rule.under is None:
            if rule.applies(known):
                rules_met[rule] = None
        elif fitting := next((hit for hit in hits if rule.applies(hit.settings) and rule.under(hit)), None):
            rules_met[rule] = fitting
    return rules_met


def permitted(events: Sequence[Event]) -> Mapping[str, str]:
    """The anomalies that the settings and the faults of a history permit, by name, each with the reason in words."""
    reasons: dict[str, str] = {}
    hits = broken(events)
    for rule, hit in met(events).items():
        when = f", and {hit.words}" if hit else ""
        for anomaly in rule.permits:
            reasons.setdefault(anomaly, f"{rule.setting}{when}: {rule.because}{_where(rule, hits)}")
    return reasons


def at_risk(events: Sequence[Event], anomaly: str) -> Set[int] | None:
    """The partitions in which alone a history's settings and faults permit an anomaly; None where it is any.

    It is any as soon as one of the rules that permit it says so, or the partitions of one are not known.
    """
    hits = broken(events)
    partitions: Set[int] = frozenset()
    for rule in met(events):
        if anomaly in rule.permits:
            among = rule.among(hits) if rule.among else None
            if among is None:
                return None
            partitions |= among
    return partitions


def asks_for_notes(settings: Settings) -> bool:
    """Whether a rule that these settings fit asks for what has to be noted before a fault."""
    return any(rule.among and rule.applies(settings) for rule in rules())


def _where(rule: Rule, hits: Sequence[Broken]) -> str:
    """In which partitions a rule permits a loss, for a sentence; empty where it does in any."""
    if not rule.among:
        return ""
    if (among := rule.among(hits)) is None:
        return "; in which partitions was not noted"
    return f"; so in partition {', '.join(map(str, sorted(among)))}" if among else "; so in no partition"


def settings_of(events: Iterable[Event]) -> Settings:
    """The settings that a history says were declared; later ones are of what was started later."""
    settings: dict[str, str] = {}
    for event in events:
        if event.process == NEMESIS and event.f == SETTINGS:
            settings |= event.value["declared"]
    return settings


def broken(events: Sequence[Event]) -> Sequence[Broken]:
    """The faults of a history, each with the settings that were known by then."""
    made_up = {effect: role for each in guarantees() for effect, role in each.made_up.items()}
    noting = {name for each in guarantees() for name in each.notes}
    begun = {event.index for event in faults(events)}
    hits: list[Broken] = []
    known: dict[str, str] = {}
    before: dict[str, frozenset[Taken]] = {}
    notes: dict[str, Any] = {}
    roles: dict[str, str] = {}
    for event in events:
        if event.process != NEMESIS:
            continue
        if event.f == SETTINGS:
            known = {**known, **event.value["declared"]}
        elif event.f in noting:
            notes[event.f] = event.value
        elif event.f in made_up:
            back = _of(made_up[event.f], before, roles)
            before = {node: what for node, what in before.items() if node not in back}
        elif event.index in begun:
            roles = {**roles, **event.value.get("node_roles", {})}
            hit = Broken(event.f, tuple(event.value["nodes"]), takes(event), before, known, notes, roles)
            hits.append(hit)
            notes = {}
            before = {**before, **{node: before.get(node, frozenset()) | hit.takes for node in hit.nodes}}
    return hits


def _of(role: str, nodes: Iterable[str], roles: Mapping[str, str]) -> list[str]:
    said = {node: roles.get(node) for node in nodes}
    return [node for node, its in said.items() if its == role or (its is None and begins_with_its_role(node, role))]
