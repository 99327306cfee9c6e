"""Transactions: each anomaly is found under its name and promised by the levels that promise it.

The histories with a source are those of others, with what they say of them: the tests of Elle (jepsen-io/elle, commit
ccdee6f, test/elle/list_append_test.clj, by the name of the test), the paper on Elle (Kingsbury and Alvaro, VLDB 2020)
and Adya, Liskov and O'Neil, "Generalized isolation level definitions", ICDE 2000, whose writes are appends here.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.checkers import Validity, cycles
from harness.events import Event
from tests.checkers.said import said, unknown
from tests.checkers.txns import serially

LEVELS = get_args(cycles.Isolation)
#: Source, history, the anomalies that the source names, and those that we find besides.
PUBLISHED: Mapping[str, tuple[Sequence[str], set[str], set[str]]] = {
    "Elle, checker-test G0": (("ax1 ay1", "ax2 ay2", "rx12 ry21"), {"G0"}, set()),
    "Elle, checker-test G1a": (("fail ax1", "rx1"), {"G1a"}, set()),
    "Elle, checker-test G1b": (("ax1 ax2", "rx1"), {"G1b", "G-single"}, set()),
    "Elle, checker-test G1c": (("ax1 ry1", "ax2 ay1", "rx12 ry1"), {"G1c"}, set()),
    "Elle, checker-test G-single": (("ax1 ay1", "ax2 ry", "rx12"), {"G-single"}, set()),
    "Elle, checker-test G2": (("ax1 ry", "ay1 rx"), {"G2-item"}, set()),
    "Elle, checker-test Strong SI violation": (("ax1", "ax2", "rx1", "rx12"), set(), set()),
    "Elle, checker-test contradictory read orders": (
        ("ax1 ry1", "ax2", "ax3 ay1", "rx13", "rx123"),
        {"G1c", "incompatible order"},
        set(),
    ),
    "Elle, checker-test duplicated elements": (
        ("ax1 ry1", "ax2 ay1", "rx121"),
        {"G1c", "duplicated", "G-single"},
        set(),
    ),
    "Elle, checker-test internal": (("ax1 ax2 ax4", "ax3 rx1234"), {"internal", "G0"}, set()),
    "Elle, checker-test dirty update": (("fail ax1", "ax2", "rx12"), set(), {"G1a"}),
    "Elle, checker-test dirty update, indirect": (("fail ax1", "info ax2", "ax3", "rx123"), set(), {"G1a"}),
    "Elle, unobserved-write-test": (("ax1 ay1", "ax2 ay2", "ax3 ay3", "rx12", "ry2"), {"G0", "G-single"}, set()),
    "Elle, repeatable-read-test": (("rx ay1", "ry ax1"), {"G2-item"}, set()),
    "Elle, G-nonadjacent-test": (("ax1", "rx1 ry", "ay1", "ry1 rx"), set(), {"G2-item"}),
    "Elle, G-nonadjacent-test, none": (("rx5 ay1", "ry az2", "rz at3", "rt3 au4", "ru ax5"), set(), set()),
    "Elle, lost-update-test": (("ax0", "rx0 ax1", "rx0 ax2"), {"G2-item", "lost update"}, set()),
    "Elle, lost-update-test, one txn": (("rx ax1 ax2", "rx12"), set(), set()),
    "Elle, wr-process-test": (("rx1 ay1", "ry1", "ax1"), set(), set()),
    "Elle, rr-g-single-item-test": (("ax1 ay1", "rx1 ry"), {"G-single"}, set()),
    "Elle, graph-test, figure 3 of Adya and others": (("az1 ax1 ay1", "rx1 ay2", "ry12 az3", "rz13"), set(), set()),
    "Elle, graph-test, info reads": (("info ax2 ry", "ax1 ay1", "rx12 ry1"), set(), set()),
    "Elle, internal-cases-test, read nil": (("rx rx2", "ax2"), {"internal"}, {"G-single"}),
    "Elle, internal-cases-test, future read": (("rx012 ax1", "ax0", "ax2"), {"internal"}, {"G1c"}),
    "Elle, g1a-cases-test": (("rx1 ax2", "rx12 ry3", "fail ax1", "ay3"), {"G1a"}, set()),
    "Elle, g1b-cases-test": (("rx1", "rx12 ry3", "ax1 ax2", "rx123", "ay3 ax3"), {"G1b"}, {"G-single"}),
    "Elle, paper-example.edn, and figure 3 of the paper": (
        (
            "a:253:1 a:253:3 a:253:4 a:255:2 a:255:3 a:255:4 a:255:5 a:256:1 a:256:2",
            "a:255:8 r:253:1,3,4",
            "a:256:4 r:255:2,3,4,5,8 r:256:1,2,4 r:253:1,3,4",
            "a:250:10 r:253:1,3,4 r:255:2,3,4,5 a:256:3",
        ),
        {"G-single"},
        set(),
    ),
    "Elle, paper, TiDB": (
        ("a:34:2", "a:34:1", "r:34:2,1 a:36:5 a:34:4", "a:34:5", "r:34:2,1,5,4"),
        {"G-single"},
        set(),
    ),
    "Elle, paper, YugaByte DB": (("a:3:837 r:4:883", "a:4:885 r:3:836", "a:4:883 a:3:836"), {"G2-item"}, set()),
    "Elle, paper, FaunaDB": (("ax6 rx",), {"internal"}, set()),
    "Adya and others, H1": (("rx ax1 ry ay1", "rx1 ry"), {"G-single"}, set()),
    "Adya and others, H2": (("rx ax1 ry ay1", "rx ry1"), {"G-single"}, set()),
    "Adya and others, Hwcycle": (("ax1 ay1", "ax2 ay2", "rx12 ry21"), {"G0"}, set()),
}


def names(events: Sequence[Event], isolation: cycles.Isolation = "serializable") -> set[str]:
    return {anomaly.name for anomaly in cycles.check(events, isolation=isolation).anomalies}


@pytest.mark.parametrize("source", PUBLISHED)
def test_published_histories_have_the_published_anomalies(source: str) -> None:
    history, published, besides = PUBLISHED[source]
    verdict = cycles.check(serially(*history))
    assert {anomaly.name for anomaly in verdict.anomalies} == published | besides, verdict.sentences
    assert verdict.validity is (Validity.INVALID if published | besides else Validity.VALID)


@pytest.mark.parametrize(
    ("history", "broken"),
    [
        (("ax1 ay1", "ax2 ay2", "rx12 ry21"), 0),
        (("fail ax1", "rx1"), 1),
        (("ax1 ry1", "ax2 ay1", "rx12 ry1"), 1),
        (("ax1 ay1", "ax2 ry", "rx12"), 2),
        (("ax0", "rx0 ax1", "rx0 ax2"), 2),
        (("ax1 ry", "ay1 rx"), 3),
        (("ax1", "rx1"), 4),
    ],
)
def test_a_level_promises_what_the_weaker_ones_do_and_more(history: Sequence[str], broken: int) -> None:
    found = [cycles.check(serially(*history), isolation=level).validity for level in LEVELS]
    assert found == [Validity.VALID] * broken + [Validity.INVALID] * (len(LEVELS) - broken)


def test_a_cycle_is_told_in_one_sentence_with_its_transactions() -> None:
    (anomaly,) = cycles.check(serially("ax1 ay1", "ax2 ry", "rx12")).anomalies
    assert anomaly.sentence == (
        "no order explains these, each being before itself: T1 before T2, as T2 appended 1 to y, which T1 did not see "
        "there; T2 before T1, as T1 appended 2 to x behind what T2 had appended; with T1 = process 1 (append x 2, "
        "r y []), T2 = process 0 (append x 1, append y 1)"
    )
    assert [operation.invoke.process for operation in anomaly.operations] == [1, 0]


def test_a_transaction_s_own_appends_are_in_its_order() -> None:
    (anomaly,) = cycles.check(serially("ax1 ax2 ax3", "rx213")).anomalies
    assert anomaly.sentence == (
        "process 1 (r x [2, 1, 3]) read [2, 1, 3] in x, which has the appends of process 0 (append x 1, append x 2, "
        "append x 3) in another order"
    )


def test_an_append_that_nobody_saw_says_nothing_of_those_after_it() -> None:
    assert "incompatible order" in names(serially("ax9 ax1 ax2", "rx21"))


def test_what_nobody_appended_is_unexpected() -> None:
    (anomaly,) = cycles.check(serially("ax1", "rx12")).anomalies
    assert (anomaly.name, anomaly.sentence) == (
        "unexpected",
        "process 1 (r x [1, 2]) read [1, 2] in x, and nobody appended 2",
    )


LONG = " ".join(f"a:x:{number}" for number in range(1, 10))
ALL = "1,2,3,4,5,6,7,8,9"


@pytest.mark.parametrize(
    ("history", "name", "sentence", "operations"),
    [
        (("fail ax1", "rx1"), "G1a", "process 1 (r x [1]) read [1] in x, and the append of 1 surely failed", [0, 2]),
        (("ax1", "rx12"), "unexpected", "process 1 (r x [1, 2]) read [1, 2] in x, and nobody appended 2", [2]),
        (
            (LONG, f"r:x:{ALL},10"),
            "unexpected",
            "process 1 (r x [..., 3, 4, 5, 6, 7, 8, 9, 10]) read [..., 3, 4, 5, 6, 7, 8, 9, 10] in x, and nobody "
            "appended 10",
            [2],
        ),
        (
            ("ax1 ax2", "rx1"),
            "G1b",
            "process 1 (r x [1]) read [1] in x, which ends in the midst of what process 0 (append x 1, append x 2) "
            "appended",
            [0, 2],
        ),
        (("ax1", "rx11"), "duplicated", "process 1 (r x [1, 1]) read [1, 1] in x, with an element twice", [2]),
        (
            ("ax1 rx",),
            "internal",
            "process 0 (append x 1, r x []) read [] in x, which contradicts what else it did to x",
            [0],
        ),
        (
            ("ax1", "ax2", "rx12", "rx21"),
            "incompatible order",
            "process 3 (r x [2, 1]) read [2, 1] in x, which is not the beginning of [1, 2], read by process 2 (r x "
            "[1, 2])",
            [6, 4],
        ),
        (
            ("ax1 ax2", "rx21"),
            "incompatible order",
            "process 1 (r x [2, 1]) read [2, 1] in x, which has the appends of process 0 (append x 1, append x 2) in "
            "another order",
            [0, 2],
        ),
        (
            ("ax0", "rx0 ax1", "rx0 ax2"),
            "lost update",
            "2 transactions read the same list of x and then appended to it: process 1 (r x [0], append x 1), "
            "process 2 (r x [0], append x 2)",
            [2, 4],
        ),
    ],
)
def test_an_anomaly_is_told_with_the_transactions_that_show_it(
    history: Sequence[str], name: str, sentence: str, operations: Sequence[int]
) -> None:
    verdict = cycles.check(serially(*history))
    assert (name, sentence, operations) in said(verdict)
    assert verdict.figures == {"transactions": sum("fail" not in short for short in history), "keys": 1}


def test_each_set_of_transactions_that_are_before_each_other_has_its_cycle() -> None:
    two = cycles.check(serially("ax1 ay1", "ax2 ay2", "rx12 ry21", "az1 at1", "az2 at2", "rz12 rt21"))
    assert [name for name, _, _ in said(two)] == ["G0", "G0"]
    assert sorted(sorted(operations) for _, _, operations in said(two)) == [[0, 2], [6, 8]]


def test_that_one_read_what_another_appended_is_told() -> None:
    ((name, sentence, _),) = said(cycles.check(serially("ax1 ry1", "ax2 ay1", "rx12 ry1")))
    assert name == "G1c"
    assert " read 1 of T" in sentence
    assert " in y; " in sentence


def test_an_element_twice_makes_no_list_the_longest() -> None:
    assert "G0" not in names(serially("ax1 ay1", "ax2 ay2", "rx12", "ry12", "rx211"))


def test_a_list_is_shown_in_full_up_to_eight_elements() -> None:
    (one,) = cycles.check(serially(LONG.removesuffix(" a:x:9"), "r:x:1,2,3,4,5,6,7,8,8")).anomalies
    assert " read [..., 2, 3, 4, 5, 6, 7, 8, 8] in x" in one.sentence
    (one,) = cycles.check(serially(LONG.removesuffix(" a:x:9"), "r:x:1,2,3,4,5,6,7,7")).anomalies[:1]
    assert " read [1, 2, 3, 4, 5, 6, 7, 7] in x" in one.sentence


def test_of_two_reasons_for_one_step_the_strictest_is_told() -> None:
    (anomaly,) = cycles.check(serially("ax1 ay1", "rx1 ax2 ay2", "rx12 ry21")).anomalies
    assert anomaly.name == "G0"
    assert anomaly.sentence.count("behind what") == 2


def test_of_many_cycles_a_short_one_is_told() -> None:
    ring = [f"r:{n}: a:{(n + 1) % 9}:1" for n in range(9)]
    (longest,) = cycles.check(serially(*ring)).anomalies
    assert len(longest.operations) == 9
    assert "there; ... (9 transactions); T9 before T1" in longest.sentence
    assert ", ... (9 transactions), T9 = process " in longest.sentence
    assert [longest.sentence.count(words) for words in (" before T", " = process ")] == [8, 8]
    (whole,) = cycles.check(serially(*(f"r:{n}: a:{(n + 1) % 8}:1" for n in range(8)))).anomalies
    assert [whole.sentence.count(words) for words in ("...", " before T", " = process ")] == [0, 8, 8]
    ring[4], ring[5] = f"{ring[4]} r:more:", f"{ring[5]} a:more:1"
    assert len(cycles.check(serially(*ring)).anomalies[0].operations) == 2


@pytest.mark.parametrize(
    ("history", "reason"),
    [
        ((), "no transaction that read something succeeded"),
        (("ax1", "info rx"), "no transaction that read something succeeded"),
        (("ax1", "ax1", "rx1"), "1 was appended to x more than once, so nobody knows whose was read"),
        (("ax1 ax1", "rx1"), "1 was appended to x more than once, so nobody knows whose was read"),
    ],
)
def test_of_some_histories_nothing_can_be_said(history: Sequence[str], reason: str) -> None:
    verdict = cycles.check(serially(*history))
    assert verdict.validity is Validity.UNKNOWN
    assert said(verdict) == unknown(reason)


def test_what_failed_and_was_appended_again_is_no_aborted_read() -> None:
    assert cycles.check(serially("fail ax1", "ax1", "rx1")).validity is Validity.VALID


def test_an_unknown_outcome_may_have_happened_or_not() -> None:
    assert cycles.check(serially("info ax1", "rx1")).validity is Validity.VALID
    assert cycles.check(serially("info ax1", "rx")).validity is Validity.VALID
    assert names(serially("info ax1 ay1", "rx1 ry")) == {"G-single"}


@given(st.lists(st.lists(st.tuples(st.booleans(), st.sampled_from("xyz")), max_size=5), min_size=1, max_size=20))
def test_serial_histories_are_valid(transactions: list[list[tuple[bool, str]]]) -> None:
    lists: dict[str, list[int]] = {"x": [], "y": [], "z": []}
    shorts = ["r:x:"]
    for micros in transactions:
        words = []
        for is_read, key in micros:
            if is_read:
                words.append(f"r:{key}:{','.join(map(str, lists[key]))}")
            else:
                lists[key].append(len(lists[key]))
                words.append(f"a:{key}:{lists[key][-1]}")
        shorts.append(" ".join(words))
    verdict = cycles.check(serially(*shorts))
    assert verdict.validity is Validity.VALID, verdict.sentences


def test_networkx_is_not_imported_with_the_checkers() -> None:
    source = "import sys; from harness import checks; checks.checkers(); sys.exit('networkx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", source]).returncode == 0
