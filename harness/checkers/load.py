"""Load: enough was acknowledged a second for a fault to meet something.

Too little is no fault of the system: what it was not asked can't be wrong, so nobody knows (as etcd's robustness tests
have it, which fail a run below a "minimal QPS"). It is the mean from the first request to the last answer, faults
included. Linear in the history.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.checkers.verdict import Verdict, checker, unknown
from harness.events import Event, operations


@checker
def check(events: Sequence[Event], *, f: str, least_a_second: int) -> Verdict:
    """Judges how much was acknowledged. Unknown if it was too little.

    Args:
        events: the history.
        f: which kind of operation.
        least_a_second: how many of them have to be acknowledged in a second.
    """
    acknowledged = [operation for operation in operations(events) if (operation.f, operation.outcome) == (f, "ok")]
    if not acknowledged:
        return unknown(f"no {f} was acknowledged")
    begun = min(operation.began for operation in acknowledged)
    seconds = (max(operation.ended for operation in acknowledged) - begun) / 1e9
    a_second = len(acknowledged) / seconds if seconds else float("inf")
    if a_second < least_a_second:
        return unknown(
            f"{a_second:.0f} acknowledged {f}s a second over {seconds:.0f} s, and less than {least_a_second} are too "
            "few to show anything: give the machine less to do besides, or ask for less"
        )
    return Verdict.of([], {"acknowledged": len(acknowledged), "acknowledged_a_second": round(a_second)})
