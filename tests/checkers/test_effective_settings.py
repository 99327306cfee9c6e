"""Effective settings: others than declared are found; where none can be read nobody knows what is permitted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from harness.checkers import Validity, effective_settings, shapes
from harness.errors import HistoryError
from harness.events import NEMESIS, Event

Settings = tuple[Mapping[str, str], Mapping[str, str], Mapping[str, str]]


def noted(*settings: Settings) -> list[Event]:
    names = ("declared", "effective", "unread")
    values = [dict(zip(names, each, strict=True)) for each in settings]
    return [Event(index, NEMESIS, "info", "settings", value, index) for index, value in enumerate(values)]


@pytest.mark.parametrize(
    ("settings", "validity", "words"),
    [
        ([({"acks": "all", "b": "1"}, {"acks": "all", "b": "1"}, {})], Validity.VALID, ""),
        (
            [({"acks": "all", "b": "1", "c": ""}, {"acks": "all"}, {})],
            Validity.UNKNOWN,
            "unknown: what may be lost is not known, as settings could not be read: b (nobody says it); "
            "c (nobody says it)",
        ),
        # Consumers declare what their clients share with others, and may have none of it to tell.
        (
            [({"a": "1", "b": "1"}, {"a": "1", "b": "1"}, {}), ({"b": "1", "c": "1"}, {"c": "1"}, {})],
            Validity.VALID,
            "",
        ),
        ([({"b": "1"}, {}, {}), ({"b": "1"}, {"b": "1"}, {})], Validity.VALID, ""),
        ([({"acks": "all"}, {"acks": "1"}, {})], Validity.INVALID, "other settings: acks is 1, declared was all"),
        ([({"a": ""}, {"a": "x"}, {})], Validity.INVALID, "other settings: a is x, declared was not set"),
        ([({"a": "x"}, {"a": ""}, {})], Validity.INVALID, "other settings: a is not set, declared was x"),
        ([({}, {"a": "x"}, {})], Validity.INVALID, "other settings: a is x, declared was not set"),
        (
            [({"a": "1", "b": "1"}, {"a": "2", "b": "2"}, {}), ({"a": "1"}, {"a": "2"}, {})],
            Validity.INVALID,
            "other settings: a is 2, declared was 1; b is 2, declared was 1",
        ),
        (
            [({"a": "1"}, {"a": "1"}, {"x": "silence", "y": "noise"})],
            Validity.UNKNOWN,
            "unknown: what may be lost is not known, as settings could not be read: x (silence); y (noise)",
        ),
        (
            [({"a": "1"}, {"a": "1"}, {}), ({"b": "1"}, {"b": "2"}, {})],
            Validity.INVALID,
            "other settings: b is 2, declared was 1",
        ),
        (
            [({"a": "1"}, {}, {"facade": "it has no client yet"})],
            Validity.UNKNOWN,
            "unknown: what may be lost is not known, as settings could not be read: facade (it has no client yet); "
            "a (nobody says it)",
        ),
        ([({"a": "1"}, {"a": "2"}, {"b": "silence"})], Validity.INVALID, "other settings: a is 2, declared was 1"),
        ([], Validity.UNKNOWN, "unknown: no settings were recorded, so nobody knows what they permit"),
    ],
)
def test_settings_are_judged_by_what_was_declared(settings: list[Settings], validity: Validity, words: str) -> None:
    verdict = effective_settings.check(noted(*settings))
    assert (verdict.validity, verdict.sentences) == (validity, words)


def test_only_what_the_nemesis_noted_as_settings_is_judged() -> None:
    others = [Event(1, NEMESIS, "info", "kill", {"nodes": ["a"]}, 1), Event(2, "settings", "invoke", "settings", 1, 2)]
    verdict = effective_settings.check([*noted(({"a": "1", "b": "2"}, {"a": "1", "b": "2"}, {})), *others])
    assert (verdict.validity, verdict.figures) == (Validity.VALID, {"settings": 2})


@pytest.mark.parametrize("differing", [{}, {"differing": None}, {"differing": {}}])
def test_a_history_that_does_not_say_whose_settings_they_are_is_judged_without(differing: dict[str, Any]) -> None:
    value = {"declared": {"a": "1"}, "effective": {"a": "2"}, "unread": {}, **differing}
    verdict = effective_settings.check([Event(0, NEMESIS, "info", "settings", value, 0)])
    assert verdict.sentences == "other settings: a is 2, declared was 1"


@pytest.mark.parametrize("differing", ["x", {"x": "y"}, {"x": {"a": 1}}])
def test_what_is_no_object_by_who_said_it_is_refused(differing: object) -> None:
    value = {"declared": {}, "effective": {}, "unread": {}, "differing": differing}
    with pytest.raises(HistoryError, match="differing"):
        shapes.refuse_others([Event(0, NEMESIS, "info", "settings", value, 0)], effective_settings.SHAPES)
