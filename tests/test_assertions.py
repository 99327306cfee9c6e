"""What a scenario demands is recorded, judged by what was recorded before, and passes or fails the scenario by that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from harness.assertions import Demand, GuaranteeBrokenError, assert_broken, assert_holds, demand, demand_throughout
from harness.checkers import Validity, Verdict, counter, ids, set_full
from harness.checkers.offered import checkers
from harness.checkers.verdict import checker, name_of, unknown
from harness.checks import CHECK, evaluate, from_text, how_broken
from harness.errors import BadInputError, InconclusiveError
from harness.events import Event
from harness.history import History
from harness.messages import assert_delivered_and_aggregated
from harness.messages.settings import on_kafka
from harness.offered import modules
from harness.results import Result
from harness.servers.hazelcast.checkers import lost_partitions


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with History.open(tmp_path / "h.jsonl") as history:
        yield history


def count(history: History, *, shown: int) -> None:
    """Two increments, and a read that shows so much."""
    for process in (1, 2):
        history.invoke(process, "increment", 1).ok(1)
    history.invoke(3, "read").ok(shown)


def recorded(history: History) -> list[object]:
    return [event.value for event in history.events if event.f == CHECK]


def test_what_holds_is_recorded_and_its_verdict_has_figures_and_a_name(history: History) -> None:
    count(history, shown=2)
    verdict = assert_holds(history, counter.check, initial=0)
    assert (verdict.checker, verdict.figures["final"]) == ("counter.check", 2)
    assert recorded(history) == [{"checker": "counter.check", "arguments": {"initial": 0}, "expected": []}]


def test_what_is_invalid_breaks_a_guarantee_in_words(history: History) -> None:
    count(history, shown=1)
    with pytest.raises(GuaranteeBrokenError, match="lost update: a read returned 1, where 2 to 2 was possible"):
        assert_holds(history, counter.check)


def test_what_is_unknown_is_inconclusive_whatever_was_expected(history: History) -> None:
    with pytest.raises(InconclusiveError, match="no read succeeded"):
        assert_holds(history, counter.check)
    with pytest.raises(InconclusiveError, match="no read succeeded"):
        assert_broken(history, counter.check, "lost update")
    assert len(recorded(history)) == 2


def test_an_anomaly_that_had_to_be_found_passes_with_its_figures(history: History) -> None:
    count(history, shown=1)
    assert assert_broken(history, counter.check, "lost update").figures["lost"] == 1


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (2, "not as expected: counter.check had to find 'lost update', and did not"),
        (3, "counted twice: a read returned 3.*\n.*had to find 'lost update', and did not"),
    ],
)
def test_another_anomaly_or_none_breaks_the_expectation(history: History, shown: int, words: str) -> None:
    count(history, shown=shown)
    with pytest.raises(GuaranteeBrokenError, match=words):
        assert_broken(history, counter.check, "lost update")


PERMITTED = {"lost update": "nobody locks"}


def test_what_is_permitted_may_come_and_need_not(history: History, tmp_path: Path) -> None:
    count(history, shown=1)
    assert demand(history, Demand(counter.check, permitted=PERMITTED)).figures["lost"] == 1
    (checked,) = evaluate(history.events).checks
    assert checked.as_permitted == PERMITTED
    assert checked.words == "counter.check: invalid, as permitted (lost update)"
    assert evaluate(history.events).result is Result.HELD
    with History.open(tmp_path / "other.jsonl") as other:
        count(other, shown=2)
        demand(other, Demand(counter.check, permitted=PERMITTED))
        (checked,) = evaluate(other.events).checks
        assert checked.words == "counter.check: valid"


@pytest.mark.parametrize(
    ("shown", "expected", "result"),
    [
        (1, (), Result.PERMITTED),  # what has a cause
        (3, (), Result.BROKEN),  # what has none: counted twice
        (2, ("lost update",), Result.MISSED),  # what had to be found, and was not
        (3, ("lost update",), Result.BROKEN),  # that, and what nothing permits
    ],
)
def test_a_permitted_loss_and_a_broken_test_are_told_from_a_broken_guarantee(
    history: History, shown: int, expected: tuple[str, ...], result: Result
) -> None:
    count(history, shown=shown)
    with pytest.raises(GuaranteeBrokenError) as caught:
        demand(history, Demand(counter.check, expected=expected, causes=PERMITTED))
    assert how_broken(caught.value.verdict) is result
    assert evaluate(history.events).result is result


def test_what_is_invalid_and_names_no_anomaly_breaks_a_guarantee() -> None:
    assert how_broken(Verdict(Validity.INVALID)) is Result.BROKEN


def test_nothing_else_may_come(history: History) -> None:
    count(history, shown=3)
    with pytest.raises(GuaranteeBrokenError, match="counted twice"):
        demand(history, Demand(counter.check, permitted=PERMITTED))


def test_what_has_to_come_does_not_do_so_by_being_permitted(history: History) -> None:
    count(history, shown=2)
    with pytest.raises(GuaranteeBrokenError, match="had to find 'lost update', and did not"):
        demand(history, Demand(counter.check, expected=("lost update",), permitted=PERMITTED))


def test_an_expectation_of_nothing_is_refused(history: History) -> None:
    with pytest.raises(BadInputError, match="where none is expected: assert_holds"):
        assert_broken(history, counter.check)


def test_arguments_that_a_checker_has_not_are_refused_and_not_recorded(history: History) -> None:
    with pytest.raises(BadInputError, match=r"counter\.check has no argument bound; it takes initial"):
        assert_holds(history, counter.check, bound=1)
    assert recorded(history) == []


def test_of_several_demands_the_worst_decides_and_all_are_recorded(history: History) -> None:
    count(history, shown=1)
    with pytest.raises(GuaranteeBrokenError, match="lost update"):
        demand(history, Demand(ids.check), Demand(counter.check))
    assert len(recorded(history)) == 2


def post_and_drain(history: History, **held: list[str]) -> None:
    """Two posts, and what each messages instance holds of them."""
    for offset, id_ in enumerate("ab"):
        message = {"id": id_, "msg": f"m-{id_}"}
        history.invoke(1, "post", message).ok({**message, "partition": 0, "offset": offset})
    history.invoke(1, "drain").ok(held)
    part = {"from": "one", "ids": held["one"]}
    history.invoke(1, "get").ok({"logging": {"from": "logging-1", "ids": ["a", "b"]}, "messages": part})


def declared(history: History, **changed: str) -> None:
    """The settings that a Kafka queue is declared to have, read back as they are, and a broker that is killed."""
    settings = {**on_kafka(3, {}, from_beginning=False), **{f"kafka.producer.{k}": v for k, v in changed.items()}}
    history.event("settings", {"declared": settings, "effective": settings, "unread": {}})
    history.event("kill", {"nodes": ["kafka-1"], "phase": "begin", "why": "it leads"})


def test_doubles_are_permitted_where_settings_and_faults_permit_them(history: History) -> None:
    declared(history)
    post_and_drain(history, one=["a", "b"], two=["a", "b"])
    assert_delivered_and_aggregated(history)
    found = evaluate(history.events).checks
    assert [list(each.as_permitted) for each in found if each.as_permitted] == [["duplicated"]]


def test_a_loss_that_settings_permit_is_told_with_its_cause(history: History) -> None:
    declared(history, acks="1")
    post_and_drain(history, one=["a"], two=[])
    with pytest.raises(GuaranteeBrokenError, match=r"lost: 1 of 2 .*; these settings permit it: acks=1, and kill"):
        assert_delivered_and_aggregated(history)


def test_a_loss_elsewhere_is_broken_also_where_one_was_to_come(history: History) -> None:
    """Two messages of partition 0 and one of partition 1 are lost, and the broker was hit that leads partition 0."""
    settings = {**on_kafka(3, {}, from_beginning=False), "kafka.producer.acks": "1"}
    history.event("settings", {"declared": settings, "effective": settings, "unread": {}})
    history.event("leaders", {"leaders": {"0": "kafka-1", "1": "kafka-2"}})
    history.event("kill", {"nodes": ["kafka-1"], "phase": "begin", "why": "it leads"})
    post_and_drain(history, one=[], two=[])
    assert assert_delivered_and_aggregated(history, shows=["lost"]).figures["lost"] == 2
    message = {"id": "c", "msg": "m-c"}
    history.invoke(1, "post", message).ok({**message, "partition": 1, "offset": 0})
    history.invoke(1, "drain").ok({"one": [], "two": []})
    with pytest.raises(GuaranteeBrokenError, match=r"^lost elsewhere: 1 of 3 [^;]*: c; acknowledged in partition 1$"):
        assert_delivered_and_aggregated(history, shows=["lost"])
    with pytest.raises(GuaranteeBrokenError) as broken:
        assert_delivered_and_aggregated(history)
    causes = {anomaly.name: anomaly.cause for anomaly in broken.value.verdict.anomalies}
    assert causes["lost"].endswith("; so in partition 0")
    assert causes["lost elsewhere"] == ""
    assert evaluate(history.events).result is Result.BROKEN


def test_a_list_may_be_typed_for_an_argument() -> None:
    check = from_text("delivery.check:exactly_once=true,at_risk=[0,2]")
    assert check.arguments == {"exactly_once": True, "at_risk": [0, 2]}
    assert from_text("delivery.check:at_risk=[],exactly_once=false").arguments == {"at_risk": [], "exactly_once": False}
    with pytest.raises(BadInputError, match=r"'at_risk=\[0' is none of ARGUMENT=VALUE, with a number, .* or \[1,2\]$"):
        from_text("delivery.check:at_risk=[0,2")


def test_a_scenario_may_be_there_to_show_it(history: History) -> None:
    declared(history, acks="1")
    post_and_drain(history, one=["a"], two=[])
    assert assert_delivered_and_aggregated(history, shows=["lost"]).figures["lost"] == 1


def test_then_it_has_to_come(history: History) -> None:
    declared(history, acks="1")
    post_and_drain(history, one=["a", "b"], two=[])
    with pytest.raises(GuaranteeBrokenError, match="had to find 'lost', and did not"):
        assert_delivered_and_aggregated(history, shows=["lost"])


def test_what_nothing_permits_can_not_be_shown(history: History) -> None:
    declared(history)
    post_and_drain(history, one=["a"], two=[])
    with pytest.raises(BadInputError, match="nothing permits 'lost' here, so it can't be shown; permitted: duplicated"):
        assert_delivered_and_aggregated(history, shows=["lost"])


def test_what_is_demanded_throughout_is_judged_when_somebody_asks(history: History) -> None:
    demand_throughout(history, counter.check)
    count(history, shown=1)
    assert evaluate(history.events).outcome.sentences.startswith("lost update")


@checker
def of_a_stranger(events: Sequence[Event]) -> Verdict:
    """A checker of a suite that is none of ours, judged once."""
    _ASKED.append(len(events))
    return unknown("it never says")


_ASKED: list[int] = []


def test_a_checker_from_elsewhere_has_its_modules_name_and_judges_once(history: History) -> None:
    with pytest.raises(InconclusiveError):
        assert_holds(history, of_a_stranger)
    (checked,) = evaluate(history.events, history.verdicts).checks
    assert checked.check.checker == "tests.test_assertions.of_a_stranger"
    assert _ASKED == [0]
    with pytest.raises(BadInputError, match=r'line 1: there is no checker "tests\.test_assertions\.of_a_stranger"'):
        evaluate(history.events)


def test_operations_are_paired_once_for_all_that_is_demanded(history: History) -> None:
    count(history, shown=2)
    before = history.events.operations
    assert_holds(history, counter.check)
    assert history.events.operations is before
    history.invoke(1, "increment", 1)
    assert len(history.events.operations) == len(before) + 1


def test_values_are_judged_as_json_also_while_they_are_recorded(history: History) -> None:
    history.invoke(1, "add", "key-0").ok("key-0")
    history.event("owners", {"keys": {"key-0": (92, "hazelcast-3")}})
    history.event("partition-losses", {"backups": [(92, 1)]})
    history.invoke(1, "read").ok(("key-0",))
    assert assert_holds(history, lost_partitions.check, share=0).figures["acknowledged"] == 1


def test_each_checker_of_the_packages_has_a_name_of_its_own() -> None:
    found = [
        name_of(value)
        for module in modules("checkers")
        for value in vars(module).values()
        if value in checkers().values() and value.__module__ == module.__name__
    ]
    assert sorted(found) == sorted(checkers())
    assert checkers()["set_full.over_time"] is set_full.over_time
