"""What turns the scenarios of the services and of their life cycles red."""

import pytest

from harness import Kill, Nemesis, Stop, System
from harness.assertions import GuaranteeBrokenError
from harness.errors import AwaitTimeoutError
from harness.faults.protocol import Fault
from harness.messages import MessageSystem, messages
from harness.servers.hazelcast import hazelcast
from scenarios import test_config as config
from scenarios import test_logging_instances as instances
from scenarios import test_services as services


@pytest.mark.system(messages("hazelcast", mutants={"logging": "logging_with_a_map_of_its_own"}), hazelcast())
def test_instances_with_maps_of_their_own_do_not_read_each_other(system: System, faults: Nemesis) -> None:
    with pytest.raises(AssertionError, match=r"test_logging_instances|posted\.ids|assert False"):
        instances.test_what_one_instance_logged_the_others_still_read(system, faults)


@pytest.mark.system(messages("hazelcast", mutants={"facade": "facade_that_keeps_to_one"}), hazelcast())
def test_a_facade_that_keeps_to_one_instance_does_not_try_each(system: System, faults: Nemesis) -> None:
    with pytest.raises(AssertionError, match=r"logging-1"):
        instances.test_without_logging_instances_each_is_tried_before_a_post_is_refused(system, faults)


@pytest.mark.system(messages("hazelcast"), hazelcast())
@pytest.mark.parametrize("fault", [Kill(), Stop()], ids=lambda fault: fault.name)
def test_a_member_that_is_not_tied_lives_on(
    system: System, faults: Nemesis, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    monkeypatch.setattr(instances, "together", lambda logging, member: logging)
    with pytest.raises(AwaitTimeoutError, match=r"waited 20 s for a Hazelcast member list of 2"):
        instances.test_an_instance_and_its_member_share_their_life(system, faults, fault)


@pytest.mark.system(messages("hazelcast", mutants={"logging": "logging_2_unregistered"}), hazelcast())
def test_an_instance_that_does_not_register_is_missed(system: System, faults: Nemesis) -> None:
    with pytest.raises(AssertionError, match=r"logging-2"):
        services.test_ten_messages_are_shared(system, "hazelcast")


@pytest.mark.system(messages(mutants={"messages": "messages_each_in_its_own_group"}))
def test_instances_that_all_read_everything_share_nothing(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"duplicated: 10 messages were received more than once"):
        services.test_ten_messages_are_shared(system, "kafka")


@pytest.mark.system(messages(mutants={"facade": "facade_that_queues_later"}))
def test_what_a_facade_queues_later_dies_with_it(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"lost: \d+ of \d+ acknowledged messages never reached"):
        services.test_losing_the_facade_costs_requests_but_no_message(system, faults)


@pytest.mark.system(messages(replay=True))
def test_a_share_that_comes_back_is_not_gone(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"had to find 'lost', and did not"):
        services.test_a_messages_instance_takes_its_share_with_it(system, faults)


_FORGETS = {"facade": "facade_that_forgets_what_it_acknowledged"}


@pytest.mark.system(messages("hazelcast", consumers=False, mutants=_FORGETS))
def test_a_facade_that_forgets_queues_it_again(system: MessageSystem) -> None:
    with pytest.raises(AssertionError, match=r"assert Counter\(\{'m-0\S*': 2\}"):
        services.test_an_id_that_was_acknowledged_is_not_queued_again(system)


@pytest.mark.system(messages(mutants={"facade": "facade_that_waits_for_each"}))
def test_a_facade_that_waits_for_who_hangs_fails_requests(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(AssertionError, match=r"requests were not answered"):
        instances.test_an_instance_that_hangs_costs_no_request(system, faults, "logging-1")


@pytest.mark.system(messages(mutants={"facade": "facade_that_waits_for_each"}))
def test_a_facade_that_waits_for_who_hangs_answers_nothing(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"unanswered: a GET said that no messages instance answers"):
        instances.test_an_instance_that_hangs_costs_no_request(system, faults, "messages-1")


@pytest.mark.system(messages("hazelcast", mutants={"facade": "facade_that_tries_once"}), hazelcast())
def test_a_facade_that_tries_once_refuses_who_is_about_to_be_served(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(AssertionError, match=r"8 of 8 posts were refused"):
        instances.test_the_last_instance_that_goes_on_in_time_costs_no_post(system, faults)


@pytest.mark.system(messages("hazelcast", mutants={"facade": "facade_that_is_always_sure"}), hazelcast())
def test_what_a_facade_was_wrongly_sure_of_is_invented(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"invented: .* held \d+ messages that nobody had posted"):
        instances.test_what_may_have_happened_is_not_said_to_have_failed(system, faults)


@pytest.mark.system(
    messages("hazelcast", mutants={"facade": "facade_without_turns"}, work_s={"facade": "0.5"}), hazelcast()
)
def test_a_facade_that_posts_an_id_twice_at_once_queues_it_twice(system: MessageSystem) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"duplicated: \d+ messages were received more than once"):
        services.test_an_id_that_is_posted_again_while_it_is_under_way_is_queued_once(system)


@pytest.mark.system(messages("hazelcast", mutants={"facade": "facade_that_needs_config"}), hazelcast())
def test_a_facade_that_depends_on_config_fails_requests_while_it_hangs(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(AssertionError, match=r"requests were not answered"):
        config.test_config_that_hangs_while_instances_come_and_go_costs_no_request(system, faults)


@pytest.mark.system(messages("hazelcast", mutants={"facade": "facade_that_asks_config_once"}), hazelcast())
def test_a_facade_that_asks_config_once_knows_only_the_dead(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(AssertionError, match=r"10 of 10 posts were refused"):
        config.test_instances_that_the_facade_has_never_met_take_over(system, faults)


@pytest.mark.system(messages("hazelcast", mutants={"config": "config_that_resurrects"}), hazelcast())
def test_a_config_that_takes_any_renewal_lists_an_instance_that_has_ended(
    system: MessageSystem, faults: Nemesis
) -> None:
    with pytest.raises(AssertionError, match=r"logging-1"):
        config.test_a_renewal_that_comes_late_brings_no_instance_back(system, faults)


@pytest.mark.system(messages("hazelcast", mutants={"config": "config_that_removes_the_next"}), hazelcast())
def test_a_config_that_removes_by_name_misses_an_instance_that_runs(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(AssertionError, match=r"logging-1"):
        config.test_a_removal_that_comes_late_leaves_the_next_start_of_an_instance_in(system, faults)
