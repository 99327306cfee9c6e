"""What became of posts: of a batch, and of those that clients send in the background while a scenario goes on."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.errors import AwaitTimeoutError, NotSaidError, WentWrongError
from harness.history import History
from harness.messages.forensics.endings import DIED, for_good, in_a_sentence
from harness.messages.unanswered import stood_still, ways
from harness.waiting import until

#: A scenario waits no longer for its clients' next answers, in seconds.
_PATIENCE_S = 60.0


@dataclass(frozen=True)
class Post:
    """An acknowledged post: its id and text, and as far as told, which logging instance took it, and its partition."""

    id: str
    msg: str
    logged_by: str | None
    partition: int | None


@dataclass(frozen=True)
class Posted:
    """The outcome of a batch of posts; `refusals` are the answers to those that were not acknowledged."""

    acknowledged: tuple[Post, ...]
    refusals: tuple[str, ...] = ()

    def __add__(self, other: Posted) -> Posted:
        """The outcome of both batches together."""
        return Posted(self.acknowledged + other.acknowledged, self.refusals + other.refusals)

    @property
    def ids(self) -> frozenset[str]:
        """The acknowledged ids."""
        return frozenset(post.id for post in self.acknowledged)

    @property
    def refused(self) -> str:
        """How many posts were not acknowledged, and what came back in place of that, in words."""
        return f"{len(self.refusals)} of {len(self.refusals) + len(self.acknowledged)} posts were refused: " + ways(
            self.refusals
        )

    @property
    def partitions(self) -> tuple[int, ...]:
        """The partition of each acknowledged message (Kafka only)."""
        return tuple(post.partition for post in self.acknowledged if post.partition is not None)

    @property
    def logged_by(self) -> Mapping[str, int]:
        """The number of messages that each logging instance took, as far as that is told."""
        return Counter(post.logged_by for post in self.acknowledged if post.logged_by is not None)

    @property
    def takers(self) -> frozenset[tuple[str, str]]:
        """The logging instance that took it, and the id, of each message.

        Raises:
            NotSaidError: an acknowledgement does not tell the instance.
        """
        takers = frozenset((post.logged_by, post.id) for post in self.acknowledged if post.logged_by is not None)
        if len(takers) < len(self.acknowledged):
            raise NotSaidError("nobody knows which logging instance took a message: add `logged_by` to [post.answer]")
        return takers


class Traffic:
    """The answers that background clients had so far, to be read while they run."""

    def __init__(self, history: History) -> None:
        """Begins with none; `history` is where the clients record them."""
        self._history = history
        self._since_ns = time.monotonic_ns()
        self.stop = threading.Event()
        self._lock = threading.Lock()
        self._posts: list[Post] = []
        self._refusals: list[str] = []
        self.failed = 0

    @property
    def posted(self) -> Posted:
        """The outcome of the posts so far."""
        with self._lock:
            return Posted(tuple(self._posts), tuple(self._refusals))

    def await_answers(self, count: int) -> None:
        """Waits until `count` more posts have been acknowledged than at the time of the call.

        Raises:
            WentWrongError: they were not within 60 s, or the facade has ended; it says what came in their place.
        """
        wanted, since_ns = len(self._posts) + count, time.monotonic_ns()
        try:
            until(
                f"{count} more acknowledged posts",
                self._acknowledged,
                lambda acknowledged: acknowledged >= wanted,
                timeout_s=_PATIENCE_S,
            )
        except AwaitTimeoutError as error:
            posts = [o for o in self._history.events.operations if o.f == "post" and o.began >= self._since_ns]
            said = stood_still(self._history.events, posts, since_ns=since_ns, wanted=count, waited_s=_PATIENCE_S)
            raise WentWrongError(said, finding="unavailable too long") from error

    def _acknowledged(self) -> int:
        """How many posts were acknowledged so far.

        Raises:
            WentWrongError: the facade has ended by itself, and nobody starts it again: there is nothing to wait for.
        """
        events = self._history.events
        if ended := for_good(events, "facade"):
            raise WentWrongError(in_a_sentence(ended.value["node"], events), finding=DIED)
        return len(self._posts)

    def await_failures(self, count: int) -> None:
        """Waits until `count` more requests have failed than at the time of the call.

        Raises:
            AwaitTimeoutError: they did not within 60 s.
        """
        wanted = self.failed + count
        until(
            f"{count} more failed requests",
            lambda: self.failed,
            lambda failed: failed >= wanted,
            timeout_s=_PATIENCE_S,
        )

    def count_post(self, post: Post | str) -> None:
        """Notes the outcome of one post."""
        with self._lock:
            if isinstance(post, Post):
                self._posts.append(post)
            else:
                self._refusals.append(post)
                self.failed += 1

    def count_get(self, answer: Mapping[str, Any] | None) -> None:
        """Notes the outcome of one GET."""
        with self._lock:
            self.failed += answer is None
