"""GET aggregation: every GET of the facade returns logging's set and the set of exactly one messages instance.

At every moment: the logging part holds each message acknowledged before the GET was sent and no other than posted ones;
neither part holds one twice; the messages part names its instance and holds none but posted messages. In the end, for
GETs sent after the last post was answered and the instances drained: the messages part is exactly what that instance
holds. Definition: the design of the services under test, and Jepsen's set checkers (checker.clj, `set-full`) for what
"before" means. Linear in the number of events and the sizes of the answers.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.checkers.posts import Posts, last
from harness.checkers.verdict import Anomaly, Verdict, judged, unknown
from harness.events import Event, Operation, operations


def check(events: Sequence[Event]) -> Verdict:
    """Judges every successful GET. Unknown without one."""
    history = operations(events)
    posts = Posts(history)
    gets = [operation for operation in history if operation.f == "get" and operation.outcome == "ok"]
    if not gets:
        return unknown("no GET of the facade succeeded, so its aggregation was not seen")
    drain = last(history, "drain")
    found: list[Anomaly] = []
    # The messages that a GET has to show grow with the time at which it began.
    coming = sorted(((post.ended, id_) for id_, post in posts.acknowledged.items()), reverse=True)
    due: set[str] = set()
    for get in sorted(gets, key=lambda get: get.began):
        while coming and coming[-1][0] < get.began:
            due.add(coming.pop()[1])
        found += _at_every_moment(get, posts, due)
        if drain and get.began > drain.ended:
            found += _in_the_end(get, drain, posts)
    return judged(found, {"gets": len(gets), "answered_by": _answered_by(gets)})


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
        found.append(Anomaly("incomplete logging part", sentence, (*posts.of(missing), get)))
    for part in ("logging", "messages"):
        ids = get.value[part]["ids"]
        if invented := set(ids) - posts.possible:
            sentence = f"a GET's {part} part held {len(invented)} messages that nobody posted: {posts.named(invented)}"
            found.append(Anomaly("invented", sentence, (get,)))
        if len(set(ids)) < len(ids):
            doubles = {id_ for id_ in ids if ids.count(id_) > 1}
            sentence = f"a GET's {part} part held {len(doubles)} messages twice: {posts.named(doubles)}"
            found.append(Anomaly("doubled", sentence, (*posts.of(doubles), get)))
    if get.value["messages"]["ids"] and get.value["messages"]["from"] is None:
        found.append(Anomaly("unnamed", "a GET returned messages without saying whose they are", (get,)))
    return found


def _in_the_end(get: Operation, drain: Operation, posts: Posts) -> list[Anomaly]:
    instance = get.value["messages"]["from"]
    held, shown = set(drain.value.get(instance, ())), set(get.value["messages"]["ids"])
    if held == shown:
        return []
    sentence = (
        f"a GET said to return the set of {instance}, but {len(held - shown)} of its messages were missing "
        f"({posts.named(held - shown)}) and {len(shown - held)} were not its own ({posts.named(shown - held)})"
    )
    return [Anomaly("wrong aggregation", sentence, (get, drain))]
