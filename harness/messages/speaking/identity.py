"""Says which message a text is, that an answer shows: by its id, or by the text where the system keeps no ids.

A history has a message as its id if its text is the one that was first posted under that id, and else as id and text.
Of a text under no id the message is the one that was posted with it; else the one whose id it holds, or whose text
begins like it, or goes on in it: that text was cut, or altered. One that is like none is a message that nobody posted:
its text stands for its id. In a system that others post to as well, it is a message of theirs, and no history has it.
"""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Collection, Sequence
from typing import TypeAlias

from harness.errors import NotSaidError
from harness.messages.speaking.entries import Shown
from harness.messages.texts import Told, as_recorded, digest, shown

#: A message in a history.
Recorded: TypeAlias = "str | list[Told]"
#: An id, or the word that is made of it, wherever it stands.
_TOKEN = re.compile(r"m-?(\d{6,}-[0-9a-f]{8})", re.IGNORECASE)
_DIGITS = 8


def new_id(number: int) -> str:
    """An id that nobody else has, and that a person can find in a log."""
    return f"m-{number:06d}-{uuid.uuid4().hex[:8]}"


def word_of(id_: str) -> str:
    """A word for an id, of letters, digits and one hyphen."""
    return id_.replace("-", "", 1)


class Identity:
    """The messages that were posted; safe to use from several threads."""

    def __init__(self, *, by_ids: bool, shared: bool = False) -> None:
        """Begins with none.

        Args:
            by_ids: whether the system keeps the ids, so that texts may be equal.
            shared: whether others post to the system as well, or have posted before.
        """
        self._by_ids = by_ids
        self._shared = shared
        self._lock = threading.Lock()
        #: By id the text that it was first posted with, and by text the id that was first posted with it.
        self._texts: dict[str, str] = {}
        self._ids: dict[str, str] = {}

    def posting(self, id_: str, text: str) -> None:
        """Takes note of a post before it is sent.

        Raises:
            NotSaidError: the system keeps no ids, and this text, or another one of this id, was posted before.
        """
        with self._lock:
            if not self._by_ids and (id_ in self._texts or text in self._ids):
                raise NotSaidError(
                    f"{shown(as_recorded(text))} can't be posted under id {id_}: the id or the text was posted before, "
                    "and the system keeps no ids, so nobody could tell both messages apart; say in [post] where ${id} "
                    "is sent, and `id` wherever [get] and [read] say where messages are"
                )
            self._texts.setdefault(id_, text)
            self._ids.setdefault(text, id_)

    def recorded(self, messages: Sequence[Shown]) -> list[Recorded]:
        """The messages of one answer as a history has them."""
        with self._lock:
            messages = [each for each in messages if not self._shared or self._is_of_us(each)]
            ids = [self._id(message) for message in messages]
            known = set(ids)
            return [self._recorded(*pair, known) for pair in zip(messages, ids, strict=True)]

    def _is_of_us(self, message: Shown) -> bool:
        """Whether a message was posted here: its id or its text was, or its text holds an id that was.

        A text that only begins like one, as it was cut before its id ends, may be anybody's.
        """
        return self._id(message) in self._texts or self._named(message.text or "") is not None

    def _id(self, message: Shown) -> str | None:
        """The id of a message that says it, or that has exactly the text of one."""
        if message.text is None or (message.id is not None and (self._by_ids or message.id in self._texts)):
            return message.id
        return self._ids.get(message.text)

    def _recorded(self, message: Shown, id_: str | None, known: set[str | None]) -> Recorded:
        text = message.text
        if id_ is not None and (text is None or self._texts.get(id_) == text):
            return id_
        if id_ is None:
            id_ = self._like(text or "", known) or _stranger(text or "")
            known.add(id_)
        return [id_, as_recorded(text or "")]

    def _like(self, text: str, known: Collection[str | None]) -> str | None:
        """The id of the message that this text must have been; of several one that the answer does not show as well."""
        if named := self._named(text):
            return named
        ids = [id_ for posted, id_ in self._ids.items() if text and posted and _is_beginning(text, posted)]
        return next((id_ for id_ in ids if id_ not in known), ids[0] if ids else None)

    def _named(self, text: str) -> str | None:
        """The id that was posted, and that a text holds."""
        found = (f"m-{token.lower()}" for token in _TOKEN.findall(text))
        return next((id_ for id_ in found if id_ in self._texts), None)


def _is_beginning(text: str, posted: str) -> bool:
    """Whether one of both is how the other one begins."""
    return text.startswith(posted) or posted.startswith(text)


def _stranger(text: str) -> str:
    """What stands for the id of a text that nobody posted: itself, or words for it that no other text has."""
    words = shown(as_recorded(text))
    return words if words == text and not text.startswith('"') else f"{words}, sha256 {digest(text)[:_DIGITS]}"
