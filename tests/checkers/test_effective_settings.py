"""Effective settings: others than declared are found; where none can be read nobody knows what is permitted."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from harness.checkers import Validity, effective_settings
from harness.events import NEMESIS, Event

Settings = tuple[Mapping[str, str], Mapping[str, str], Mapping[str, str]]


def noted(*settings: Settings) -> list[Event]:
    names = ("declared", "effective", "unread")
    values = [dict(zip(names, each, strict=True)) for each in settings]
    return [Event(index, NEMESIS, "info", "settings", value, index) for index, value in enumerate(values)]


@pytest.mark.parametrize(
    ("settings", "validity", "words"),
    [
        ([({"acks": "all", "b": "1"}, {"acks": "all"}, {})], Validity.VALID, ""),
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
            [({"a": "1"}, {}, {"x": "silence", "y": "noise"})],
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
            "unknown: what may be lost is not known, as settings could not be read: facade (it has no client yet)",
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
