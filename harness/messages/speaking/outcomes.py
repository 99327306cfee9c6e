"""Reads what the answer to a post says of the message, as a file describes it.

An answer that the file says nothing of leaves it open: a system may refuse a client what it has kept in one half.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from harness.messages.description import model
from harness.messages.speaking.body import Body

#: What an acknowledgement may tell, and of which type that is.
_TYPES: Mapping[str, type] = {"logged_by": str, "partition": int, "offset": int}


@dataclass(frozen=True)
class Outcome:
    """What is known of a message once its post was answered.

    Attributes:
        kind: acknowledged; surely not kept by anybody; surely not come into the queue; or open.
        told: of an acknowledged one, what the answer tells beside that, by name; None is what it should tell and
            doesn't.
    """

    kind: Literal["acknowledged", "not kept", "not queued", "open"]
    told: Mapping[str, str | int | None] = field(default_factory=dict)

    @property
    def logged_by(self) -> str | None:
        """The logging instance that has taken it, if that was told."""
        name = self.told.get("logged_by")
        return name if isinstance(name, str) else None

    @property
    def partition(self) -> int | None:
        """The partition that it is in, if that was told."""
        number = self.told.get("partition")
        return number if isinstance(number, int) else None


def outcome_of(post: model.Post, status: int, body: Body) -> Outcome:
    """What an answer with this status and this body says."""
    if _is_accepted(post.accepted, status, body):
        return Outcome("acknowledged", {name: _told(name, pointer, body) for name, pointer in post.answer.items()})
    for denied in post.denied:
        if (not denied.status or status in denied.status) and _has(denied.json, body):
            return Outcome("not kept" if denied.what == "kept" else "not queued")
    return Outcome("open")


def _is_accepted(accepted: model.Accepted, status: int, body: Body) -> bool:
    if status not in accepted.status or not _has(accepted.json, body):
        return False
    return accepted.unless is None or re.search(accepted.unless, body.text) is None


def _has(due: Mapping[str, str | int | bool], body: Body) -> bool:
    """Whether a body has all of this, each of the same type: for Python 1 is true."""
    return all(type(found := body.at(pointer)) is type(value) and found == value for pointer, value in due.items())


def _told(name: str, pointer: str, body: Body) -> str | int | None:
    found: str | int | None = body.at(pointer)
    return found if type(found) is _TYPES[name] else None
