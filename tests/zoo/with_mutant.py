"""A pytest plugin that runs real scenarios with one mutant in place, for what runs pytest by itself.

    harness shrink SCENARIO HISTORY -- -p tests.zoo.with_mutant --mutant NAME

Nobody judges here whether the mutant is caught: `tests.zoo.plugin` does.
"""

from __future__ import annotations

import pytest

from harness.errors import EXIT_BAD_INPUT, BadInputError
from harness.plugin.ordering import declared_by, has_system
from tests.zoo.mutant import Mutant, named
from tests.zoo.mutants import MUTANTS

_MUTANT = pytest.StashKey[Mutant]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option."""
    parser.addoption("--mutant", required=True, metavar="NAME", help="the mutant to run the scenarios with")


def pytest_configure(config: pytest.Config) -> None:
    """Looks the mutant up before anything is collected."""
    try:
        (config.stash[_MUTANT],) = named(MUTANTS, [config.getoption("--mutant")])
    except BadInputError as error:
        pytest.exit(str(error), returncode=EXIT_BAD_INPUT)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Gives every scenario's system the services that have the bug."""
    for item in filter(has_system, items):
        item.add_marker(pytest.mark.system(*config.stash[_MUTANT].system(declared_by(item))), append=False)


@pytest.fixture(autouse=True)
def mutant(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts the mutant's patch in place, before the scenario's system is made."""
    if patch := request.config.stash[_MUTANT].patch:
        patch(monkeypatch)
