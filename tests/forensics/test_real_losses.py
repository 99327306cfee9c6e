"""Losses of a real system, each told as what it was: evidence is collected from servers of which some are dead."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from harness import Kill, Nemesis, node
from harness.assertions import GuaranteeBrokenError
from harness.checks import evaluate
from harness.messages import MessageSystem, assert_delivered_and_aggregated, messages
from harness.messages.moments import under_way
from harness.report.fates import anomalies, sentences
from harness.report.scenario import ScenarioReport
from harness.waiting import until
from scenarios import test_kafka_settings as settings

LATER = r"[\d.]+ m?s"


def told(system: MessageSystem, report: ScenarioReport) -> Sequence[str]:
    """A sentence for each kind of loss, by the history that the scenario and the evidence have left."""
    report.note_evidence(system)
    assert not report.lacking.lines
    (evidence,) = [event.value for event in system.history.events if event.f == "evidence"]
    assert not evidence["lacking"]
    found = anomalies(evaluate(system.history.events, system.history.verdicts))
    return sentences(system.history.events, found)["lost"]


@pytest.mark.system(messages(consumers=False, settings={"kafka.producer.acks": "1"}))
def test_what_the_leader_took_along(system: MessageSystem, faults: Nemesis, report: ScenarioReport) -> None:
    settings.test_without_the_acknowledgement_of_the_others_the_leader_takes_messages_along(system, faults, "1")
    (sentence,) = told(system, report)
    (leader,) = [injected.node.spec.name for injected in faults.injected if injected.fault.name == "kill"]
    assert re.search(rf": Acknowledged by {leader} alone, {LATER} before it was killed\.", sentence)


@pytest.mark.system(messages(consumers=False, settings={"kafka.consumer.auto_offset_reset": "latest"}))
def test_what_nobody_read(system: MessageSystem, report: ScenarioReport) -> None:
    settings.test_a_group_that_begins_at_the_end_never_reads_what_was_there(system)
    (sentence,) = told(system, report)
    assert re.search(r": Read by nobody: the group began at the end of its partition .* 19 like it\.$", sentence)


@pytest.mark.system(messages(work_s={"messages": "0.5"}, mutants={"messages": "messages_committing_first"}))
def test_what_was_taken_and_never_kept(system: MessageSystem, faults: Nemesis, report: ScenarioReport) -> None:
    posted = system.post(12)
    until("messages-1 to be at work", lambda: under_way("messages", system.log_of("messages-1")), timeout_s=20)
    faults.inject(Kill(), node("messages-1")).undo()
    system.drain(posted)
    system.read()
    with pytest.raises(GuaranteeBrokenError, match=r"lost: \d+ of 12 acknowledged messages"):
        assert_delivered_and_aggregated(system.history)
    taken = rf": Taken by messages-1 and never kept: it was (killed {LATER} later|being killed), in between"
    behind = r"; the group goes on at offset \d+ of partition \d, behind it \(\d+\)\."
    assert any(re.search(taken + behind, sentence) for sentence in told(system, report))
