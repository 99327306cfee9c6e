"""What turns the scenarios red that hit consumers of a Hazelcast queue at work."""

import pytest

from harness import Kill, Nemesis, System, node
from harness.assertions import GuaranteeBrokenError
from harness.messages import MessageSystem, messages
from harness.servers.hazelcast import hazelcast
from scenarios import test_hazelcast_consumers as consumers
from scenarios import test_hazelcast_transactions as transactions

LOST = r"lost: \d+ of \d+ acknowledged messages never reached a messages instance"
in_transactions = pytest.mark.system(
    messages("hazelcast", mutants={"messages": "messages_working_in_transactions"}), hazelcast()
)


@in_transactions
@pytest.mark.parametrize("victim", ["the owner", "another", "the oldest"])
def test_what_a_dead_member_coordinated_stays_reserved(system: System, faults: Nemesis, victim: str) -> None:
    with pytest.raises(GuaranteeBrokenError, match=LOST):
        consumers.test_members_that_are_lost_while_messages_are_taken_lose_none(system, faults, Kill(), victim)


@in_transactions
def test_what_a_late_consumer_had_reserved_stays_so(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=LOST):
        consumers.test_a_consumer_that_hangs_while_it_takes_loses_nothing(system, faults)


@pytest.mark.system(
    messages("hazelcast", work_s={"messages": "0.1"}, mutants={"messages": "messages_polling"}), hazelcast()
)
def test_what_is_polled_and_not_heard_is_gone(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=LOST):
        consumers.test_what_an_owner_does_when_nobody_waits_any_more_loses_nothing(system, faults)


@pytest.mark.needs(consumers.UNREACHED)
@pytest.mark.system(messages("hazelcast", mutants={"facade": "facade_ignoring_the_key"}), hazelcast())
def test_what_goes_through_other_members_under_other_ids_is_not_what_was_posted(
    system: System, faults: Nemesis
) -> None:
    with pytest.raises(GuaranteeBrokenError, match=LOST):
        consumers.test_members_that_no_service_reaches_lose_no_message(system, faults, "the owner")


@pytest.mark.system(hazelcast())
def test_what_is_rolled_back_comes_back(system: System, faults: Nemesis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "VICTIM", node("hazelcast-3"))
    with pytest.raises(AssertionError, match="had to find 'lost', and did not"):
        transactions.test_what_a_dead_coordinator_had_reserved_comes_back_to_nobody(system, faults)
