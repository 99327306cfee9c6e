"""Several logging instances behind one facade: what the loss of some costs (seeds 000 and 001)."""

import httpx
import pytest

from harness import Kill, Nemesis, System, assert_delivered_and_aggregated, some

pytestmark = [pytest.mark.faulttolerance]


@pytest.mark.parametrize("dead", [pytest.param(1, marks=pytest.mark.quick), 2])
def test_losing_logging_instances_costs_no_request(system: System, faults: Nemesis, dead: int) -> None:
    """Under posts and GETs, kill one (two) of three logging instances.
    Every request to the facade is still answered, as it moves on to a live instance; only a direct request to a dead
    one errors. Nothing acknowledged is lost.
    """
    with system.traffic() as traffic:
        traffic.await_answers(20)
        killed = faults.inject(Kill(), some("logging", dead, seed=dead))
        traffic.await_answers(40)

    for node in killed.nodes:
        with pytest.raises(httpx.TransportError):
            system.ask_directly(node)
    assert traffic.failed == 0, f"{traffic.failed} of {traffic.answered + traffic.failed} requests were not answered"
    system.drain(traffic.posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
