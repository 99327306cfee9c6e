"""A snapshot says what the servers say, and never waits for one that does not answer."""

import json
import threading
import time
from dataclasses import asdict

import pytest

from harness import Kill, Nemesis, Pause
from harness.backends.protocol import Phase
from harness.gather import Round
from harness.inspect import snapshot
from harness.messages import MessageSystem, messages
from harness.servers.hazelcast import Hazelcast, hazelcast, oldest_member
from harness.servers.kafka import Kafka, controller, kafka, leader_holding


@pytest.mark.process
@pytest.mark.system(messages(consumers=False))
def test_a_snapshot_has_the_duties_the_lag_and_the_dead(system: MessageSystem, faults: Nemesis) -> None:
    posted = system.post(30)
    before = snapshot.of(system)
    assert not before.notes
    by_name = {node.name: node for node in before.nodes}
    assert set(by_name) == set(system.deployment.nodes)
    view = system.clusters[Kafka]
    for partition in view.partitions(system.topic):
        assert partition.leader is not None
        leading = {duty.what: duty.words for duty in by_name[view.broker(partition.leader).spec.name].duties}["leader"]
        assert f"p{partition.id}" in leading
        assert leading.endswith("(ISR 1,2,3)")
    assert "active controller" in [duty.words for duty in by_name[view.controller().spec.name].duties]
    ages = [[duty.what for duty in by_name[node.spec.name].duties] for node in system.clusters[Hazelcast].members()]
    assert ages == [["oldest"], ["member"], ["member"]]
    assert sum(one.count for one in before.waiting) == 30
    assert all("(committed None, end " in one.words for one in before.waiting)
    assert "behind in p" in snapshot.table(before)

    system.messages.start()
    system.drain(posted)
    faults.inject(Kill(), leader_holding(system.topic, posted.partitions))
    after = snapshot.of(system)
    (dead,) = [node for node in after.nodes if node.phase is Phase.EXITED]
    assert dead.state == f"exited ({dead.exit_code})"
    assert f"{dead.name} " in snapshot.table(after)
    assert json.loads(json.dumps(asdict(after)))["nodes"][0]["phase"] == "running"


@pytest.mark.process
@pytest.mark.system(messages(consumers=False))
def test_paused_servers_are_shown_and_hold_nothing_up(system: MessageSystem, faults: Nemesis) -> None:
    faults.inject(Pause(), controller)
    faults.inject(Pause(), oldest_member)
    began = time.monotonic()
    seen = snapshot.of(system)
    assert time.monotonic() - began < 3.5
    assert sum(node.phase is Phase.PAUSED for node in seen.nodes) == 2


@pytest.mark.process
@pytest.mark.system(messages("hazelcast", consumers=False))
def test_a_queue_has_its_depth_and_its_owner(system: MessageSystem) -> None:
    system.post(20)
    seen = snapshot.of(system)
    assert [(one.where, one.count) for one in seen.waiting] == [(system.queue, 20)]
    view = system.clusters[Hazelcast]
    owner = view.owner_of(view.partition_of(system.queue)).spec.name
    assert [node.name for node in seen.nodes if "owner" in {duty.what for duty in node.duties}] == [owner]


@pytest.mark.process
@pytest.mark.system(hazelcast(), kafka())
def test_servers_alone_are_not_asked_for_a_topic_that_nobody_made(system: MessageSystem) -> None:
    assert set(system.duties) == {"controller", "members"}
    assert not system.waiting
    seen = snapshot.of(system)
    assert not seen.notes
    assert [duty.what for node in seen.nodes if node.role == "hazelcast" for duty in node.duties].count("oldest") == 1


def test_what_does_not_answer_or_fails_is_noted_and_the_rest_is_there() -> None:
    never = threading.Event()
    asked = Round()
    late, broken, right = asked.ask("late", never.wait), asked.ask("broken", lambda: 1 / 0), asked.ask("right", int)
    assert asked.finish(timeout_s=0.2) == (
        "late: no answer within 0.2 s",
        "broken: no answer (ZeroDivisionError: division by zero)",
    )
    assert (late.answer, broken.answer, right.answer) == (None, None, 0)
    never.set()
