"""A system with fewer instances or servers than the scenarios are written for: what can run does, the rest says why."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from harness.declared import declared
from harness.errors import LeftOutError
from harness.messages import messages
from harness.messages.description.application import OwnSystem, read
from harness.messages.needs import at_least
from harness.servers.hazelcast import hazelcast
from harness.servers.kafka import kafka
from harness.topology.timings import FAST
from tests.messages.choosing import chosen
from tests.messages.variants import FEW, ONE_OF_EACH, Changes, variant

#: With two logging instances, two members and one broker: everything that breaks no more than one of two.
RUN_ON_FEW = {
    "test_config.py::test_instances_that_the_facade_has_never_met_take_over",
    "test_facade_connections.py::test_a_facade_that_loses_all_connections_loses_no_message[kafka]",
    "test_hazelcast_member.py::test_losing_a_member_loses_no_entry[hazelcast-1]",
    "test_hazelcast_member.py::test_losing_a_member_loses_no_entry[hazelcast-2]",
    "test_kafka_quorum.py::test_what_may_be_on_the_queue_is_not_said_to_be_off_it",
    "test_kafka_settings.py::test_what_nobody_reads_in_time_is_deleted_by_retention",
    "test_logging_instances.py::test_losing_logging_instances_costs_no_request[1]",
    "test_logging_instances.py::test_an_instance_that_hangs_costs_no_request[logging-1]",
    "test_logging_instances.py::test_an_instance_that_hangs_costs_no_request[messages-1]",
    "test_logging_instances.py::test_an_instance_whose_answers_are_lost_costs_no_request",
    "test_logging_instances.py::test_the_last_instance_that_goes_on_in_time_costs_no_post",
    "test_logging_instances.py::test_what_may_have_happened_is_not_said_to_have_failed",
    "test_logging_instances.py::test_what_one_instance_logged_the_others_still_read",
    "test_logging_instances.py::test_an_instance_and_its_member_share_their_life[kill]",
    "test_logging_instances.py::test_an_instance_and_its_member_share_their_life[stop]",
    "test_services.py::test_losing_the_facade_costs_requests_but_no_message",
    "test_services.py::test_a_messages_instance_takes_its_share_with_it",
}
#: Where there is one of each, all that hangs, or ends, is all that there is.
RUN_ON_ONE_OF_EACH = {
    "test_facade_connections.py::test_a_facade_that_loses_all_connections_loses_no_message[kafka]",
    "test_kafka_quorum.py::test_what_may_be_on_the_queue_is_not_said_to_be_off_it",
    "test_kafka_settings.py::test_what_nobody_reads_in_time_is_deleted_by_retention",
    "test_logging_instances.py::test_what_may_have_happened_is_not_said_to_have_failed",
    "test_services.py::test_losing_the_facade_costs_requests_but_no_message",
}


@pytest.mark.parametrize(
    ("changes", "run", "why"),
    [
        (
            (FEW,),
            RUN_ON_FEW,
            {
                "test_logging_instances.py::test_losing_logging_instances_costs_no_request[2]": (
                    "it needs 3 logging instances, and the file has 2"
                ),
                "test_hazelcast_member.py::test_losing_a_member_loses_no_entry[hazelcast-3]": (
                    "it needs 3 Hazelcast members, and the file has 2 Hazelcast members"
                ),
                "test_hazelcast_detector.py::test_a_member_that_hangs_for_about_the_limit[1.0-kafka]": (
                    "it needs 3 Hazelcast members, and the file has 2 Hazelcast members"
                ),
                "test_kafka_quorum.py::test_losing_the_controller_loses_no_message[controller]": (
                    "it needs 3 Kafka brokers, and the file has 1 Kafka broker"
                ),
            },
        ),
        (
            (FEW, ONE_OF_EACH),
            RUN_ON_ONE_OF_EACH,
            {
                "test_logging_instances.py::test_an_instance_that_hangs_costs_no_request[logging-1]": (
                    "it needs 2 logging instances, and the file has 1"
                ),
                "test_logging_instances.py::test_an_instance_that_hangs_costs_no_request[messages-1]": (
                    "it needs 2 messages instances, and the file has 1"
                ),
                "test_hazelcast_member.py::test_losing_a_member_loses_no_entry[hazelcast-1]": (
                    "it needs 2 Hazelcast members, and the file has 1 Hazelcast member"
                ),
                "test_services.py::test_a_messages_instance_takes_its_share_with_it": (
                    "it needs 2 messages instances, and the file has 1"
                ),
            },
        ),
    ],
    ids=["few", "one of each"],
)
def test_what_can_run_runs_and_the_rest_says_what_it_needs(
    changes: Iterable[Changes], run: set[str], why: dict[str, str], tmp_path: Path
) -> None:
    reasons = chosen(variant(tmp_path, *changes))
    assert {name for name, reason in reasons.items() if not reason} == run
    assert {name: reasons[name] for name in why} == why


def own(folder: Path, *, members: int, brokers: int, more: str = "") -> OwnSystem:
    """The example with so many servers, and this in the environment of its facade."""
    counts = {"hazelcast": members, "kafka": brokers}
    servers = [(f"[servers.{kind}]\ncount = 3", f"[servers.{kind}]\ncount = {count}") for kind, count in counts.items()]
    facade = (
        'environment = { KAFKA = "${brokers}" }\nready = { path',
        f'environment = {{ KAFKA = "{more}" }}\nready = {{ path',
    )
    return read(variant(folder, {"system.toml": [*servers, *([facade] if more else [])]}))


def counts(system: OwnSystem, *parts: object, needs: Iterable[object] = (), about: str) -> dict[str, int]:
    """How many servers a scenario gets."""
    found = system.in_place_of(declared(parts), needs, (about,))  # type: ignore[arg-type]
    return {type(each).__name__: len(each.nodes(FAST)) for each in found.servers}


def test_a_scenario_about_three_brokers_gets_three_of_five(tmp_path: Path) -> None:
    five = own(tmp_path, members=1, brokers=5)
    assert counts(five, messages(), about="Kafka") == {"Hazelcast": 1, "Kafka": 3}
    assert counts(five, messages(), needs=[at_least(1, "kafka")], about="Kafka") == {"Hazelcast": 1, "Kafka": 5}
    assert counts(five, messages("any"), about="") == {"Hazelcast": 1, "Kafka": 5}


def test_it_is_left_out_where_a_service_refers_to_the_fourth(tmp_path: Path) -> None:
    five = own(tmp_path, members=3, brokers=5, more="${kafka-4}:9092")
    with pytest.raises(
        LeftOutError, match=re.escape("fewer servers than the file has, and the services refer to ${kafka-4}")
    ):
        counts(five, messages(), about="Kafka")
    assert counts(five, messages("any"), about="Hazelcast") == {"Hazelcast": 3, "Kafka": 5}


def test_who_sets_brokers_needs_no_more_members_than_there_are(tmp_path: Path) -> None:
    one = own(tmp_path, members=1, brokers=3)
    parts = (messages(), hazelcast(), kafka(settings={"log.retention.ms": "1000"}))
    assert counts(one, *parts, about="Kafka") == {"Hazelcast": 1, "Kafka": 3}
    with pytest.raises(LeftOutError, match="it needs 3 Hazelcast members, and the file has 1 Hazelcast member"):
        counts(one, *parts, about="Hazelcast")
