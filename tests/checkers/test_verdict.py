"""Combining verdicts: unknown outranks valid, invalid outranks unknown."""

import pytest

from harness.checkers.verdict import Anomaly, Validity, combine, judged, unknown
from harness.errors import InconclusiveError
from harness.judgement import GuaranteeBrokenError, assert_holds

VALID, UNKNOWN, INVALID = judged([]), unknown("nobody looked"), judged([Anomaly("lost", "1 of 2 is gone")])


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], Validity.VALID),
        ([VALID, VALID], Validity.VALID),
        ([VALID, UNKNOWN], Validity.UNKNOWN),
        ([UNKNOWN, INVALID, VALID], Validity.INVALID),
    ],
)
def test_the_worst_wins(verdicts: list, expected: Validity) -> None:
    assert combine(*verdicts).validity is expected


def test_an_invalid_verdict_breaks_a_guarantee_in_words() -> None:
    with pytest.raises(GuaranteeBrokenError, match="lost: 1 of 2 is gone"):
        assert_holds(combine(VALID, INVALID))


def test_an_unknown_verdict_is_inconclusive() -> None:
    with pytest.raises(InconclusiveError, match="nobody looked"):
        assert_holds(combine(VALID, UNKNOWN))
