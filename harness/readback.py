"""Reads back the settings that a system works with, and records them beside those that were declared.

Recorded is the event `settings`, with an object each of

    declared    the settings that the system was to have, by their names
    effective   those of them that somebody said, as they are; where one is not as declared with somebody, that one
    differing   by who said so, those that are not as declared
    unread      by who was to say them, why nobody knows them

What nobody declared is not recorded: nothing was worked out from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from harness.errors import HarnessError
from harness.guarantees import Settings


@dataclass(frozen=True)
class Answers:
    """What servers and clients said when they were asked for their settings.

    Attributes:
        settings: by their names, the settings that they have.
        unread: by their names, why they said nothing.
    """

    settings: Mapping[str, Settings]
    unread: Mapping[str, str]


def ask(questions: Mapping[str, Callable[[], Settings]]) -> Answers:
    """Asks each of those that are named for the settings that it has; one that can't say them holds up no other."""
    settings: dict[str, Settings] = {}
    unread: dict[str, str] = {}
    for whose, question in questions.items():
        try:
            settings[whose] = question()
        except HarnessError as error:
            unread[whose] = str(error)
    return Answers(settings, unread)


def compared(declared: Settings, answers: Answers) -> Mapping[str, Mapping[str, object]]:
    """The value of the event `settings`: what was declared beside what each said of that.

    One who has another value than was declared decides what may be lost, however many have the right one, and in
    whatever order they were asked.
    """
    effective: dict[str, str] = {}
    differing: dict[str, Settings] = {}
    for whose, settings in answers.settings.items():
        of_these = {name: value for name, value in settings.items() if name in declared}
        others = {name: value for name, value in of_these.items() if value != declared[name]}
        effective = {**of_these, **effective, **others}
        if others:
            differing[whose] = others
    return {"declared": declared, "effective": effective, "differing": differing, "unread": answers.unread}
