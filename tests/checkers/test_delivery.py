"""Total queue: correct histories pass; a message lost, invented or received twice is found under its name."""

from hypothesis import assume, given
from hypothesis import strategies as st

from harness.checkers import Validity
from harness.events import Event
from harness.messages.checkers import delivery
from tests.checkers.simulated import Simulated, correct, last_of, with_value


def verdict(events: tuple[Event, ...]) -> tuple[Validity, list[str]]:
    judged = delivery.check(events, exactly_once=True)
    return judged.validity, [anomaly.name for anomaly in judged.anomalies]


@given(correct())
def test_a_correct_history_is_valid(simulated: Simulated) -> None:
    assert verdict(simulated.events) == (Validity.VALID, [])


@given(correct(), st.data())
def test_an_acknowledged_message_that_never_comes_out_is_lost(simulated: Simulated, data: st.DataObject) -> None:
    assume(simulated.acknowledged)
    missing = data.draw(st.sampled_from(simulated.acknowledged))
    drain = last_of(simulated.events, "drain")
    left = {name: [id_ for id_ in ids if id_ != missing] for name, ids in drain.value.items()}
    assert verdict(with_value(simulated.events, drain.index, left)) == (Validity.INVALID, ["lost"])


@given(correct())
def test_a_message_that_nobody_posted_is_unexpected(simulated: Simulated) -> None:
    drain = last_of(simulated.events, "drain")
    more = {**drain.value, "messages-1": [*drain.value["messages-1"], "from nowhere"]}
    assert verdict(with_value(simulated.events, drain.index, more)) == (Validity.INVALID, ["unexpected"])


@given(correct(), st.data())
def test_a_refused_message_that_comes_out_is_unexpected(simulated: Simulated, data: st.DataObject) -> None:
    refused = [event.value["id"] for event in simulated.events if event.f == "post" and event.type == "fail"]
    assume(refused)
    drain = last_of(simulated.events, "drain")
    more = {**drain.value, "messages-1": [*drain.value["messages-1"], data.draw(st.sampled_from(refused))]}
    assert verdict(with_value(simulated.events, drain.index, more)) == (Validity.INVALID, ["unexpected"])


@given(correct(), st.data())
def test_a_message_at_both_instances_is_duplicated(simulated: Simulated, data: st.DataObject) -> None:
    assume(simulated.acknowledged)
    twice = data.draw(st.sampled_from(simulated.acknowledged))
    drain = last_of(simulated.events, "drain")
    both = {name: [*ids, twice] if twice not in ids else ids for name, ids in drain.value.items()}
    events = with_value(simulated.events, drain.index, both)
    assert verdict(events) == (Validity.INVALID, ["duplicated"])
    assert delivery.check(events, exactly_once=False).validity is Validity.VALID


@given(correct())
def test_without_a_drain_nothing_can_be_said(simulated: Simulated) -> None:
    assert verdict(tuple(event for event in simulated.events if event.f != "drain"))[0] is Validity.UNKNOWN


def test_the_sentence_counts_and_names_what_is_lost_and_where_it_was() -> None:
    events = (
        Event(0, 1, "invoke", "post", {"id": "a", "msg": "m-000001"}, 1),
        Event(1, 1, "ok", "post", {"id": "a", "msg": "m-000001", "partition": 2}, 2),
        Event(2, 2, "invoke", "drain", None, 3),
        Event(3, 2, "ok", "drain", {"messages-1": [], "messages-2": []}, 4),
    )
    assert delivery.check(events, exactly_once=True).sentences == (
        "lost: 1 of 1 acknowledged messages never reached a messages instance: a; acknowledged in partition 2"
    )
