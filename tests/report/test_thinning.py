"""What is left out of a picture lies on what is drawn: compared with what it would be with everything in it."""

from __future__ import annotations

import random

from harness.report.thinning import Level, dotted, unbroken
from tests.checkers.small import how_many


def _near(lines: list[Level], x: float, y: float) -> float:
    """How far from the place the nearest of the lines is."""
    return min((max(begin - x, x - end, 0) ** 2 + (y - height) ** 2) ** 0.5 for begin, end, height in lines)


def test_lines_drawn_as_one_cover_all_of_theirs_and_no_gap_that_would_be_seen() -> None:
    chance = random.Random(3)
    for _ in range(how_many()):
        gap = chance.choice([0.5, 2.0, 9.0])
        given = [(x, x + chance.random() * 3, chance.choice([1.0, 1.04, 7.5])) for x in _places(chance, 12, 60)]
        drawn = list(unbroken(given, gap=gap))
        for begin, end, height in given:
            assert any(b <= begin and end <= e and abs(h - height) <= 0.051 for b, e, h in drawn)
        for begin, end, height in drawn:
            for step in range(21):
                assert _near(given, begin + (end - begin) * step / 20, height) <= gap / 2 + 0.051
        alone = [line for line in given if all(line is other or abs(line[0] - other[0]) > 3 + gap for other in given)]
        assert len(drawn) >= len(alone)


def test_few_dots_are_drawn_each_where_it_is() -> None:
    chance = random.Random(4)
    given = [(x, chance.random() * 90) for x in _places(chance, 400, 500)]
    drawn = dotted(given)
    assert len(drawn) >= 395
    assert all(_near(list(drawn), x, y) <= 0.051 for x, y in given)


def test_of_many_dots_the_furthest_from_all_others_is_still_seen() -> None:
    chance = random.Random(5)
    crowd = [(x, 20 + 20 * chance.random()) for x in _places(chance, 30_000, 500)]
    drawn = list(dotted([*crowd, (250.0, 88.0)]))
    assert len(drawn) <= 1_000
    ((begin, end, height),) = [line for line in drawn if line[2] > 45]
    assert begin == end == 250
    assert abs(height - 88) <= 1
    for x, y in crowd[::50]:
        assert _near(drawn, x, y) <= 1.0


def _places(chance: random.Random, count: int, width: float) -> list[float]:
    return [chance.random() * width for _ in range(count)]
