"""What Hazelcast's settings permit when members are lost, after its reference manual (docs.hazelcast.com)."""

from __future__ import annotations

from functools import partial

from harness.guarantees import Broken, Guarantees, Rule, Settings
from harness.taken import Taken

_BACKUPS = "Hazelcast reference manual, backing up maps, sync and async backups"
_QUEUES = "Hazelcast reference manual, configuring queue, backup-count"
_INDETERMINATE = "Hazelcast reference manual, system properties, hazelcast.operation.fail.on.indeterminate.state"
_INDETERMINATE_TO_A_CLIENT = "Hazelcast Python client, Config.fail_on_indeterminate_operation_state"
_STALE = "Hazelcast reference manual, system properties, hazelcast.partition.migration.stale.read.disabled"
_MERGE = "Hazelcast reference manual, split-brain recovery, merge policies"
_SPLIT = "Hazelcast reference manual, split-brain protection"
_LAZY = "Hazelcast reference manual, data structures, consistency and replication model, invocation lifecycle"
_MEMORY = "Hazelcast reference manual, managing map memory, expiration policy and eviction policy"
#: The setting of a client that sends each write to the owner itself, and so waits for the backup's word itself.
_OF_A_CLIENT = "hazelcast.client.fail_on_indeterminate_operation_state"
#: In seconds: no scenario takes that long.
_A_DAY = 86_400


def _more_members_are_lost_than_there_are(backups: tuple[str, ...], broken: Broken) -> bool:
    """Whether more are lost at once than there are backups, counted by these settings."""
    count = sum(int(broken.settings.get(f"hazelcast.{each}", "0")) for each in backups)
    return len(broken.at_once("hazelcast", Taken.PEERS)) > count


def _backs_up_later(settings: Settings) -> bool:
    return settings.get("hazelcast.map.async-backup-count", "0") != "0"


def _waits_for_a_backup(settings: Settings) -> bool:
    return any(settings.get(f"hazelcast.{structure}.backup-count", "0") != "0" for structure in ("map", "set"))


def _has_backups_of(structure: str, settings: Settings) -> bool:
    return f"hazelcast.{structure}.backup-count" in settings


def _member_answers_before_the_backup(settings: Settings) -> bool:
    """Whether a member does not insist on the backup's word, and it is the member that waits for it."""
    return _OF_A_CLIENT not in settings and settings.get("hazelcast.operation.fail.on.indeterminate.state") == "false"


def _client_takes_doubt_for_success(settings: Settings) -> bool:
    return settings.get(_OF_A_CLIENT) == "false"


def _old_owners_answer(settings: Settings) -> bool:
    return settings.get("hazelcast.partition.migration.stale.read.disabled") == "false"


def _serves_a_minority(settings: Settings) -> bool:
    return settings.get("hazelcast.map.split-brain-protection-ref") == ""


def _discards_what_a_minority_took(settings: Settings) -> bool:
    return _serves_a_minority(settings) and settings.get("hazelcast.map.merge-policy") == "DiscardMergePolicy"


def _removes_what_nobody_removed(settings: Settings) -> bool:
    """Whether a map may remove an entry by itself while a scenario lasts."""
    limits = [int(settings.get(f"hazelcast.map.{name}-seconds", "0")) for name in ("time-to-live", "max-idle")]
    evicts = settings.get("hazelcast.map.eviction-policy", "NONE") != "NONE"
    return evicts or any(0 < limit < _A_DAY for limit in limits)


def _a_member_is_lost(broken: Broken) -> bool:
    """Lost to the others, who own its partitions by the time it is back: it could not hand them over."""
    return broken.hits("hazelcast", Taken.PEERS)


def _partitions_move(broken: Broken) -> bool:
    return broken.hits("hazelcast", Taken.PROCESS, Taken.PEERS)


def a_member_is_out_of_touch(broken: Broken) -> bool:
    """Whether the others lose a member that goes on with what it has, or will."""
    return _a_member_is_lost(broken) and Taken.PROCESS not in broken.takes


HAZELCAST = Guarantees(
    rules=(
        Rule(
            setting="as many members lost at once as a map has copies",
            when="more members are killed, hang or are cut off at once than the map has backups",
            permits=("entry lost",),
            because="the entries whose owner and backups were all on those members are gone",
            source=_BACKUPS,
            applies=partial(_has_backups_of, "map"),
            under=partial(_more_members_are_lost_than_there_are, ("map.backup-count", "map.async-backup-count")),
        ),
        Rule(
            setting="asynchronous backups of a map",
            when="more members are killed, hang or are cut off at once than the map has synchronous backups",
            permits=("entry lost",),
            because="a write is answered before an asynchronous backup has it, and nobody hears how far behind that is",
            source=_BACKUPS,
            applies=_backs_up_later,
            under=partial(_more_members_are_lost_than_there_are, ("map.backup-count",)),
        ),
        Rule(
            setting="as many members lost at once as a queue has copies",
            when="more members are killed, hang or are cut off at once than the queue has backups",
            permits=("lost",),
            because="if they were its owner and backups, the queue is gone with all that nobody had taken",
            source=_QUEUES,
            applies=partial(_has_backups_of, "queue"),
            under=partial(_more_members_are_lost_than_there_are, ("queue.backup-count",)),
        ),
        Rule(
            setting="as many members lost at once as the claims on a queue's messages have copies",
            when="more members are killed, hang or are cut off at once than the map of claims has synchronous backups",
            permits=("duplicated", "out of order"),
            because="who had taken what may be gone with them, and what is in the queue still is handed out again",
            source=_BACKUPS,
            applies=partial(_has_backups_of, "claims"),
            under=partial(_more_members_are_lost_than_there_are, ("claims.backup-count",)),
        ),
        Rule(
            setting="hazelcast.operation.fail.on.indeterminate.state=false",
            when="a member is killed, hangs or is cut off",
            permits=("lost", "entry lost"),
            because="a member answers a write with success when its backup did not say in time that it has it",
            source=_INDETERMINATE,
            applies=_member_answers_before_the_backup,
            under=_a_member_is_lost,
        ),
        Rule(
            setting="fail_on_indeterminate_operation_state=false",
            when="a member is killed, hangs or is cut off",
            permits=("lost", "entry lost"),
            because="a client takes a write for done when its backup did not say in time that it has it",
            source=_INDETERMINATE_TO_A_CLIENT,
            applies=_client_takes_doubt_for_success,
            under=_a_member_is_lost,
        ),
        Rule(
            setting="hazelcast.partition.migration.stale.read.disabled=false",
            when="a member is stopped or lost, or comes back",
            permits=("entry stale",),
            because="its partitions move, and who owned one before answers reads until it is told who owns it now",
            source=_STALE,
            applies=_old_owners_answer,
            under=_partitions_move,
        ),
        Rule(
            setting="backup-count of a map or a set, of 1 or more",
            when="a member is killed, hangs or is cut off",
            permits=("dirty read",),
            because="an owner has a write at once, and shows it while it waits for the backup's word; if that never "
            "comes, the writer hears of no success, and the write is gone with the owner or in the merge",
            source=_LAZY,
            applies=_waits_for_a_backup,
            under=_a_member_is_lost,
        ),
        Rule(
            setting="no split-brain protection",
            when="a member hangs or is cut off",
            permits=("entry stale",),
            because="the smaller side goes on answering, from what it has, until the sides have merged",
            source=_SPLIT,
            applies=_serves_a_minority,
            under=a_member_is_out_of_touch,
        ),
        Rule(
            setting="no split-brain protection, and a merge policy that discards",
            when="a member hangs or is cut off",
            permits=("entry lost",),
            because="what the smaller side acknowledged meanwhile is thrown away when the sides merge",
            source=_MERGE,
            applies=_discards_what_a_minority_took,
            under=a_member_is_out_of_touch,
        ),
        Rule(
            setting="time-to-live-seconds or max-idle-seconds of less than a day, or an eviction-policy",
            when="nothing has to be broken: an entry of a map is that old or that idle, or the map is full",
            permits=("entry lost",),
            because="a member removes such an entry by itself, and an acknowledgement does not save it",
            source=_MEMORY,
            applies=_removes_what_nobody_removed,
            under=None,
        ),
    ),
    made_up={"safe": "hazelcast"},
)
