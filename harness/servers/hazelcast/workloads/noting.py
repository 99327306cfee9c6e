"""The settings of what a workload makes: recorded as declared, beside what members and clients say of them."""

from __future__ import annotations

from harness.given.settings import refuse_other_settings
from harness.guarantees import SETTINGS, Settings
from harness.readback import Answers, compared
from harness.servers.hazelcast.kind import Hazelcast
from harness.system import System

#: Whom the settings are asked of.
MEMBER = "a Hazelcast member"


def note(system: System, declared: Settings, answers: Answers) -> None:
    """Records what was declared, and what was answered.

    Raises:
        LeftOutError: members that run already have other settings than were declared.
    """
    recorded = compared(declared, answers)
    system.history.event(SETTINGS, recorded)
    refuse_other_settings(system.clusters[Hazelcast].nodes, recorded)
