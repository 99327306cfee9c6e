"""What the settings of the messages service permit when it, or what it takes messages from, is lost."""

from __future__ import annotations

from harness.guarantees import Broken, Guarantees, Rule, Settings
from harness.taken import Taken

_SEMANTICS = "Kafka documentation, design, message delivery semantics"
_CONSUMER = "Kafka documentation, consumer configs, {}"
_OWN = "services/messages.py"


def _keeps_in_memory(settings: Settings) -> bool:
    return settings.get("messages.from_beginning") == "false"


def _reads_again(settings: Settings) -> bool:
    return settings.get("messages.from_beginning") == "true"


def _commits_after_storing(settings: Settings) -> bool:
    return settings.get("messages.commits") == "after storing" and _keeps_in_memory(settings)


def _commits_before_storing(settings: Settings) -> bool:
    return settings.get("messages.commits") == "before storing" and _keeps_in_memory(settings)


def _commits_by_itself(settings: Settings) -> bool:
    return settings.get("kafka.consumer.enable_auto_commit") == "true"


def _begins_at_the_end(settings: Settings) -> bool:
    return settings.get("kafka.consumer.auto_offset_reset") == "latest"


def _an_instance_ends(broken: Broken) -> bool:
    return broken.hits("messages", Taken.PROCESS)


def _taking_is_disturbed(broken: Broken) -> bool:
    return broken.hits("messages") or broken.hits("kafka")


MESSAGES = Guarantees(
    rules=(
        Rule(
            setting="a messages instance keeps what it took in memory",
            when="it is killed or stopped",
            permits=("lost",),
            because="what it has taken off the queue for good, committed or claimed, is gone with it, stored or not",
            source=_OWN,
            applies=_keeps_in_memory,
            under=_an_instance_ends,
        ),
        Rule(
            setting="a messages instance reads its partitions from the beginning when it gets them",
            when="it gets or gives away partitions: it, another or a broker is killed, stopped, hangs or is cut off",
            permits=("vanished",),
            because="it forgets what is another one's from then on",
            source=_OWN,
            applies=_reads_again,
            under=_taking_is_disturbed,
        ),
        Rule(
            setting="consumers commit after storing",
            when="a messages instance or a broker is killed, stopped, hangs or is cut off",
            permits=("duplicated",),
            because="what was stored and not yet committed is read again by whoever gets the partition",
            source=_SEMANTICS,
            applies=_commits_after_storing,
            under=_taking_is_disturbed,
        ),
        Rule(
            setting="consumers commit before storing",
            when="a messages instance or a broker is killed, stopped, hangs or is cut off",
            permits=("lost",),
            because="what is committed is read by nobody again, stored or not; what can't be committed is not stored",
            source=_SEMANTICS,
            applies=_commits_before_storing,
            under=_taking_is_disturbed,
        ),
        Rule(
            setting="enable.auto.commit=true",
            when="a messages instance or a broker is killed, stopped, hangs or is cut off",
            permits=("duplicated", "taken again"),
            because="what was stored since the last commit by the clock is read again; no loss, as all that a poll "
            "gave is stored before the next one",
            source=_CONSUMER.format("enable.auto.commit"),
            applies=_commits_by_itself,
            under=_taking_is_disturbed,
        ),
        Rule(
            setting="auto.offset.reset=latest",
            when="messages are there before the group's first member is",
            permits=("lost",),
            because="a group without offsets begins behind what is there",
            source=_CONSUMER.format("auto.offset.reset"),
            applies=_begins_at_the_end,
            under=None,
        ),
    )
)
