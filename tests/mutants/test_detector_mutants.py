"""What turns the scenarios red in which a Hazelcast member is out of touch."""

import pytest

from harness import Isolate, Nemesis, System
from harness.assertions import GuaranteeBrokenError
from harness.messages import messages
from scenarios import test_hazelcast_detector as detector

INCOMPLETE = r"incomplete logging part: a GET answered by logging-"


@pytest.mark.system(messages(mutants={"facade": "facade_with_a_stale_get"}))
def test_a_get_that_lags_behind_is_seen_beside_a_hang(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=INCOMPLETE):
        detector.test_a_member_that_hangs_for_about_the_limit(system, faults, 0.8, "kafka")


@pytest.mark.needs(Isolate())
@pytest.mark.system(messages(mutants={"facade": "facade_with_a_stale_get"}))
def test_a_get_that_lags_behind_is_seen_beside_a_split(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=INCOMPLETE):
        detector.test_a_member_that_is_cut_off_answers_nothing(system, faults)
