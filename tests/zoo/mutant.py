"""A mutant by value: a system with one known bug, the promise that it breaks, and the scenarios that have to see it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from harness.declared import Declared
from harness.errors import BadInputError
from harness.messages import Messages
from harness.topology.settings import settings_of

ROOT = Path(__file__).parents[2]
#: Changes modules of the harness, and is undone when the scenario is over.
Patch = Callable[[pytest.MonkeyPatch], None]
_NAME = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A system with one known bug.

    Attributes:
        name: in lower case, with underscores.
        wrong: what is wrong with it.
        promise: the sentence that it breaks, and whose it is.
        seen: by scenario, each of which has to see it, a pattern of what its failure has to say: a whole name of an
            anomaly, or how else it begins, from its kind on.
        told: by scenario, what has to be said of where messages went wrong ("lost: Never queued"): the name of an
            anomaly, and a pattern of how each last line of "what became of each message" begins that is about it.
        services: by role, the module of `services.mutants` that runs in place of the service.
        patch: changes a module of the harness or of the scenarios for as long as a scenario lasts.
        survives: why no scenario catches it as yet; then nothing that is in `seen` may be red.
    """

    name: str
    wrong: str
    promise: str
    seen: Mapping[str, str]
    told: Mapping[str, str] = field(default_factory=dict)
    services: Mapping[str, str] = field(default_factory=dict)
    patch: Patch | None = None
    survives: str = ""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise BadInputError(f"{self.name!r} is no name of a mutant: give lower case and underscores")
        if others := self.told.keys() - self.seen.keys():
            raise BadInputError(f"{self.name} has words for {min(others)}, which is none of its scenarios")

    def system(self, declared: Declared) -> tuple[object, ...]:
        """The parts of a scenario's system, with the services that have the bug."""
        application = declared.application
        if isinstance(application, Messages):
            own = settings_of({**dict(application.mutants), **self.services}, "messages")
            application = replace(application, mutants=own)
        return (*declared.servers, *([application] if application else []))


def named(mutants: Mapping[str, Mutant], names: Iterable[str]) -> list[Mutant]:
    """The mutants of these names; without a name all of them.

    Raises:
        BadInputError: there is none of that name.
    """
    wanted = list(names)
    for name in wanted:
        if name not in mutants:
            near = sorted(other for other in mutants if other.split("_")[0] == name.split("_")[0]) or sorted(mutants)
            raise BadInputError(f"there is no mutant {name!r}; there are {', '.join(near)}")
    return [mutants[name] for name in wanted or mutants]


def service(
    name: str, promise: str, seen: Mapping[str, str], *, told: str | Mapping[str, str] = "", survives: str = ""
) -> Mutant:
    """The mutant of a service: a module of `services.mutants`, whose first word is the role; it says what is wrong.

    What is `told` without a scenario has to be told in each.
    """
    module = ROOT / "services" / "mutants" / f"{name}.py"
    if not module.exists():
        raise BadInputError(f"the mutant {name!r} has no module; expected services/mutants/{name}.py")
    said = (ast.get_docstring(ast.parse(module.read_text())) or "").partition("\n\n")[0]
    wrong = " ".join(said.split())
    return Mutant(
        name=name,
        wrong=wrong,
        promise=promise,
        seen=seen,
        told=(dict.fromkeys(seen, told) if told else {}) if isinstance(told, str) else told,
        services={name.split("_")[0]: name},
        survives=survives,
    )
