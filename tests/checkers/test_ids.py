"""Ids: on small histories, what is found is every acknowledged id that is there twice, told apart as JSON is."""

import json
import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

from harness.checkers import Validity, Verdict, ids
from harness.events import Event
from tests.checkers.said import one_after_another, said, unknown
from tests.checkers.small import compare, small


def history(chance: random.Random) -> tuple[Event, ...]:
    pool = chance.choice([[1, True, 1.0, "1", "true", None], list(range(20))])

    def call(chance: random.Random) -> tuple[str, Any]:
        return chance.choice(["generate", "generate", "read"]), None

    return small(chance, call, lambda chance, _, value: chance.choice(pool))


def defined(events: Sequence[Event]) -> tuple[Validity, list[str]]:
    given = Counter(json.dumps(event.value) for event in events if event.f == "generate" and event.type == "ok")
    twice = sorted(id_ for id_, count in given.items() if count > 1)
    return (Validity.INVALID if twice else Validity.VALID) if given else Validity.UNKNOWN, twice


def seen(verdict: Verdict) -> tuple[Validity, list[str]]:
    return verdict.validity, sorted(json.dumps(a.operations[0].value) for a in verdict.anomalies if a.operations)


def test_it_says_what_is_defined() -> None:
    compare(history, ids.check, defined, seen=seen, kinds=3)


def test_an_id_that_was_given_twice_is_told_with_all_that_gave_it() -> None:
    given = [("generate", None, "ok", id_) for id_ in (7, 8, 7, 7)]
    verdict = ids.check(one_after_another(*given, ("generate", None, "fail", 8)))  # type: ignore[arg-type]
    assert said(verdict) == [("duplicated", "id 7 was given out 3 times", [0, 4, 6])]
    assert verdict.figures == {"ids": 2, "duplicated": 1}
    assert said(ids.check([])) == unknown("no id was generated")
