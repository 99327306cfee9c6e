"""What turns the scenarios red in which a service is killed in the middle of its work."""

import pytest

from harness import Nemesis
from harness.assertions import GuaranteeBrokenError
from harness.messages import MessageSystem, messages
from scenarios import test_halfway as halfway

LOST = r"lost: \d+ of \d+ acknowledged messages never reached a messages instance"
SLOW = {"messages": "0.3"}


@pytest.mark.system(messages(replay=True, work_s=SLOW, mutants={"messages": "messages_without_replay"}))
def test_without_replay_what_was_kept_is_lost_halfway(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=LOST):
        halfway.test_with_replay_a_messages_instance_between_taking_and_keeping_loses_nothing(system, faults)


@pytest.mark.system(messages(work_s=SLOW, mutants={"messages": "messages_committing_first"}))
def test_what_is_committed_and_not_kept_is_lost_halfway(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(AssertionError, match=r"lost: \d+ messages that messages-1 had never kept"):
        halfway.test_what_a_messages_instance_had_taken_and_not_kept_is_read_again(system, faults, "after storing")


@pytest.mark.system(messages(settings={"messages.commits": "before storing"}, work_s=SLOW))
def test_who_commits_after_storing_is_not_who_was_declared(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"other settings: messages.commits is after storing"):
        halfway.test_what_a_messages_instance_had_committed_and_not_kept_is_lost(system, faults)


@pytest.mark.system(messages("hazelcast", work_s={"messages": "0.1"}, mutants={"messages": "messages_claiming_ahead"}))
def test_who_claims_ahead_loses_more_than_one_message(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(AssertionError, match=r"lost: \d+ messages that messages-1 had never kept"):
        halfway.test_what_a_messages_instance_had_claimed_and_not_kept_is_lost(system, faults)


@pytest.mark.system(messages(work_s={"logging": "0.5"}, mutants={"logging": "logging_that_answers_first"}))
def test_what_logging_answers_first_dies_with_it(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"incomplete logging part: a GET answered by logging-"):
        halfway.test_a_logging_instance_between_putting_and_answering_loses_nothing(system, faults, "kafka")


@pytest.mark.system(messages(mutants={"facade": "facade_that_queues_later"}))
def test_what_a_facade_queues_later_dies_with_it_halfway(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=LOST):
        halfway.test_a_facade_between_logging_and_queue_loses_nothing_that_it_acknowledged(system, faults, "kafka")
