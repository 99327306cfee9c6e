"""A plan: which fault is done to whom, when, and for how long, as data; drawn from a seed, or read from a file.

Times are the earliest: a proof, or a node that has to be ready again, may take longer, and what comes after it waits.
The plan is the same each time, what a system makes of it is not.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from harness.errors import BadInputError

#: After so many seconds other kinds of faults take part.
_ROTATION_S = 10.0
_A_DAY_S = 86_400
#: How often a plan is drawn in which nothing is done; where nothing can be, it stays so.
_MOST_DRAWS = 100
#: The event of a history that has the plan which its faults followed.
PLAN = "plan"


@dataclass(frozen=True)
class Act:
    """One fault of a plan. Times in seconds.

    Attributes:
        at_s: after the plan's beginning.
        fault: its name, such as "kill".
        target: whom it is done to, as commands name it: a target such as "leader", a node, or a role.
        lasting_s: how long it is in force.
    """

    at_s: float
    fault: str
    target: str
    lasting_s: float

    @property
    def words(self) -> str:
        """The act in a line."""
        return f"at {self.at_s:g} s: {self.fault} {self.target} for {self.lasting_s:g} s"

    def is_over_before(self, other: Act) -> bool:
        """Whether the plan has this one end before the other one begins."""
        return round(self.at_s + self.lasting_s, 3) <= other.at_s


@dataclass(frozen=True)
class Plan:
    """Acts in the order of their times.

    Attributes:
        acts: what is done.
        duration_s: how long it lasts at the least, in seconds, also if nothing is done.
        seed: of the choice, if it was drawn.
    """

    acts: tuple[Act, ...]
    duration_s: float = 0.0
    seed: int | None = None

    @classmethod
    def in_turn(cls, fault: str, targets: Sequence[str], *, lasting_s: float = 0.0, apart_s: float = 0.0) -> Plan:
        """One fault to each of these, one after the other, such as a rolling restart.

        Args:
            fault: its name, such as "restart".
            targets: to whom, in this order.
            lasting_s: how long it is in force each time, in seconds.
            apart_s: the seconds between the end of one and the beginning of the next.
        """
        begins_s = [round(place * (lasting_s + apart_s), 3) for place in range(len(targets) + 1)]
        acts = [Act(at_s, fault, target, lasting_s) for at_s, target in zip(begins_s, targets, strict=False)]
        return cls(tuple(acts), begins_s[-1])

    @property
    def value(self) -> Mapping[str, Any]:
        """The plan as a history has it, and as a file may."""
        return {"seed": self.seed, "duration_s": self.duration_s, "acts": [asdict(act) for act in self.acts]}

    @property
    def words(self) -> str:
        """The plan in lines."""
        return "\n".join(act.words for act in self.acts) or "nothing is done"


@dataclass(frozen=True)
class Draw:
    """What a plan is drawn from. Times in seconds.

    Attributes:
        faults: the names of the kinds of faults.
        targets: whom they may be done to.
        duration_s: how long the plan is; nothing begins later.
        lasting_s: the least and the most that a fault is in force.
        quiet_s: the least and the most between two of them, or between their beginnings, where they may overlap.
        overlapping: whether one may begin while another is in force.
    """

    faults: tuple[str, ...]
    targets: tuple[str, ...]
    duration_s: float = 30.0
    lasting_s: tuple[float, float] = (1.0, 8.0)
    quiet_s: tuple[float, float] = (1.0, 4.0)
    overlapping: bool = False

    def plan(self, seed: int) -> Plan:
        """The plan of a seed.

        Of the kinds of faults now these take part, now those, and now none (rotating subsets, as in Jepsen's suite for
        Bufstream): under all of them at once a small cluster does nothing that could go wrong. What would do nothing
        from its beginning to its end is drawn again.
        """
        chance = random.Random(seed)
        drawn = (self._acts(chance) for _ in range(_MOST_DRAWS))
        return Plan(next(filter(None, drawn), ()), self.duration_s, seed)

    def _acts(self, chance: random.Random) -> tuple[Act, ...]:
        acts: list[Act] = []
        at_s = chance.uniform(*self.quiet_s)
        while at_s < self.duration_s:
            taking_part = chance.sample(self.faults, chance.randint(0, len(self.faults)))
            rotates_s = min(at_s + _ROTATION_S, self.duration_s)
            while taking_part and at_s < rotates_s:
                fault, target = chance.choice(taking_part), chance.choice(self.targets)
                lasting_s = round(chance.uniform(*self.lasting_s), 1)
                acts.append(Act(round(at_s, 1), fault, target, lasting_s))
                at_s += chance.uniform(*self.quiet_s) + (0.0 if self.overlapping else lasting_s)
            at_s = max(at_s, rotates_s)
        return tuple(acts)


def read(path: Path) -> Plan:
    """The plan in a file: a plan as JSON, or a history that has one.

    Raises:
        BadInputError: there is none; it names the file, and the act that is none.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"the plan {path} can't be read: {error}") from error
    try:
        value = json.loads("\n".join(lines))
    except ValueError:
        value = _of_history(path, lines)
    acts = value.get("acts") if isinstance(value, dict) else None
    if not isinstance(acts, list):
        raise BadInputError(f'the plan {path} is none: expected {{"seed": ..., "acts": [...]}}, or a history with one')
    duration_s = value.get("duration_s", 0.0)
    if not isinstance(duration_s, int | float) or not 0 <= duration_s < _A_DAY_S:
        raise BadInputError(f"the plan {path}: duration_s is {duration_s!r}; give seconds, from 0")
    return Plan(tuple(_act(path, number, act) for number, act in enumerate(acts, 1)), duration_s, value.get("seed"))


def _of_history(path: Path, lines: Sequence[str]) -> Any:
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            raise BadInputError(f"the plan {path} is neither JSON nor a history: {line[:60]!r}") from None
        if isinstance(event, dict) and event.get("f") == PLAN:
            return event.get("value")
    raise BadInputError(f"the history {path} has no plan: its scenario followed none")


def _act(path: Path, number: int, act: object) -> Act:
    kinds = {"at_s": (int, float), "fault": (str,), "target": (str,), "lasting_s": (int, float)}
    names = [field.name for field in fields(Act)]
    if not isinstance(act, dict) or sorted(act) != sorted(names):
        raise BadInputError(f"the plan {path}, act {number}: expected an object with {', '.join(names)}, not {act!r}")
    for name, kind in kinds.items():
        value = act[name]
        if not isinstance(value, kind) or isinstance(value, bool) or (isinstance(value, int | float) and value < 0):
            wanted = "text" if kind == (str,) else "seconds, from 0"
            raise BadInputError(f"the plan {path}, act {number}: {name} is {value!r}; give {wanted}")
    return Act(**act)
