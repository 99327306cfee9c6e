"""What Hazelcast's settings permit when members are lost, after its reference manual (docs.hazelcast.com)."""

from __future__ import annotations

from functools import partial

from harness.guarantees import Broken, Guarantees, Rule, Settings

_BACKUPS = "Hazelcast reference manual, backing up maps, sync and async backups"
_QUEUES = "Hazelcast reference manual, configuring queue, backup-count"
_INDETERMINATE = "Hazelcast reference manual, system properties, hazelcast.operation.fail.on.indeterminate.state"
_SPLIT = "Hazelcast reference manual, split-brain protection"
#: What a member does not come back from with what it had: others own its partitions by then.
_LOSING = ("kill", "pause", "isolate")


def _more_members_are_lost_than_there_are_backups(structure: str, broken: Broken) -> bool:
    backups = int(broken.settings[f"hazelcast.{structure}.backup-count"])
    return broken.hits("hazelcast", *_LOSING) and broken.at_once("hazelcast") > backups


def _has_backups_of(structure: str, settings: Settings) -> bool:
    return f"hazelcast.{structure}.backup-count" in settings


def _answers_before_the_backup(settings: Settings) -> bool:
    return settings.get("hazelcast.client.fail_on_indeterminate_operation_state") == "false"


def _serves_a_minority(settings: Settings) -> bool:
    return settings.get("hazelcast.map.split-brain-protection-ref") == ""


def _a_member_is_lost(broken: Broken) -> bool:
    return broken.hits("hazelcast", *_LOSING)


def _a_member_is_out_of_touch(broken: Broken) -> bool:
    return broken.hits("hazelcast", "pause", "isolate")


HAZELCAST = Guarantees(
    rules=(
        Rule(
            setting="as many members lost at once as a map has copies",
            when="more members are killed, hang or are cut off at once than the map has backups",
            permits=("entry lost",),
            because="the entries whose owner and backups were all on those members are gone",
            source=_BACKUPS,
            applies=partial(_has_backups_of, "map"),
            under=partial(_more_members_are_lost_than_there_are_backups, "map"),
        ),
        Rule(
            setting="as many members lost at once as a queue has copies",
            when="more members are killed, hang or are cut off at once than the queue has backups",
            permits=("lost", "duplicated", "out of order"),
            because="if they were its owner and backups, the queue is gone, and so may be who had taken what",
            source=_QUEUES,
            applies=partial(_has_backups_of, "queue"),
            under=partial(_more_members_are_lost_than_there_are_backups, "queue"),
        ),
        Rule(
            setting="fail_on_indeterminate_operation_state=false",
            when="a member is killed, hangs or is cut off",
            permits=("lost", "entry lost"),
            because="a write is answered with success when its backup did not say in time that it has it",
            source=_INDETERMINATE,
            applies=_answers_before_the_backup,
            under=_a_member_is_lost,
        ),
        Rule(
            setting="no split-brain protection",
            when="a member hangs or is cut off",
            permits=("entry stale",),
            because="the smaller side goes on answering, from what it has, until the sides have merged",
            source=_SPLIT,
            applies=_serves_a_minority,
            under=_a_member_is_out_of_touch,
        ),
    ),
    made_up={"safe": "hazelcast"},
)
