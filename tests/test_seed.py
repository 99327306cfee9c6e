"""`--seed N`: what is left to chance in a run is the same again with the same number, which the run tells."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from harness.errors import BadInputError
from harness.plugin.results import Results
from harness.run import Options, seed_of


@pytest.mark.parametrize(("given", "seed"), [("0", 0), ("7", 7), ("007", 7), ("9" * 18, 10**18 - 1)])
def test_a_whole_number_is_a_seed(given: str, seed: int) -> None:
    assert seed_of(given) == seed


@pytest.mark.parametrize("given", ["", "-1", "1.5", "1e3", " 7", "7\n", "monday", "٣", "9" * 19])
def test_what_is_no_seed_is_refused(given: str) -> None:
    with pytest.raises(BadInputError, match="is no seed; give a whole number of at most 18 digits, such as --seed 7"):
        seed_of(given)


def test_the_command_that_repeats_a_scenario_has_the_seed() -> None:
    nothing_said = SimpleNamespace(getoption=lambda _, default: default)
    item: Any = SimpleNamespace(nodeid="test_a.py::test_b", stash={}, config=nothing_said)
    commands = [Results(Options(backend="process", seed=seed), None).repeat(item) for seed in (0, 7)]
    plain = 'pytest "test_a.py::test_b" --backend process --timings fast'
    assert commands == [plain, f"{plain} --seed 7"]
