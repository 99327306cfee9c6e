"""Members of kafka-python groups whose topic becomes known after they have joined."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import pytest
from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from harness import System, assert_holds
from harness.errors import AwaitTimeoutError
from harness.servers.kafka import kafka
from harness.waiting import until
from tests.track_record import untaken
from tests.track_record.defect import Defect, Side
from tests.track_record.kafka_clients.records import Records

RELEASE = "3.0.12"
DEFECT = Defect(
    wrong="a consumer whose poll ends between the answers to JoinGroup and SyncGroup never takes its share",
    links=(),
    found_by="these scenarios",
    anomaly="untaken",
    affected=Side("kafka-python 3.0.12, with a topic that is made once its consumers have joined", (kafka(1),), False),
    fixed=Side("not fixed; a topic that is made before", (kafka(1),), True),
)
#: As many consumers, each alone in a group. Each polls as `poll()` does without an argument: a poll ends at once.
CONSUMERS, POLL_MS = 5, 0
SETTINGS = {"metadata_max_age_ms": 1000, "session_timeout_ms": 45000}
TIMEOUT_S, PATIENCE_S = 90.0, 20.0


@pytest.mark.faulttolerance
@DEFECT.sides
def test_a_member_takes_the_share_that_it_was_given(system: System, side: bool) -> None:
    """Five consumers, each alone in its group, subscribe to a topic that is made once they are members, or before.
    Each takes its share within 20 s after the broker has given it one.
    """
    records = Records(system, partitions=1, made=side)
    groups = [f"{records.topic}-{number}" for number in range(CONSUMERS)]
    members = [records.reader(RELEASE, group=group, poll_ms=POLL_MS, **SETTINGS) for group in groups]
    until("all to be members", lambda: given(records, groups), lambda by: len(by) == CONSUMERS, timeout_s=TIMEOUT_S)
    if not side:
        records.make()
    until("a share for each", lambda: given(records, groups), lambda by: all(by.values()), timeout_s=TIMEOUT_S)
    with suppress(AwaitTimeoutError):
        until("all to take it", lambda: [member.share for member in members], all, timeout_s=PATIENCE_S)

    broker = given(records, groups)
    for group, member in zip(groups, members, strict=True):
        member.end()
        said = {"of": group, "broker": broker.get(group, []), "client": list(member.share)}
        system.history.client().invoke(untaken.SHARE, {"of": group}).ok(said)
    assert_holds(system.history, untaken.check)


def given(records: Records, groups: Sequence[str]) -> Mapping[str, Sequence[int]]:
    """By group the share that the broker has given its only member; of the groups that are joined and known."""
    with KafkaAdminClient(bootstrap_servers=records.addresses) as admin:
        try:
            described = admin.describe_groups(groups)
        except KafkaError:
            return {}
    return {name: _share(group["members"]) for name, group in described.items() if group["group_state"] == "Stable"}


def _share(members: Sequence[Mapping[str, Any]]) -> Sequence[int]:
    """What the one member has; empty if it has nothing."""
    assigned = [topic for member in members for topic in member["member_assignment"]["assigned_partitions"]]
    return [partition for topic in assigned for partition in topic["partitions"]]
