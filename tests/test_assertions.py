"""What a scenario demands is recorded, judged by what was recorded before, and passes or fails the scenario by that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from harness.assertions import Demand, GuaranteeBrokenError, assert_broken, assert_holds, demand, demand_throughout
from harness.checkers import Verdict, counter, ids, set_full
from harness.checkers.verdict import checker, short_name, unknown
from harness.checks import CHECK, checkers, judged
from harness.errors import BadInputError, InconclusiveError
from harness.events import Event
from harness.history import History
from harness.messages import assert_delivered_and_aggregated
from harness.offered import modules
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


@pytest.mark.parametrize("exactly_once", [True, False])
def test_the_order_of_messages_is_demanded_where_none_may_come_twice(history: History, exactly_once: bool) -> None:
    with pytest.raises(InconclusiveError):
        assert_delivered_and_aggregated(history, exactly_once=exactly_once)
    names = [check.check.checker for check in judged(history.events, history.verdicts).checks]
    assert ("partition_order.check" in names) is exactly_once
    assert {"delivery.check", "aggregation.check"} <= set(names)


def test_what_is_demanded_throughout_is_judged_when_somebody_asks(history: History) -> None:
    demand_throughout(history, counter.check)
    count(history, shown=1)
    assert judged(history.events).outcome.sentences.startswith("lost update")


@checker
def of_a_stranger(events: Sequence[Event]) -> Verdict:
    """A checker of a suite that is none of ours, judged once."""
    _ASKED.append(len(events))
    return unknown("it never says")


_ASKED: list[int] = []


def test_a_checker_from_elsewhere_has_its_modules_name_and_judges_once(history: History) -> None:
    with pytest.raises(InconclusiveError):
        assert_holds(history, of_a_stranger)
    (checked,) = judged(history.events, history.verdicts).checks
    assert checked.check.checker == "tests.test_assertions.of_a_stranger"
    assert _ASKED == [0]
    with pytest.raises(BadInputError, match=r'line 1: there is no checker "tests\.test_assertions\.of_a_stranger"'):
        judged(history.events)


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
        short_name(value)
        for module in modules("checkers")
        for value in vars(module).values()
        if value in checkers().values() and value.__module__ == module.__name__
    ]
    assert sorted(found) == sorted(checkers())
    assert checkers()["set_full.over_time"] is set_full.over_time
