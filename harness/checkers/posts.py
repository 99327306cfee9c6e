"""What the checkers of the message workload have in common: the posts of a history, and ids as a person reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from harness.checkers.verdict import few
from harness.events import Operation


@dataclass(frozen=True)
class Posts:
    """The posts of a history by message id. The same id may be posted more than once."""

    operations: Sequence[Operation]

    @cached_property
    def by_id(self) -> Mapping[str, Operation]:
        """One post of each attempted id: the acknowledged one where there is one."""
        found: dict[str, Operation] = {}
        for operation in self.operations:
            if operation.f == "post":
                id_ = operation.invoke.value["id"]
                if operation.outcome == "ok" or id_ not in found:
                    found[id_] = operation
        return found

    @cached_property
    def acknowledged(self) -> Mapping[str, Operation]:
        """The ids whose post was answered with success."""
        return {id_: operation for id_, operation in self.by_id.items() if operation.outcome == "ok"}

    @cached_property
    def possible(self) -> frozenset[str]:
        """The ids that may be anywhere: attempted, and not surely refused."""
        return frozenset(id_ for id_, operation in self.by_id.items() if operation.outcome != "fail")

    def named(self, ids: Iterable[str]) -> str:
        """The first few of `ids` by their messages, and how many more."""
        return few(str(self.by_id[id_].invoke.value["msg"]) if id_ in self.by_id else id_ for id_ in ids)

    def of(self, ids: Iterable[str]) -> tuple[Operation, ...]:
        """The posts of those ids that were attempted."""
        return tuple(self.by_id[id_] for id_ in ids if id_ in self.by_id)

    def partitions(self, ids: Iterable[str]) -> str:
        """In which partitions they were, for a sentence; empty where it is not known."""
        known = sorted({o.value.get("partition") for o in self.of(ids) if o.value.get("partition") is not None})
        return f"; acknowledged in partition {', '.join(str(p) for p in known)}" if known else ""


def last(operations: Sequence[Operation], f: str) -> Operation | None:
    """The last successful operation of kind `f`."""
    return next((o for o in reversed(operations) if o.f == f and o.outcome == "ok"), None)
