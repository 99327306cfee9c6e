"""What turns the scenarios about what messages say red, and the answers of a facade that says less than it knows."""

import pytest

from harness import Nemesis
from harness.assertions import GuaranteeBrokenError
from harness.messages import MessageSystem, messages
from scenarios import test_kafka_under_load as under_load
from scenarios import test_services as services
from scenarios import test_texts as texts

_OVERWRITES = {"logging": "logging_that_overwrites"}
_LOOKS_FIRST = {"facade": "facade_without_turns", "logging": "logging_that_looks_first"}
_SORTING = {"facade": "facade_sorting_its_answers"}
_IN_REVERSE = {"messages": "messages_in_reverse"}
QUEUES = [
    pytest.param(kind, marks=pytest.mark.system(messages(kind, mutants=_OVERWRITES))) for kind in ("kafka", "hazelcast")
]


def mutant(role: str, name: str, *anomalies: str) -> object:
    """The services with one of them replaced, and the names of the anomalies that this has to show as."""
    return pytest.param(anomalies, marks=pytest.mark.system(messages(mutants={role: name})), id=name)


@pytest.mark.parametrize(
    "anomalies",
    [
        mutant("facade", "facade_cutting_texts", "truncated"),
        mutant("facade", "facade_with_somebody_elses_text", "swapped"),
        mutant("logging", "logging_in_ascii", "altered"),
        mutant("messages", "messages_trimming_texts", "altered"),
    ],
)
def test_texts_that_do_not_come_back_whole_are_found(system: MessageSystem, anomalies: tuple[str, ...]) -> None:
    with pytest.raises(GuaranteeBrokenError) as caught:
        texts.test_hard_and_long_texts_come_back_as_they_were_posted(system, "kafka")
    assert {anomaly.name for anomaly in caught.value.verdict.anomalies} >= set(anomalies)


@pytest.mark.system(messages(mutants={"facade": "facade_without_a_limit"}))
def test_a_text_that_should_not_be_taken_is_missed_among_the_refused(system: MessageSystem) -> None:
    with pytest.raises(AssertionError, match="the text that is too long was taken"):
        texts.test_a_text_that_is_too_long_is_refused_and_nobody_has_it(system, "kafka")


@pytest.mark.system(messages(mutants={"facade": "facade_refusing_late"}))
def test_half_of_a_refused_message_is_invented(system: MessageSystem) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"invented: .* 1 messages that nobody had posted"):
        texts.test_a_text_that_is_too_long_is_refused_and_nobody_has_it(system, "kafka")


@pytest.mark.parametrize("kind", QUEUES)
def test_an_id_that_is_given_another_text_is_not_refused(system: MessageSystem, faults: Nemesis, kind: str) -> None:
    with pytest.raises(AssertionError, match=r"== \[True\] \* 20|assert"):
        texts.test_the_same_id_with_another_text_is_refused_and_nobody_has_it(system, faults, kind)


@pytest.mark.system(messages(mutants=_LOOKS_FIRST, work_s={"facade": "0.5"}))
def test_an_id_that_is_looked_up_first_is_given_both_texts_at_once(system: MessageSystem) -> None:
    with pytest.raises(AssertionError, match=r"\['409'\] \* 20|assert"):
        texts.test_of_two_texts_at_once_under_one_id_one_is_taken_and_the_other_refused(system, "kafka")


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("kafka", marks=pytest.mark.system(messages(mutants=_SORTING))),
        pytest.param("hazelcast", marks=pytest.mark.system(messages("hazelcast", mutants=_SORTING))),
        pytest.param("hazelcast", marks=pytest.mark.system(messages("hazelcast", mutants=_IN_REVERSE))),
    ],
    ids=["sorted, kafka", "sorted, hazelcast", "in reverse, hazelcast"],
)
def test_what_is_shown_in_another_order_than_the_queues_is_found(system: MessageSystem, kind: str) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"out of order: .* showed \d+ of \d+ messages too late"):
        texts.test_hard_and_long_texts_come_back_as_they_were_posted(system, kind)


@pytest.mark.system(messages(replay=True, mutants={"facade": "facade_with_poor_answers"}))
def test_an_error_that_looks_like_an_empty_set_is_no_answer(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match="dead source: a GET answered by messages-1 was sent"):
        under_load.test_with_replay_losing_a_messages_instance_again_and_again_loses_no_message(system, faults)


@pytest.mark.system(messages(replay=True, mutants={"facade": "facade_that_asks_one_and_gives_up"}))
def test_nobody_answers_is_no_answer_while_somebody_is_there(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match="unanswered: a GET said that no messages instance answers"):
        under_load.test_with_replay_losing_a_messages_instance_again_and_again_loses_no_message(system, faults)


@pytest.mark.system(messages(mutants={"messages": "messages_with_a_short_memory"}))
def test_what_an_instance_forgets_has_vanished(system: MessageSystem, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"vanished: .* that it had shown before"):
        services.test_losing_config_costs_no_request(system, faults)
