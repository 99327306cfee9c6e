"""One message among the facts of a history: its posts, where it was queued, who took and kept it, who showed it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from harness.events import NEVER, Operation
from harness.messages.checkers.reads import Read
from harness.messages.forensics.facts import Facts, LogLine


@dataclass(frozen=True)
class Ending:
    """Where a message went wrong, in words that make one sentence.

    Attributes:
        kind: what several may have in common, such as "acknowledged by kafka-2 alone"; empty if nothing is known.
        more: the rest of the sentence, of this message alone.
    """

    kind: str
    more: str = ""

    @property
    def sentence(self) -> str:
        """The sentence."""
        words = f"{self.kind}{self.more}" or "nothing here shows where"
        return f"{words[:1].upper()}{words[1:]}."


#: What became of an id that the facade acknowledged, and of which its log does not know.
PASSED_ON_NOTHING = Ending("acknowledged by the facade, which passed on nothing under this id, as far as the logs say")


@dataclass(frozen=True)
class Case:
    """A message, by its id."""

    facts: Facts
    id: str

    @property
    def post(self) -> Operation | None:
        """The post that says most of it: the first that was acknowledged, if one was."""
        return self.facts.posts.by_id.get(self.id)

    @property
    def posts(self) -> Sequence[Operation]:
        """All its posts."""
        return [o for o in self.facts.posts.operations if o.f == "post" and o.invoke.value["id"] == self.id]

    @property
    def acknowledged(self) -> int:
        """The moment at which it was acknowledged, in nanoseconds; after all others if it was not."""
        return self.post.ended if self.post and self.post.outcome == "ok" else NEVER

    @property
    def lines(self) -> Sequence[LogLine]:
        """What services logged of it."""
        return self.facts.lines_of.get(self.id, ())

    def logged(self, *events: str, by: str = "") -> Sequence[LogLine]:
        """The lines of these events that services, or those of one role, logged of it."""
        return [line for line in self.lines if line.event in events and line.service.startswith(by)]

    @property
    def sent(self) -> int | None:
        """When a producer made the first record of it that brokers have; None if nobody knows."""
        at: int | None = (self.facts.evidence.get("sent") or {}).get(self.id)
        return at

    @cached_property
    def place(self) -> tuple[int, int] | None:
        """The partition and offset that it was acknowledged with, or that services or brokers have for it."""
        values = [self.post.value] if self.post and self.post.outcome == "ok" else []
        values += [line.fields for line in self.logged("queued", "consumed")]
        for value in values:
            partition, offset = value.get("partition"), value.get("offset")
            if partition is not None and offset is not None and offset >= 0:
                return partition, offset
        return next(iter(self.places), None)

    @property
    def places(self) -> Sequence[tuple[int, int]]:
        """All places at which brokers have a record of it."""
        places = [(at[0], at[1]) for held in self.facts.brokers.values() if held for at in held.get(self.id, ())]
        return sorted(set(places))

    @property
    def brokers(self) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
        """The brokers that have a record of it, those that have none, and those whose files could not be read."""
        every = self.facts.brokers
        have = [name for name, held in every.items() if held and held.get(self.id)]
        unread = [name for name, held in every.items() if held is None]
        return have, [name for name in every if name not in (*have, *unread)], unread

    def reads(self, role: str, *, due: bool = True) -> Iterator[tuple[Read, bool]]:
        """The answers of a role that it was due in, as it was acknowledged before them, and whether it was shown."""
        for read in self.facts.reads:
            if read.role == role and (not due or self.acknowledged <= read.operation.began):
                yield read, self.id in read.ids

    @property
    def is_unknown_to_the_facade(self) -> bool:
        """Whether the facade acknowledged it, and has not one line on it in its log."""
        said = any(line.service == "facade" for line in self.lines)
        return self.acknowledged < NEVER and self.all_logs("facade") and not said

    def all_logs(self, role: str) -> bool:
        """Whether the logs of all instances of a role were read, so that what they do not say was not logged."""
        return any(name.startswith(role) for name in self.facts.logs_of) and not any(
            line.startswith(f"the log of {role}") for line in self.facts.evidence.get("lacking", ())
        )
