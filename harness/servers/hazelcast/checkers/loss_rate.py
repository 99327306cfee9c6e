"""Shares: how large a share of the partitions two dead members take along, from a kill that was repeated.

A history of several rounds: each puts keys of its own, loses members, and reads. The unit that is lost is the
partition, so partitions are what is counted: keys of one partition are lost together and are no evidence of their own.
Each round is, as the members that come back get other partitions than they had. The interval is that of independent
losses. Hazelcast spreads the copies more evenly than chance would (any two of three members are owner and backup of 90
or 91 of 271 partitions), so it is wider than it had to be, never narrower. Linear in the history.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt
from typing import cast

from harness.checkers.shapes import Count, Share, judging
from harness.checkers.verdict import NOT_AS_EXPECTED, Anomaly, Validity, Verdict, checker, combine, unknown
from harness.events import NEMESIS, Event
from harness.servers.hazelcast.checkers import lost_partitions

#: Standard normal quantile of a two-sided interval of 99.99 %: an honest system is refused once in 10 000 runs.
CONFIDENCE, _Z = "99.99 %", 3.8906


def interval(lost: int, of: int) -> tuple[float, float]:
    """The least and the greatest share that is plausible with `CONFIDENCE` (E. B. Wilson's score interval, 1927)."""
    seen, spread = lost / of, _Z * _Z / of
    middle = (seen + spread / 2) / (1 + spread)
    reach = _Z / (1 + spread) * sqrt(seen * (1 - seen) / of + spread / of / 4)
    # Where none or all were lost, an end is exactly 0 or 1, which rounding would now and then leave out.
    return middle - reach if lost else 0.0, middle + reach if lost < of else 1.0


def repetitions(*, share: float, partitions: int, points: float) -> int:
    """The number of rounds after which a share is known to so many percentage points (0.05) to both sides.

    Worked out beforehand: whoever goes on until the result looks right will see that sooner or later.
    """
    return ceil(share * (1 - share) * (_Z / points) ** 2 / partitions)


def rounds(events: Sequence[Event]) -> list[Sequence[Event]]:
    """The rounds of a history; each begins with the first put after a read, and has every operation that begins in it.

    What is before the first put belongs to none.
    """
    pieces: list[list[Event]] = []
    last = "read"
    # By process the piece that the operation belongs to which it is in.
    busy: dict[int | str, int] = {}
    for event in events:
        if event.type == "invoke":
            if event.f == "add" and last == "read":
                pieces.append([])
            last = event.f if event.f in {"add", "read"} else last
            busy[event.process] = len(pieces)
        piece = len(pieces) if event.process == NEMESIS else busy[event.process]
        if piece:
            pieces[piece - 1].append(event)
    return list(pieces)


@checker
@judging(lost_partitions.SHAPES)
def check(events: Sequence[Event], *, share: Share, copies: Count) -> Verdict:
    """Judges each round by itself (see `lost_partitions`), and the share of lost partitions over all rounds.

    Unknown without a round, and where a round is; the share is then not judged, nor where a round lost nothing that had
    to lose something.
    """
    each = [lost_partitions.check(round_, share=share, copies=copies) for round_ in rounds(events)]
    if not each:
        return unknown("no keys were put, so no round says how many partitions were lost")
    of_each = combine(*each)
    if any(verdict.validity is Validity.UNKNOWN for verdict in each):
        return Verdict(of_each.validity, of_each.anomalies, {"rounds": len(each)})
    lost, of = (sum(_count(verdict, name) for verdict in each) for name in ("partitions_lost", "partitions"))
    low, high = interval(lost, of)
    figures: dict[str, object] = {
        "rounds": len(each),
        "acknowledged": sum(_count(verdict, "acknowledged") for verdict in each),
        "lost": sum(_count(verdict, "lost") for verdict in each),
        "lost_by_round": [_count(verdict, "lost") for verdict in each],
        "partitions": of,
        "partitions_lost": lost,
        "share_lost": round(lost / of, 3),
        "share_expected": round(share, 3),
        f"interval of {CONFIDENCE}": f"{low:.1%} to {high:.1%}",
    }
    anomalies: list[Anomaly] = []
    # A round that lost nothing where it had to says already that fault or test is broken, and how far off the share is.
    missed = any(anomaly.name == NOT_AS_EXPECTED for anomaly in of_each.anomalies)
    if not missed and not low <= share <= high:
        sentence = (
            f"{lost} of {of} partitions were lost over {len(each)} rounds: {low:.1%} to {high:.1%} with "
            f"{CONFIDENCE} confidence, {share:.1%} was expected"
        )
        anomalies.append(Anomaly("implausible share", sentence))
    over_all = combine(of_each, Verdict.of(anomalies))
    return Verdict(over_all.validity, over_all.anomalies, figures)


def _count(verdict: Verdict, name: str) -> int:
    return cast("int", verdict.figures[name])
