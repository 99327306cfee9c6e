"""What became of requests that did not succeed, in words: how often, and what came back in place of an answer. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from harness.events import NEMESIS, UNDO, Event, Operation
from harness.plain import unnumbered

#: So many ways in which requests ended are told, the others counted.
_SHOWN = 3
_LONGEST = 120
_TAG = re.compile(r"<[^>]*>|<!--.*?-->", re.DOTALL)
_STATUS = re.compile(r"(?P<status>\d{3}): ?(?P<text>.*)", re.DOTALL)
_LATE = re.compile(r"no answer within (?P<s>[\d.]+) s\b")
_NOBODY = re.compile(r"no connection: (?:.*\] )?(?P<why>.*)", re.DOTALL)
_UNREADABLE = re.compile(r"unreadable answer: .*?The body: (?P<body>.*)", re.DOTALL)


class _Way(NamedTuple):
    """A way in which a request ends; `words` follow "12 got" or "12 had"."""

    verb: str
    words: str

    @property
    def kind(self) -> tuple[str, str]:
        """What all ways have in common that differ in numbers alone."""
        return self.verb, self.words[:3] + unnumbered(self.words)


def ways(errors: Iterable[str]) -> str:
    """How requests ended that did not succeed, by their errors in the history; the most frequent way first.

    Such as '37 had no answer within 8 s, 12 got 500 "Heartbeat timed out"'.
    """
    first: dict[tuple[str, str], _Way] = {}
    count: Counter[tuple[str, str]] = Counter()
    for way in map(_way, errors):
        first.setdefault(way.kind, way)
        count[way.kind] += 1
    told = [f"{times} {first[kind].verb} {first[kind].words}" for kind, times in count.most_common(_SHOWN)]
    if more := sum(count.values()) - sum(times for _, times in count.most_common(_SHOWN)):
        told.append(f"{more} ended otherwise")
    return ", ".join(told)


def _way(error: str) -> _Way:
    if late := _LATE.match(error):
        return _Way("had", f"no answer within {late['s']} s")
    if nobody := _NOBODY.match(error):
        return _Way("found", f"nobody who listens ({_short(nobody['why'])})")
    if unreadable := _UNREADABLE.match(error):
        return _Way("got", f"an answer of success that shows no messages: {_short(unreadable['body'])}")
    if status := _STATUS.match(error):
        text = _short(status["text"])
        return _Way("got", f'{status["status"]} "{text}"' if text else f"{status['status']} without a word")
    return _Way("had", f"no answer ({_short(error)})")


def _short(text: str) -> str:
    """The text in one line, without the tags of a page."""
    words = " ".join(_TAG.sub(" ", text).split())
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}..."


def errors(operations: Iterable[Operation]) -> Sequence[str]:
    """The errors of those of the operations that are over and did not succeed."""
    return [str(o.completion.error) for o in operations if o.completion and o.outcome != "ok"]


def stood_still(
    events: Sequence[Event], posts: Sequence[Operation], *, since_ns: int, wanted: int, waited_s: float
) -> str:
    """What was seen in place of so many more acknowledged posts, in one sentence.

    Args:
        events: of the history.
        posts: of the history.
        since_ns: the moment at which somebody began to wait, in monotonic nanoseconds.
        wanted: how many acknowledged posts were due.
        waited_s: for how long, in seconds.
    """
    meant = [post for post in posts if post.ended >= since_ns]
    acknowledged = [post for post in meant if post.outcome == "ok"]
    if acknowledged:
        last_s = (acknowledged[-1].ended - since_ns) / 1e9
        seen = f"{len(acknowledged)} of {wanted} awaited posts were acknowledged in {waited_s:g} s, the last after "
        seen += f"{last_s:.1f} s"
    else:
        seen = f"no post was acknowledged for {waited_s:g} s"
    told = [ways(errors(meant))] if errors(meant) else []
    if waiting := sum(post.completion is None for post in meant):
        told.append(f"{waiting} {'waits' if waiting == 1 else 'wait'} for an answer still")
    return f"{_from_when(events)}, {seen}" + (f": {', '.join(told)}" if told else "")


def _from_when(events: Sequence[Event]) -> str:
    """The last thing that was done to the system, as the beginning of a sentence."""
    for event in reversed(events):
        if event.process == NEMESIS and isinstance(event.value, dict) and "phase" in event.value:
            done = f"the {event.f.removeprefix(UNDO)} of {', '.join(event.value['nodes'])}"
            return f"from the end of {done} on" if event.f.startswith(UNDO) else f"from {done} on"
    return "from the first post on"
