"""Two values of a history are the same exactly if they are the same JSON."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from harness.checkers.identity import identity


@pytest.mark.parametrize(
    ("one", "same"),
    [(1, 1), ("a", "a"), (None, None), (float("nan"), float("nan")), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), ([1], [1])],
)
def test_the_same_json_is_the_same(one: Any, same: Any) -> None:
    assert identity(one) == identity(same)
    assert len({identity(one), identity(same)}) == 1


def test_other_json_is_another() -> None:
    values: list[Any] = [1, 1.0, True, "1", "true", "null", None, 0, False, [], {}, [1], [True]]
    assert [(one, other) for one, other in combinations(values, 2) if identity(one) == identity(other)] == []
