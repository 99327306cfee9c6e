"""How this suite's operations are told: posts and GETs are requests, and small runs are told message by message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from harness.checkers import Anomaly
from harness.checkers.shapes import refuse_others
from harness.errors import HistoryError
from harness.events import Events
from harness.messages import message_table
from harness.messages.advice import ADVICE
from harness.messages.checkers.posts import SHAPES
from harness.messages.forensics.fates import fates
from harness.messages.forensics.symptoms import symptoms
from harness.messages.promised import promised
from harness.telling import Fate, Fates, Line, Request, Symptom, Table, Telling


def _are_ours(events: Events) -> bool:
    """Whether the posts are this suite's: one elsewhere may call its operations so, too."""
    try:
        refuse_others(events, SHAPES)
    except HistoryError:
        return False
    return True


def _table(events: Events) -> str:
    return message_table.table(events) if _are_ours(events) else ""


def _lines(events: Events) -> Iterator[Line]:
    if not _are_ours(events):
        return
    acknowledged = (o.value for o in events.operations if o.f == "post" and o.outcome == "ok")
    logged = Counter(name for post in acknowledged if (name := post.get("logged_by")))
    if logged:
        yield Line(f"logged by: {', '.join(f'{name} {count}' for name, count in sorted(logged.items()))}")
    if missing := promised(events).not_promised:
        yield Line(f"not promised, or not said, and not judged: {'; '.join(missing)}")


def _symptoms(events: Events) -> Iterable[Symptom]:
    return symptoms(events) if _are_ours(events) else ()


def _fates(events: Events, anomalies: Sequence[Anomaly]) -> Sequence[Fate]:
    return fates(events, anomalies) if _are_ours(events) else ()


MESSAGES = Telling(
    requests={
        "post": Request("posts", "posted", in_common={"partition": "were in partition", "logged_by": "were logged by"}),
        "get": Request("GETs", writes=False),
    },
    others=frozenset({"drain", "stored", "logged", "renew-late", "remove-late"}),
    received={"drain": lambda held: sum(map(len, held.values()))},
    lines=_lines,
    categories={
        "Lost message": ("incomplete logging part",),
        "Altered message": ("altered", "swapped", "truncated", "two texts"),
        "Wrong aggregation": ("aggregation", "invented", "doubled", "unnamed", "unanswered", "unheard", "vanished"),
    },
    tables=(Table("message by message", "messages.csv", _table),),
    symptoms=_symptoms,
    fates=(Fates("what became of each message", _fates),),
    advice=ADVICE,
)
