"""Integrity: whoever shows a message shows the text that was posted under its id, to the last character.

Judged are all answers of a history: both parts of every GET, and what instances were read of directly. The text of an
id is that of its posts which may have got through; once one was acknowledged it stays that one's, and a post of the
same id with another text must be refused. Linear in the number of events and the sizes of the answers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from harness.checkers.shapes import judging
from harness.checkers.verdict import Anomaly, Verdict, checker, unknown
from harness.events import Event, Operation, answered, operations
from harness.messages.checkers.posts import SHAPES, Posts
from harness.messages.checkers.reads import Read, reads
from harness.messages.texts import Told, begins, length, told_apart


@checker
@judging(SHAPES)
def check(events: Sequence[Event]) -> Verdict:
    """Judges every text that was shown. Unknown if nothing was read.

    truncated: it begins like the one that was posted, and ends before. swapped: it was posted under another id.
    altered: any other text. two texts: an id was acknowledged with one text, and then with another one.
    An id that nobody posted is not judged here.
    """
    history = operations(events)
    seen = list(reads(history))
    if not seen:
        return unknown("nothing was read back, so nobody knows what became of the texts")
    texts = _Texts(history)
    by_kind: defaultdict[str, list[_Wrong]] = defaultdict(list)
    for read in seen:
        for id_, text in texts.to_look_at(read):
            posted = texts.of(id_, read.operation)
            if posted and text not in posted:
                wrong = _Wrong(id_, posted[0], text, read)
                by_kind[texts.kind_of(wrong)].append(wrong)
    posts = Posts(history)
    anomalies = [_anomaly(name, wrong, posts) for name, wrong in sorted(by_kind.items())]
    return Verdict.of([*anomalies, *_two_texts(texts)], {"answers": len(seen)})


@dataclass(frozen=True)
class _Wrong:
    """A text that was shown in place of the one that was posted."""

    id: str
    posted: Told
    text: Told
    read: Read


class _Texts:
    """The texts that were posted, by id."""

    def __init__(self, history: Sequence[Operation]) -> None:
        self._posts: defaultdict[str, list[Operation]] = defaultdict(list)
        for post in history:
            if post.f == "post":
                self._posts[post.invoke.value["id"]].append(post)
        self._several = {id_ for id_, posts in self._posts.items() if any(map(_differ, posts, posts[1:]))}
        self._elsewhere: defaultdict[Any, set[str]] = defaultdict(set)
        for id_, posts in self._posts.items():
            for post in posts:
                self._elsewhere[_key(_text(post))].add(id_)

    def to_look_at(self, read: Read) -> Iterator[tuple[str, Told]]:
        """The messages of an answer whose texts may be wrong: those with another than the first that was posted.

        And of ids with several texts all.
        """
        for entry in read.entries:
            if not isinstance(entry, str):
                yield entry[0], entry[1]
            elif entry in self._several:
                yield entry, _text(self._posts[entry][0])

    def of(self, id_: str, look: Operation) -> Sequence[Told]:
        """The texts that an id may have had for a look, the surest first; none if nobody had posted it."""
        begun = [p for p in self._posts.get(id_, ()) if p.outcome != "fail" and p.invoke.index < answered(look)]
        acknowledged = [post for post in begun if post.outcome == "ok"]
        if acknowledged:
            first = min(acknowledged, key=answered)
            begun = [first, *(post for post in begun if post.invoke.index < answered(first))]
        return [_text(post) for post in begun]

    def kind_of(self, wrong: _Wrong) -> str:
        """The name of what happened to a text."""
        if self._elsewhere.get(_key(wrong.text), set()) - {wrong.id}:
            return "swapped"
        head, cut = begins(wrong.posted), begins(wrong.text)
        is_beginning = head.startswith(cut) if len(cut) < len(head) else cut.startswith(head)
        return "truncated" if length(wrong.text) < length(wrong.posted) and is_beginning else "altered"

    @property
    def acknowledged(self) -> Iterable[Sequence[Operation]]:
        """The acknowledged posts of each id that has several texts."""
        return ([post for post in self._posts[id_] if post.outcome == "ok"] for id_ in sorted(self._several))


def _text(post: Operation) -> Told:
    text: Told = post.invoke.value["msg"]
    return text


def _differ(post: Operation, other: Operation) -> bool:
    return _text(post) != _text(other)


def _key(text: Told) -> object:
    return text if isinstance(text, str) else (text["length"], text["sha256"])


def _anomaly(name: str, wrong: Sequence[_Wrong], posts: Posts) -> Anomaly:
    first, last = wrong[0], wrong[-1]
    ids = dict.fromkeys(each.id for each in wrong)
    looks = {each.read.operation.invoke.index for each in wrong}
    text, posted = told_apart(first.text, first.posted)
    sentence = f"{first.read.words} showed {text} under id {first.id}, which was posted as {posted}"
    if len(wrong) > 1:
        span_s = (last.read.operation.ended - first.read.operation.began) / 1e9
        sentence += f"; the first of {len(ids)} messages like it, in {len(looks)} answers over {span_s:.1f} s"
    shown_in = {each.read.operation.invoke.index: each.read.operation for each in (first, last)}
    return Anomaly(name, sentence, (*posts.of(ids), *shown_in.values()))


def _two_texts(texts: _Texts) -> Iterator[Anomaly]:
    for posts in texts.acknowledged:
        first = min(posts, key=answered, default=None)
        other = next((post for post in posts if first and _differ(post, first)), None)
        if first and other:
            first_text, other_text = told_apart(_text(first), _text(other))
            sentence = (
                f"id {first.invoke.value['id']} was acknowledged as {first_text}, and as {other_text}, "
                "which had to be refused"
            )
            yield Anomaly("two texts", sentence, (first, other))
