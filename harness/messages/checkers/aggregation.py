"""GET aggregation: every GET of the facade returns logging's set and the set of exactly one messages instance.

At every moment: the logging part holds each message acknowledged before the GET was sent; both parts hold none but
messages of which a post had begun before the GET was answered and was not surely refused; neither holds one twice; the
messages part names its instance if it holds any. Other than in Jepsen's `set-full` (checker.clj) a message that a GET
showed and nobody acknowledged may go again.

In the end, for GETs sent after the last successful drain and answered before anything was broken or mended after it
began (an instance loses what it has in memory, another takes over its partitions): the messages part is what its
instance was drained of, and what may have come since, which are messages that no instance was drained of and with a
post that was not over before the drain began. Linear in the number of events and the sizes of the answers.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from harness.checkers.shapes import judging
from harness.checkers.verdict import Anomaly, Verdict, checker, unknown
from harness.events import NEMESIS, NEVER, Event, Operation, answered, operations
from harness.messages.checkers.posts import SHAPES, Posts, last

_INCOMPLETE = "incomplete logging part"


@checker
@judging(SHAPES)
def check(events: Sequence[Event]) -> Verdict:
    """Judges every successful GET; what is wrong with many of them is one anomaly. Unknown without one."""
    history = operations(events)
    posts = Posts(history)
    gets = [operation for operation in history if operation.f == "get" and operation.outcome == "ok"]
    if not gets:
        return unknown("no GET of the facade succeeded, so its aggregation was not seen")
    drain = last(history, "drain")
    since = _coming_since(drain, history) if drain else frozenset()
    changed = _changed(events, drain) if drain else 0
    found: defaultdict[str, list[Anomaly]] = defaultdict(list)
    # The messages that a GET has to show grow with its place in the history.
    coming = sorted(((answered(post), id_) for id_, post in posts.acknowledged.items()), reverse=True)
    due: set[str] = set()
    for get in gets:
        while coming and coming[-1][0] < get.invoke.index:
            due.add(coming.pop()[1])
        anomalies = _at_every_moment(get, posts, due)
        if drain and answered(drain) < get.invoke.index and answered(get) < changed:
            anomalies += _in_the_end(get, drain, posts, since)
        for anomaly in anomalies:
            found[anomaly.name].append(anomaly)
    together = [_together(alike, of=len(gets)) for alike in found.values()]
    return Verdict.of(
        [_with_return(anomaly, gets[-1]) if anomaly.name == _INCOMPLETE else anomaly for anomaly in together],
        {"gets": len(gets), "answered_by": _answered_by(gets)},
    )


def _together(alike: Sequence[Anomaly], *, of: int) -> Anomaly:
    """One anomaly for several of a name: the first one's words, how many there were and for how long."""
    first, last = alike[0].operations[-1], alike[-1].operations[-1]
    concerned = {o.invoke.index: o for anomaly in alike for o in anomaly.operations[:-1]}
    concerned |= {get.invoke.index: get for get in (first, last)}
    affected = len({anomaly.operations[-1].invoke.index for anomaly in alike})
    sentence = alike[0].sentence
    if affected > 1:
        sentence += f"; the first of {affected} of {of} GETs like it, over {(last.ended - first.began) / 1e9:.1f} s"
    return Anomaly(alike[0].name, sentence, tuple(concerned[index] for index in sorted(concerned)))


def _with_return(incomplete: Anomaly, last_get: Operation) -> Anomaly:
    """The anomaly's words, and whether what was missing came back, if there was a later GET to see it."""
    missing = {o.invoke.value["id"] for o in incomplete.operations if o.f == "post"}
    gone = missing.difference(last_get.value["logging"]["ids"])
    if [o for o in incomplete.operations if o.f == "get"] == [last_get]:
        return incomplete
    words = f"{len(gone)} of {len(missing)} messages not in the last GET either" if gone else "all came back"
    return replace(incomplete, sentence=f"{incomplete.sentence}; {words}")


def _coming_since(drain: Operation, history: Sequence[Operation]) -> frozenset[str]:
    """The messages that may have reached an instance only after it was drained."""
    drained = frozenset(chain.from_iterable(drain.value.values()))
    since = (o for o in history if o.f == "post" and (o.outcome == "info" or answered(o) > drain.invoke.index))
    return frozenset(post.invoke.value["id"] for post in since if post.outcome != "fail") - drained


def _changed(events: Sequence[Event], drain: Operation) -> int:
    """The index of the first fault, or the first undoing of one, after the drain had begun."""
    return next(
        (
            event.index
            for event in events
            if event.process == NEMESIS
            and event.index > drain.invoke.index
            and isinstance(event.value, dict)
            and event.value.get("phase") == "begin"
        ),
        NEVER,
    )


def _answered_by(gets: Sequence[Operation]) -> list[str]:
    return sorted({str(get.value["messages"]["from"]) for get in gets})


def _at_every_moment(get: Operation, posts: Posts, due: set[str]) -> list[Anomaly]:
    found: list[Anomaly] = []
    logged = get.value["logging"]["ids"]
    if missing := due.difference(logged):
        sentence = (
            f"a GET answered by {get.value['logging']['from']} lacked {len(missing)} of {len(due)} messages that had "
            f"been acknowledged before it: {posts.named(missing)}"
        )
        found.append(Anomaly(_INCOMPLETE, sentence, (*posts.of(missing), get)))
    for part in ("logging", "messages"):
        ids = get.value[part]["ids"]
        if invented := {id_ for id_ in ids if posts.begun.get(id_, NEVER) > answered(get)}:
            held = f"a GET's {part} part held {len(invented)} messages"
            sentence = f"{held} that nobody had posted: {posts.named(invented)}"
            found.append(Anomaly("invented", sentence, (get,)))
        if len(set(ids)) < len(ids):
            doubles = {id_ for id_, times in Counter(ids).items() if times > 1}
            sentence = f"a GET's {part} part held {len(doubles)} messages twice: {posts.named(doubles)}"
            found.append(Anomaly("doubled", sentence, (*posts.of(doubles), get)))
    if get.value["messages"]["ids"] and get.value["messages"]["from"] is None:
        found.append(Anomaly("unnamed", "a GET returned messages without saying whose they are", (get,)))
    return found


def _in_the_end(get: Operation, drain: Operation, posts: Posts, since: frozenset[str]) -> list[Anomaly]:
    instance = get.value["messages"]["from"]
    held, shown = set(drain.value.get(instance, ())), set(get.value["messages"]["ids"])
    gone, foreign = held - shown, shown - held - since
    if not gone and not foreign:
        return []
    sentence = (
        f"a GET said to return the set of {instance}, but {len(gone)} of its messages were missing "
        f"({posts.named(gone)}) and {len(foreign)} were not its own ({posts.named(foreign)})"
    )
    return [Anomaly("wrong aggregation", sentence, (drain, get))]
