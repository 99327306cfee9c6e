"""Requests: every post and every GET is answered with success, whatever is broken meanwhile.

Only some scenarios demand it: those whose fault the facade has to get over by itself. Linear in the number of events.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.checkers.shapes import judging
from harness.checkers.verdict import Anomaly, Verdict, checker, unknown
from harness.events import Event, operations
from harness.messages.checkers.posts import SHAPES
from harness.messages.unanswered import errors, ways


@checker
@judging(SHAPES)
def check(events: Sequence[Event]) -> Verdict:
    """Judges all posts and GETs that are over. Unknown without any.

    not answered = an error, a refusal, an answer that can't be read, or none within the client's time.
    """
    asked = [o for o in operations(events) if o.f in ("post", "get") and o.completion]
    if not asked:
        return unknown("nobody asked anything, so nobody knows whether requests are answered")
    failed = [o for o in asked if o.outcome != "ok"]
    figures = {"requests": len(asked), "not answered": len(failed)}
    if not failed:
        return Verdict.of([], figures)
    sentence = f"{len(failed)} of {len(asked)} requests were not answered: {ways(errors(failed))}"
    return Verdict.of([Anomaly("not answered", sentence, tuple(failed))], figures)
