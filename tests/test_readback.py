"""Settings that are read back: who differs from what was declared is in the history, whoever else says it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from harness.bounds import IN_FORCE
from harness.checkers import Validity, effective_settings
from harness.errors import InconclusiveError
from harness.events import NEMESIS, Event
from harness.guarantees import SETTINGS
from harness.messages.settings import on_hazelcast
from harness.readback import Answers, ask, compared

DECLARED = on_hazelcast("map", 3, backups=True)
SAFE = {name: value for name, value in DECLARED.items() if name.startswith("hazelcast.client.")}
CARELESS = {
    "hazelcast.client.fail_on_indeterminate_operation_state": "false",
    "hazelcast.client.redo_operation": "true",
}
OF_THE_MAP = {name: value for name, value in DECLARED.items() if name.startswith("hazelcast.map.")}
CLIENTS = ("facade", "logging-1", "logging-2", "logging-3")


def judged(declared: Mapping[str, str], told: Mapping[str, Mapping[str, str]]) -> tuple[Validity, str]:
    value = compared(declared, Answers(told, {}))
    verdict = effective_settings.check([Event(0, NEMESIS, "info", SETTINGS, value, 0)])
    return verdict.validity, verdict.sentences


@pytest.mark.parametrize("deviant", CLIENTS)
def test_one_client_of_four_with_other_settings_is_named(deviant: str) -> None:
    told = {name: CARELESS if name == deviant else SAFE for name in CLIENTS} | {"a Hazelcast member": OF_THE_MAP}
    assert judged(DECLARED, told) == (
        Validity.INVALID,
        "other settings: hazelcast.client.fail_on_indeterminate_operation_state is false, declared was true "
        f"(told by {deviant}); hazelcast.client.redo_operation is true, declared was false (told by {deviant})",
    )
    value = compared(DECLARED, Answers(told, {}))
    assert (value["effective"], value["differing"]) == ({**DECLARED, **CARELESS}, {deviant: CARELESS})


def test_clients_that_differ_in_the_same_way_are_named_together() -> None:
    told = {"facade": {"a": "2"}, "logging-1": {"a": "1"}, "logging-2": {"a": "2"}, "logging-3": {"a": "3"}}
    assert judged({"a": "1"}, told)[1] == (
        "other settings: a is 3, declared was 1 (told by logging-3); a is 2, declared was 1 (told by facade, logging-2)"
    )


def test_all_as_declared_is_right_whatever_else_is_said() -> None:
    told = {name: {**SAFE, "hazelcast.client.smart_routing": "true"} for name in CLIENTS}
    value = compared(SAFE, Answers(told, {}))
    assert value == {"declared": SAFE, "effective": SAFE, "differing": {}, "unread": {}}
    assert judged(SAFE, told) == (Validity.VALID, "")


def test_one_that_does_not_answer_holds_up_no_other() -> None:
    def silent() -> Mapping[str, str]:
        raise InconclusiveError("it has no client yet")

    assert ask({"facade": silent, "logging-1": lambda: SAFE}) == Answers(
        {"logging-1": SAFE}, {"facade": "it has no client yet"}
    )


DETECTORS = {"kafka.broker.session.timeout.ms": "2500"}


def of_detectors(told: Mapping[str, Mapping[str, str]]) -> tuple[Validity, str]:
    value = compared(DETECTORS, Answers(told, {"kafka-3": "it is gone"}))
    verdict = effective_settings.detectors([Event(0, NEMESIS, "info", IN_FORCE, value, 0)])
    return verdict.validity, verdict.sentences


def test_a_broker_with_other_detectors_is_named_and_what_nobody_says_is_no_obstacle() -> None:
    assert of_detectors({"kafka-1": DETECTORS, "kafka-2": {"kafka.broker.session.timeout.ms": "30000"}}) == (
        Validity.INVALID,
        "other settings: kafka.broker.session.timeout.ms is 30000, declared was 2500 (told by kafka-2)",
    )
    assert of_detectors({"kafka-1": DETECTORS}) == (Validity.VALID, "")
    assert of_detectors({}) == (Validity.VALID, "")


def test_without_detectors_that_were_read_back_nobody_knows_what_is_in_force() -> None:
    assert effective_settings.detectors([]).validity is Validity.UNKNOWN
