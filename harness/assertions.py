"""From verdicts to a test's outcome: an invalid history fails it in plain words, an unknown one is inconclusive."""

from __future__ import annotations

from harness.checkers import Validity, Verdict, combine
from harness.errors import InconclusiveError
from harness.history import History
from harness.messages.checkers import aggregation, delivery, partition_order


class GuaranteeBrokenError(AssertionError):
    """A checker found the history invalid; the message says how, in sentences, and `verdict` has the rest."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.sentences)
        self.verdict = verdict


def assert_holds(verdict: Verdict) -> None:
    """Passes if the verdict is valid.

    Raises:
        GuaranteeBrokenError: it is invalid.
        InconclusiveError: it is unknown.
    """
    if verdict.validity is Validity.INVALID:
        raise GuaranteeBrokenError(verdict)
    if verdict.validity is Validity.UNKNOWN:
        raise InconclusiveError(verdict.sentences)


def assert_delivered_and_aggregated(history: History, *, exactly_once: bool = True) -> None:
    """No acknowledged message lost, none invented, none twice, each partition's in order, every GET an aggregation.

    Args:
        history: what the scenario recorded.
        exactly_once: False where the settings permit that a message is read twice.
    """
    events = history.events
    delivered = delivery.check(events, exactly_once=exactly_once)
    # What comes twice comes out of order the second time.
    orderly = [partition_order.check(events)] if exactly_once else []
    assert_holds(combine(delivered, *orderly, aggregation.check(events)))
