"""GET aggregation: every GET of the facade returns logging's set and the set of exactly one messages instance.

At every moment: the logging part holds each message acknowledged before the GET was sent, and so does what a logging
instance says when it is read directly; both parts hold none but messages of which a post had begun before the answer
and was not surely refused, and of these the messages part holds one only if some such post was not answered with the
word that the queue surely has not got it; neither holds one twice; the messages part names its instance if it holds
any, and is an instance's if one had answered before and neither it nor the facade was touched since; no part is that of
an instance that was dead, or hung, all the while. Other than in Jepsen's `set-full` (checker.clj) a message that a
logging part showed and nobody acknowledged may go again.

In the end, for GETs sent after the last successful drain and answered before anything was broken or mended after it
began (an instance loses what it has in memory, another takes over its partitions): the messages part is what its
instance was drained of, and what may have come since, which are messages that no instance was drained of and with a
post that was not over before the drain began. And each of several instances has answered one of these GETs, if there
were so many that chance would hardly have left it out: the facade asks any of them. Where GETs do not say whose
messages they show, the messages part has to be what some instance was drained of, and nothing is said of who answered.
In a system without messages instances answers are judged by the logging part alone. Linear in the number of events and
the sizes of the answers.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain

from harness.checkers.shapes import judging
from harness.checkers.verdict import Anomaly, Verdict, checker, few, together, unknown
from harness.events import NEMESIS, NEVER, Event, Operation, answered, operations
from harness.messages.checkers.coming import Coming
from harness.messages.checkers.lives import Touched, life, silent, touched
from harness.messages.checkers.posts import SHAPES, Posts, last
from harness.messages.checkers.reads import Read, ids, reads
from harness.messages.checkers.returning import Returning

_INCOMPLETE = "incomplete logging part"
#: The service that asks the messages instances.
_FACADE = "facade"
#: The chance at which nobody believes in chance.
_HARDLY = 1e-9


@checker
@judging(SHAPES)
def check(
    events: Sequence[Event], *, named: bool = True, keeps: bool = True, exactly_once: bool = True, delivers: bool = True
) -> Verdict:
    """Judges every successful GET; what is wrong with many of them is one anomaly. Unknown without one.

    `named`: a GET says whose messages it shows. `keeps`: it shows all that an instance has taken, whoever asked before.
    `exactly_once`: an instance takes no message twice. `delivers`: there are messages instances; without them answers
    of logging are judged, in GETs and direct reads, and it is unknown without one of these.
    """
    history = operations(events)
    posts = Posts(history)
    seen = [read for read in reads(history) if read.operation.f != "drain"]
    gets = [read.operation for read in seen if read.operation.f == "get" and read.role == "messages"]
    if delivers and not gets:
        return unknown("no GET of the facade succeeded, so its aggregation was not seen")
    if not delivers:
        seen, named = [read for read in seen if read.role == "logging"], False
        if not seen:
            return unknown("nobody showed what logging has, so that was not seen")
    drain = last(history, "drain")
    since = _coming_since(drain, history) if drain else frozenset()
    changed = _changed(events, drain) if drain else 0
    by_name: defaultdict[str, list[Anomaly]] = defaultdict(list)
    settled: list[Read] = []
    # The messages that an answer has to show grow with its place in the history.
    coming = Coming((answered(post), id_) for id_, post in posts.acknowledged.items())
    due: set[str] = set()
    for read in seen:
        due.update(coming.over_before(read.operation.invoke.index))
        for anomaly in _at_every_moment(read, posts, due, named=named, once=exactly_once or read.role == "logging"):
            by_name[anomaly.name].append(anomaly)
        if drain and keeps and read.role == "messages" and _is_settled(read.operation, drain, changed):
            settled.append(read)
            for anomaly in _in_the_end(read, drain, since) if named else _of_somebody(read, drain, since):
                by_name[anomaly.name].append(anomaly)
    for anomaly in _of_whom(seen, events, settled, drain) if named else ():
        by_name[anomaly.name].append(anomaly)
    answers = f"{len({read.operation.invoke.index for read in seen})} answers"
    anomalies = {name: together(alike, of=answers) for name, alike in by_name.items()}
    if lacking := by_name.get(_INCOMPLETE):
        returning = Returning()
        returning.look(lacking, [read for read in seen if read.role == "logging"][-1])
        anomalies[_INCOMPLETE] = returning.added_to(anomalies[_INCOMPLETE])
    figures = {"gets": len(gets), "answered_by": _answered_by(gets)} if delivers else {"answers": len(seen)}
    return Verdict.of(list(anomalies.values()), figures)


def _coming_since(drain: Operation, history: Sequence[Operation]) -> frozenset[str]:
    """The messages that may have reached an instance only after it was drained."""
    drained = frozenset(chain.from_iterable(map(ids, drain.value.values())))
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


def _is_settled(get: Operation, drain: Operation, changed: int) -> bool:
    return answered(drain) < get.invoke.index and answered(get) < changed


def _of_whom(
    seen: Sequence[Read], events: Sequence[Event], settled: Sequence[Read], drain: Operation | None
) -> Iterator[Anomaly]:
    """The anomalies in whose answers they are."""
    yield from _unanswered(seen, touched(events))
    yield from _of_the_dead(seen, events)
    yield from _unheard(settled, drain) if drain else ()


def _at_every_moment(read: Read, posts: Posts, due: set[str], *, named: bool, once: bool) -> Iterator[Anomaly]:
    if read.role == "logging" and (missing := due.difference(read.ids)):
        sentence = (
            f"{read.words} lacked {len(missing)} of {len(due)} messages that had been acknowledged before it: "
            f"{few(missing)}"
        )
        yield Anomaly(_INCOMPLETE, sentence, (*posts.of(missing), read.operation))
    if invented := {id_ for id_ in read.ids if posts.begun.get(id_, NEVER) > answered(read.operation)}:
        sentence = f"{read.words} held {len(invented)} messages that nobody had posted: {few(invented)}"
        yield Anomaly("invented", sentence, (read.operation,))
    if read.role == "messages" and (denied := posts.wrongly_denied(read.ids, answered(read.operation))):
        sentence = (
            f"{read.words} held {len(denied)} messages of which the facade had said that the queue surely has not got "
            f"them: {few(denied)}"
        )
        yield Anomaly("wrongly denied", sentence, (*posts.of(denied), read.operation))
    if once and len(set(read.ids)) < len(read.ids):
        doubles = {id_ for id_, times in Counter(read.ids).items() if times > 1}
        sentence = f"{read.words} held {len(doubles)} messages twice: {few(doubles)}"
        yield Anomaly("doubled", sentence, (*posts.of(doubles), read.operation))
    if named and read.ids and read.instance is None:
        yield Anomaly("unnamed", "a GET returned messages without saying whose they are", (read.operation,))


def _unanswered(seen: Sequence[Read], at: Touched) -> Iterator[Anomaly]:
    """The GETs that said that no messages instance answers while one was there that had answered."""
    parts = [read for read in seen if read.role == "messages"]
    coming = Coming((answered(read.operation), read) for read in parts)
    # By instance, of its answers that were over, the one that was asked for last.
    answers: dict[str, Operation] = {}
    for read in parts:
        for earlier in coming.over_before(read.operation.invoke.index):
            if earlier.instance:
                known = answers.get(earlier.instance, earlier.operation)
                answers[earlier.instance] = max(known, earlier.operation, key=lambda get: get.invoke.index)
        if read.instance is not None or read.ids:
            continue
        for instance, before in answers.items():
            begin, end = before.invoke.index, answered(read.operation)
            if all(life(at, node, begin, end) is not None for node in (instance, _FACADE)):
                sentence = (
                    f"a GET said that no messages instance answers, although {instance} had answered before, and "
                    f"neither it nor the {_FACADE} was touched since"
                )
                yield Anomaly("unanswered", sentence, (before, read.operation))
                break


def _of_the_dead(seen: Sequence[Read], events: Sequence[Event]) -> Iterator[Anomaly]:
    """The GETs that said to have the answer of an instance that can't have answered."""
    spans = silent(events)
    for read in seen:
        for begin, end in spans.get(str(read.instance), ()):
            if begin < read.operation.invoke.index and answered(read.operation) < end:
                sentence = f"{read.words} was sent and answered while {read.instance} was dead, or hung"
                yield Anomaly("dead source", sentence, (read.operation,))


def _unheard(settled: Sequence[Read], drain: Operation) -> Iterator[Anomaly]:
    """The instances that answered none of so many GETs that it can't be chance."""
    instances = len(drain.value)
    if instances < 2 or instances * (1 - 1 / instances) ** len(settled) > _HARDLY:
        return
    if left_out := drain.value.keys() - {read.instance for read in settled}:
        sentence = f"none of {len(settled)} GETs was answered by {few(left_out)}, of {instances} that had been drained"
        yield Anomaly("unheard", sentence, (drain, settled[-1].operation))


def _of_somebody(read: Read, drain: Operation, since: frozenset[str]) -> Iterator[Anomaly]:
    """The anomaly of an answer that is what no instance was drained of."""
    held = {instance: set(ids(entries)) for instance, entries in drain.value.items()}
    shown = set(read.ids)
    if any(not held_by - shown and not shown - held_by - since for held_by in held.values()):
        return
    nearest = min(held, key=lambda instance: len(held[instance] ^ shown), default=None)
    gone, foreign = held.get(nearest, set()) - shown, shown - held.get(nearest, set()) - since
    differs = [f"lacks {len(gone)} ({few(gone)})"] if gone else []
    differs += [f"has {len(foreign)} more ({few(foreign)})"] if foreign else []
    sentence = (
        f"a GET returned what no messages instance was drained of: beside {nearest or 'none'} it "
        f"{' and '.join(differs)}"
    )
    yield Anomaly("wrong aggregation", sentence, (drain, read.operation))


def _in_the_end(read: Read, drain: Operation, since: frozenset[str]) -> Iterator[Anomaly]:
    if read.instance is None and drain.value and not read.ids:
        sentence = f"a GET said that no messages instance answers, although {few(drain.value)} had just been drained"
        yield Anomaly("unanswered", sentence, (drain, read.operation))
        return
    held, shown = set(ids(drain.value.get(read.instance, ()))), set(read.ids)
    gone, foreign = held - shown, shown - held - since
    if gone or foreign:
        sentence = (
            f"a GET said to return the set of {read.instance}, but {len(gone)} of its messages were missing "
            f"({few(gone)}) and {len(foreign)} were not its own ({few(foreign)})"
        )
        yield Anomaly("wrong aggregation", sentence, (drain, read.operation))
