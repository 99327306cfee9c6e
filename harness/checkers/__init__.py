"""Pure judgements of a history, a file a guarantee.

from harness.checkers import combine
from harness.messages.checkers import aggregation, delivery
verdict = combine(delivery.check(events, exactly_once=True), aggregation.check(events))
"""

from harness.checkers.verdict import Anomaly, Validity, Verdict, combine

__all__ = ["Anomaly", "Validity", "Verdict", "combine"]
