"""Every scenario is named by a mutant that it has to catch, and docs/mutants.md says by which."""

import ast
from collections.abc import Iterator, Sequence

import pytest

from tests.zoo.mutant import ROOT
from tests.zoo.mutants import MUTANTS
from tests.zoo.table import PAGE, text

#: The scenarios of which one parameter can fail where another can't, by what tells these apart in their ids.
APART: dict[str, Sequence[str]] = {
    "test_coming_and_going.py::test_an_instance_that_starts_without_its_servers_waits_for_them": (
        "logging-hazelcast",
        "messages-kafka",
    ),
    "test_distributed_map.py::test_no_backup_loses_what_the_member_owned": ("kill", "stop"),
    "test_distributed_map.py::test_one_backup_survives_the_loss_of_one_member": ("kill", "stop"),
    "test_distributed_map.py::test_partition_groups_survive_the_loss_of_a_zone": ("two zones", "no zones"),
    "test_distributed_map.py::test_two_members_lost_at_once": ("1 backup", "1 and 1 async backup", "2 backups"),
    "test_external_store.py::test_losing_all_members_at_once": ("write-through", "no store"),
    "test_hazelcast_consumers.py::test_members_that_are_lost_while_messages_are_taken_lose_none": (
        "the owner",
        "another",
        "the oldest",
    ),
    "test_hazelcast_queue.py::test_an_owner_that_stops_or_hangs_loses_no_message": ("stop", "pause"),
    "test_hazelcast_queue.py::test_losing_the_lowest_ip_loses_no_message": ("as it is", "owning the queue"),
    "test_hazelcast_settings.py::test_what_a_minority_acknowledges_is_the_merge_policys_to_keep": (
        "kept",
        "discarded",
        "refused",
    ),
    "test_hazelcast_settings.py::test_what_is_acknowledged_before_the_backup_has_it_dies_with_its_owner": (
        "asynchronous",
        "success in doubt",
        "client in doubt",
    ),
    "test_kafka_leader.py::test_a_leader_that_stops_or_hangs_loses_no_message": ("stop", "pause"),
    "test_kafka_quorum.py::test_losing_the_controller_loses_no_message": ("controller", "controller and leader"),
    "test_kafka_under_load.py::test_brokers_that_the_others_have_given_up_lose_no_message": (
        "leader",
        "coordinator",
        "controller",
    ),
    "test_kafka_under_load.py::test_losing_brokers_in_turn_loses_no_message": ("leader", "coordinator", "controller"),
    "test_locks.py::test_with_locks_no_update_is_lost": ("pessimistic", "optimistic"),
    "test_locks.py::test_with_locks_the_loss_of_a_member_loses_no_update": ("pessimistic", "optimistic"),
    "test_logging_instances.py::test_an_instance_and_its_member_share_their_life": ("kill", "stop"),
    "test_logging_instances.py::test_an_instance_that_hangs_costs_no_request": ("logging-1", "messages-1"),
    "test_services.py::test_ten_messages_are_shared": ("kafka", "hazelcast"),
    "test_texts.py::test_of_two_texts_at_once_under_one_id_one_is_taken_and_the_other_refused": ("kafka", "hazelcast"),
    "test_texts.py::test_the_same_id_with_another_text_is_refused_and_nobody_has_it": ("kafka", "hazelcast"),
}
NAMED = {scenario for mutant in MUTANTS.values() if not mutant.survives for scenario in mutant.seen}


def functions() -> Iterator[str]:
    """Every scenario, without parameters."""
    for path in (ROOT / "scenarios").glob("test_*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield f"{path.name}::{node.name}"


def test_every_scenario_has_a_mutant() -> None:
    assert not set(functions()) - {scenario.partition("[")[0] for scenario in NAMED}


@pytest.mark.parametrize(("function", "word"), [(function, word) for function in APART for word in APART[function]])
def test_every_parameter_that_makes_another_scenario_has_a_mutant(function: str, word: str) -> None:
    given = [scenario.partition("[")[2].rstrip("]") for scenario in NAMED if scenario.startswith(f"{function}[")]
    assert any(f"-{word}-" in f"-{each}-" for each in given), given


def test_the_page_is_current() -> None:
    assert PAGE.read_text() == text(MUTANTS.values()), "docs/mutants.md is not what the zoo says: run make docs"
