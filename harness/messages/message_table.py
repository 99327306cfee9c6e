"""Tells message by message when it was posted and acknowledged, who logged it, and who read it. For small runs."""

from __future__ import annotations

import csv
import io
from collections import defaultdict

from harness.events import Events
from harness.messages.checkers.posts import Posts, last
from harness.messages.checkers.reads import ids
from harness.messages.texts import shown

#: With more messages than these a table is no longer for reading.
MOST = 50
_NS = 1e9
_HEADS = ("id", "text", "posted at, s", "outcome", "answered at, s", "logged by", "partition", "offset", "read by")


def table(events: Events) -> str:
    """A CSV table with a line for each message in the order of the posts; empty without posts, or beyond `MOST`."""
    history = events.operations
    posts = Posts(history).by_id
    if not posts or len(posts) > MOST:
        return ""
    readers: dict[str, list[str]] = defaultdict(list)
    if drained := last(history, "drain"):
        for instance, held in drained.value.items():
            for place, id_ in enumerate(ids(held), start=1):
                readers[id_].append(f"{instance} as number {place}")
    zero = events[0].time
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(_HEADS)
    for id_, post in posts.items():
        value = post.value
        lines.writerow(
            (
                id_,
                shown(post.invoke.value["msg"]),
                f"{(post.began - zero) / _NS:.3f}",
                {"ok": "acknowledged", "fail": "surely not done", "info": "unknown"}[post.outcome],
                f"{(post.ended - zero) / _NS:.3f}" if post.completion else "",
                value.get("logged_by", ""),
                value.get("partition", ""),
                value.get("offset", ""),
                "; ".join(readers[id_]) or ("nobody" if drained else "never drained"),
            )
        )
    return out.getvalue()
