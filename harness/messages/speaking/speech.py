"""How to speak to a system: what a file says of its requests, its answers and its promises, and what it lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from harness.errors import NotSaidError
from harness.messages.description import model
from harness.messages.speaking.identity import word_of
from harness.messages.speaking.requests import sends_ids
from harness.messages.texts import cut, text, unique_text

#: What single instances can be asked for: by the keys of [read].
Asked = Literal["logging", "logged", "messages"]
_ASKED: tuple[Asked, ...] = ("logging", "logged", "messages")
_PARTS = ("logging", "messages")


@dataclass(frozen=True)
class Speech:
    """What clients have to know of a system.

    Attributes:
        post: how a message is sent, and what the answers mean.
        get: how the facade is asked, and what the answer holds.
        read: how single instances are asked.
        promises: which texts come back as they were sent.
        shared: whether others may post to it, too, or have posted before: what nobody here posted is passed over then.
    """

    post: model.Post
    get: model.Get
    read: model.Reads
    promises: model.Promises
    shared: bool = False

    @classmethod
    def of(cls, description: model.Description) -> Speech:
        """What a description says of it."""
        said = description.post, description.get, description.read, description.promises
        return cls(*said, shared=description.runs_already)

    @property
    def keeps_ids(self) -> bool:
        """Whether a post has the message's id, and every answer has it again: else texts are what tells them apart."""
        return sends_ids(self.post) and all(entries.id is not None for entries in self._all())

    @property
    def parts(self) -> Mapping[str, model.Entries]:
        """Where in the answer to a GET the messages are, by the role of whose they are; as far as the file says it.

        Raises:
            NotSaidError: it says it of none.
        """
        if not self._parts:
            raise NotSaidError("nothing says what the answer to a GET holds: add [get.logging] or [get.messages]")
        return self._parts

    def shows(self, role: Literal["logging", "messages"]) -> bool:
        """Whether the file says how to see what instances of a role have, of the facade or of themselves."""
        return role in self._parts or self.can_ask(role)

    def can_ask(self, what: Asked) -> bool:
        """Whether the file says how an instance is asked for that."""
        return getattr(self.read, what) is not None

    def direct(self, what: Asked) -> model.Direct:
        """How an instance is asked for that.

        Raises:
            NotSaidError: the file does not say it.
        """
        direct: model.Direct | None = getattr(self.read, what)
        if direct is None:
            raise NotSaidError(f"nothing says how an instance is asked for its messages directly: add [read.{what}]")
        return direct

    def new_text(self, id_: str, number: int, seed: int) -> str:
        """The text of the message of that number, as hard as the system promises to take it."""
        form = self.promises.text
        if form == "any" and self.keeps_ids:
            hard = text(number, seed)
        else:
            hard = unique_text(number, seed, word_of(id_) if form == "word" else id_, form)
        return cut(hard, self.promises.text_bytes)

    @property
    def _parts(self) -> Mapping[str, model.Entries]:
        return {part: entries for part in _PARTS if (entries := getattr(self.get, part)) is not None}

    def _all(self) -> Iterator[model.Entries]:
        """Wherever messages are."""
        yield from self._parts.values()
        yield from (self.direct(what).entries for what in _ASKED if self.can_ask(what))
