"""Shared by the checkers of the message workload: the form of its operations, and the posts by id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from harness.checkers import shapes
from harness.events import NEVER, Operation, answered

_DIGEST = shapes.fields({"head": shapes.text, "length": shapes.count, "sha256": shapes.text})
_TOLD = shapes.either(shapes.text, _DIGEST)
_ENTRIES = shapes.list_of(shapes.either(shapes.text, shapes.pair_of(shapes.text, _TOLD)))
_PART = shapes.fields({"from": shapes.text_or_none, "ids": _ENTRIES})
_PARTS = shapes.map_to(_PART)
_HELD = shapes.map_to(_ENTRIES)

SHAPES = shapes.Shapes(
    {
        "post": shapes.Shape(
            'an object with "id" and "msg", ok with what is known of "logged_by", "partition" and "offset"',
            shapes.fields({"id": shapes.text, "msg": _TOLD}),
            shapes.perhaps({"logged_by": shapes.text, "partition": shapes.number, "offset": shapes.number}),
        ),
        "drain": shapes.Shape("the messages of each messages instance, by its name", shapes.anything, _HELD),
        "stored": shapes.Shape("the messages that each logging instance reads, by its name", shapes.anything, _HELD),
        "get": shapes.Shape(
            'an object with "logging", "messages" or both, each with "from" and "ids"',
            shapes.anything,
            lambda value: bool(value) and _PARTS(value),
        ),
    }
)


@dataclass(frozen=True)
class Posts:
    """The posts of a history by message id. The same id may be posted more than once."""

    operations: Sequence[Operation]

    @cached_property
    def by_id(self) -> Mapping[str, Operation]:
        """One post of each attempted id: the first to be acknowledged, else the first that may have got through."""
        by_id: dict[str, Operation] = {}
        for post in self.operations:
            if post.f == "post":
                id_ = post.invoke.value["id"]
                if id_ not in by_id or _says_more(post, by_id[id_]):
                    by_id[id_] = post
        return by_id

    @cached_property
    def acknowledged(self) -> Mapping[str, Operation]:
        """The ids whose post was answered with success."""
        return {id_: operation for id_, operation in self.by_id.items() if operation.outcome == "ok"}

    @cached_property
    def begun(self) -> Mapping[str, int]:
        """The ids that may be anywhere, each with the index at which its first post began that was not refused."""
        return _first(post for post in self.operations if post.f == "post" and post.outcome != "fail")

    @cached_property
    def maybe_queued(self) -> Mapping[str, int]:
        """The ids that may be on the queue, each with the index at which its first post began that may have done it."""
        return _first(
            post
            for post in self.operations
            if post.f == "post" and post.outcome != "fail" and not is_surely_not_queued(post)
        )

    def wrongly_denied(self, ids: Iterable[str], end: int) -> Sequence[str]:
        """The ids among `ids`, of messages that came out of the queue, that nobody had put there before event `end`.

        They had been posted by then, and the facade says of each such post that the queue surely has not got it.
        """
        return [id_ for id_ in ids if self.begun.get(id_, NEVER) < end < self.maybe_queued.get(id_, NEVER)]

    def of(self, ids: Iterable[str]) -> tuple[Operation, ...]:
        """The posts of those ids that were attempted."""
        return tuple(self.by_id[id_] for id_ in ids if id_ in self.by_id)

    def partition(self, id_: str) -> int | None:
        """The partition that the answer to a message's post named, if it did."""
        partition: int | None = self.by_id[id_].value.get("partition")
        return partition

    def partitions(self, ids: Iterable[str]) -> str:
        """The partitions that the messages were in, for a sentence; empty where it is not known."""
        known = sorted({place for id_ in ids if id_ in self.by_id and (place := self.partition(id_)) is not None})
        return f"; acknowledged in partition {', '.join(str(p) for p in known)}" if known else ""


def is_surely_not_queued(post: Operation) -> bool:
    """Whether the answer to a post that was not acknowledged says that the queue surely has not got the message."""
    answer = post.completion.value if post.completion and post.outcome == "info" else None
    return isinstance(answer, dict) and answer.get("queued") is False


def _first(posts: Iterable[Operation]) -> Mapping[str, int]:
    """By id the index at which the first of these posts began."""
    begun: dict[str, int] = {}
    for post in posts:
        begun.setdefault(post.invoke.value["id"], post.invoke.index)
    return begun


_SAYS = {"ok": 0, "info": 1, "fail": 2}


def _says_more(post: Operation, than: Operation) -> bool:
    if post.outcome == than.outcome == "ok":
        return answered(post) < answered(than)
    return _SAYS[post.outcome] < _SAYS[than.outcome]


def last(operations: Sequence[Operation], f: str) -> Operation | None:
    """The last successful operation of kind `f`."""
    return next((o for o in reversed(operations) if o.f == f and o.outcome == "ok"), None)
