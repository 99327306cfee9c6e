"""By when something must have followed a fault: as the settings of each kind of server imply it, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from harness.bounds import DETECTORS, IN_FORCE, Detectors, bounds, bounds_of, budget_s, detectors_of
from harness.declared import declared
from harness.errors import BadInputError
from harness.events import NEMESIS, Event
from harness.messages import messages
from harness.readback import Answers, compared
from harness.servers.hazelcast import hazelcast
from harness.servers.kafka import kafka
from harness.servers.postgres.kind import Postgres
from harness.steps import Step
from harness.topology.timings import FAST, VENDOR, Timings
from tests.faulted import said


def told(detectors: Mapping[str, Any], *done: str) -> Sequence[Event]:
    """A history of servers with these detectors, and of what was done: "kill kafka-1", or an effect."""
    values: list[tuple[str, Any]] = [(DETECTORS, detectors)]
    for what in done:
        f, *nodes = what.split()
        values.append((f, {**said(f), "nodes": nodes, "phase": "begin"} if nodes else {"seen": True, "after_s": 1.0}))
    return [Event(index, NEMESIS, "info", f, value, index) for index, (f, value) in enumerate(values)]


def seconds(detectors: Mapping[str, Any], *done: str) -> Mapping[str, float | None]:
    """The bounds of the last fault by their steps, in seconds."""
    last = bounds_of(told(detectors, *done))[-1]
    return {step: bound.seconds(detectors) for step, bound in last.items()}


BROKERS, MEMBERS = kafka().detectors(FAST), hazelcast().detectors(FAST)
#: What a broker's silence may last: 2 s, 1 s, and 1.125 times 2.5 s.
FENCED_S = 5.8125


@pytest.mark.parametrize("fault", ["kill", "pause", "isolate", "peer-partition"])
def test_a_broker_that_is_silent_is_fenced_after_its_session_and_an_election(fault: str) -> None:
    assert seconds(BROKERS, f"{fault} kafka-1") == {"detection": FENCED_S, "leader": FENCED_S, "redundancy": None}


@pytest.mark.parametrize("fault", ["kill", "pause", "isolate", "peer-partition"])
def test_a_member_that_is_silent_is_given_up_at_the_next_look(fault: str) -> None:
    assert seconds(MEMBERS, f"{fault} hazelcast-1") == {"detection": 6.0, "leader": 6.0, "redundancy": None}


@pytest.mark.parametrize(("detectors", "node"), [(BROKERS, "kafka-1"), (MEMBERS, "hazelcast-1")])
@pytest.mark.parametrize("fault", ["stop", "restart"])
def test_no_setting_bounds_who_hands_over(detectors: Mapping[str, str], node: str, fault: str) -> None:
    assert set(seconds(detectors, f"{fault} {node}").values()) == {None}


def test_a_node_that_only_clients_do_not_reach_is_not_missed_by_the_others() -> None:
    assert seconds(BROKERS, "partial-partition kafka-1") == {"redundancy": None}
    assert seconds(MEMBERS, "lost-answers hazelcast-1") == {"redundancy": None}


def test_with_a_second_broker_lost_nothing_is_bounded_until_all_are_back() -> None:
    assert seconds(BROKERS, "kill kafka-1", "kill kafka-2")["leader"] is None
    assert seconds(BROKERS, "kill kafka-1 kafka-2")["leader"] is None
    assert seconds(BROKERS, "kill kafka-1", "isr-full", "kill kafka-2")["leader"] == FENCED_S


def test_of_other_nodes_nothing_is_said() -> None:
    assert seconds({**BROKERS, **MEMBERS}, "kill postgres", "kill messages-1") == {}


@pytest.mark.parametrize(
    ("profile", "brokers", "members"), [(FAST, FENCED_S, 6.0), (VENDOR, 13.125, 65.0)], ids=["fast", "vendor"]
)
def test_each_profile_has_bounds_of_its_own(profile: Timings, brokers: float, members: float) -> None:
    assert seconds(kafka().detectors(profile), "kill kafka-1")["leader"] == brokers
    assert seconds(hazelcast().detectors(profile), "kill hazelcast-1")["detection"] == members


def test_settings_of_ones_own_count_and_not_the_profiles() -> None:
    slow = kafka(settings={"broker.session.timeout.ms": "8000"}).detectors(FAST)
    assert seconds(slow, "kill kafka-1")["leader"] == 12.0
    silent = hazelcast(settings={"hazelcast.max.no.heartbeat.seconds": "20"}).detectors(FAST)
    assert seconds(silent, "kill hazelcast-1")["detection"] == 21.0


@pytest.mark.parametrize("wrong", [{}, {**BROKERS, "kafka.broker.session.timeout.ms": "soon"}])
def test_without_a_number_for_a_setting_there_is_no_bound(wrong: Mapping[str, str]) -> None:
    assert seconds(wrong, "kill kafka-1")["leader"] is None


def test_a_bound_names_its_settings_and_says_why() -> None:
    bound = bounds_of(told(BROKERS, "kill kafka-1"))[0][Step.LEADER]
    assert bound.words == (
        "kafka.controller.quorum.fetch.timeout.ms + kafka.controller.quorum.election.timeout.ms + "
        "1.125 x kafka.broker.session.timeout.ms"
    )
    assert all(each.because and each.source for each in bounds())
    assert bounds_of(told(BROKERS, "stop kafka-1"))[0][Step.LEADER].words == "none"


def test_a_budget_is_three_times_the_longest_bound_and_ten_seconds() -> None:
    assert budget_s(told(BROKERS)) == 27.44
    assert budget_s(told(MEMBERS)) == 28.0
    assert budget_s(told({**BROKERS, **hazelcast().detectors(VENDOR)})) == 205.0


@pytest.mark.parametrize("step", [Step.DETECTION, Step.LEADER])
def test_a_step_that_settings_bound_has_a_budget(step: Step) -> None:
    assert budget_s(told(BROKERS), step) == 27.44
    assert budget_s(told({**BROKERS, **MEMBERS}), step) == 28.0


def test_a_budget_is_of_what_was_declared_whatever_is_in_force() -> None:
    history = read_back(BROKERS, {"kafka-1": {**BROKERS, "kafka.broker.session.timeout.ms": "30000"}})
    assert (budget_s(history), budget_s(history, Step.LEADER)) == (27.44, 27.44)


def test_servers_that_bound_nothing_have_no_budget() -> None:
    with pytest.raises(BadInputError, match="no setting of these servers bounds anything, so there is no budget"):
        budget_s(told(Postgres().detectors(FAST)))
    with pytest.raises(BadInputError, match="bounds the redundancy, so there is no budget; give one in seconds"):
        budget_s(told(BROKERS), Step.REDUNDANCY)


def read_back(declared: Mapping[str, str], said: Mapping[str, Mapping[str, str]], **unread: str) -> Sequence[Event]:
    """A history of servers that said which detectors they have, and of some that did not."""
    value = compared(declared, Answers(said, unread))
    return [*told(declared), Event(1, NEMESIS, "info", IN_FORCE, value, 1)]


LEADERS = bounds_of(told(BROKERS, "kill kafka-1"))[0][Step.LEADER]


def test_bounds_are_of_the_settings_in_force_and_say_where_these_are_not_as_declared() -> None:
    said = {"kafka-1": BROKERS, "kafka-2": {**BROKERS, "kafka.broker.session.timeout.ms": "30000"}}
    detectors = detectors_of(read_back(BROKERS, said))
    assert LEADERS.seconds(detectors.in_force) == 36.75
    assert detectors.note(LEADERS) == "kafka.broker.session.timeout.ms is 30000, declared was 2500"


def test_what_nobody_says_counts_as_declared_and_is_noted() -> None:
    silent = detectors_of(read_back(MEMBERS, {"a Hazelcast member": {}}))
    bound = bounds_of(told(MEMBERS, "kill hazelcast-1"))[0][Step.DETECTION]
    assert (bound.seconds(silent.in_force), silent.note(bound)) == (
        6.0,
        "as declared, as nobody says it: hazelcast.max.no.heartbeat.seconds, hazelcast.heartbeat.interval.seconds",
    )
    gone = detectors_of(read_back(BROKERS, {}, **{"kafka-1": "it is gone"}))
    assert gone.note(LEADERS).endswith("kafka.broker.session.timeout.ms; kafka-1: it is gone")


def test_settings_that_are_in_force_as_declared_need_no_word() -> None:
    assert not detectors_of(read_back(BROKERS, {"kafka-1": BROKERS})).note(LEADERS)


def test_a_system_has_the_detectors_of_all_its_servers() -> None:
    assert declared([messages()]).detectors(FAST) == {**BROKERS, **MEMBERS}


@pytest.mark.parametrize("value", [None, 3, ["a"]])
def test_another_value_says_nothing_of_detectors(value: object) -> None:
    for event in (DETECTORS, IN_FORCE):
        assert detectors_of([Event(0, NEMESIS, "info", event, value, 0)]) == Detectors({}, {}, {})
