"""Tries a running system by its file, for the command `try`."""

from __future__ import annotations

from collections.abc import Mapping

from harness.answer import Answer
from harness.backends.ready import last_lines
from harness.messages.description.trying import Trial
from harness.messages.speaking.speech import Asked
from harness.messages.system import MessageSystem
from harness.system import System

_ROLES: Mapping[Asked, str] = {"logging": "logging", "logged": "logging", "messages": "messages"}


def trial(system: System) -> Answer:
    """Says what came of one message; status 1 if something is not as the file says."""
    assert isinstance(system, MessageSystem)
    instances = {what: system.instances(role).running for what, role in _ROLES.items()}
    (facade, *_) = system.clusters.role("facade")
    tried = Trial(system.facade, instances, system.speech, lambda: last_lines(facade)).run()
    lines = [*tried.lines, *(f"not as the file says: {problem}" for problem in tried.problems)]
    return Answer("\n".join(lines), {"seen": tried.lines, "problems": tried.problems}, 1 if tried.problems else 0)
