"""What may befall that which passes between a node and its clients, as values, and what became of it.

Clients are whoever connects to the node's ports and is no node of its role, also the harness. What they send are
requests, what comes back are answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Late:
    """All that passes is passed on later, in the order in which it came.

    Attributes:
        requests_s: by how many seconds requests are later.
        answers_s: by how many seconds answers are.
    """

    requests_s: float
    answers_s: float


@dataclass(frozen=True)
class Held:
    """One frame of the requests is held, with all that comes after it on its connection, while other connections go on.

    For protocols whose frames begin with the length of the rest, in four bytes, the highest first. A client that hangs
    up meanwhile takes nothing back.

    Attributes:
        seconds: how long.
        key: only frames are counted whose first two bytes after the length are this number; all if there is none.
        nth: which of them is held, of those on all connections, from 1.
    """

    seconds: float
    key: int | None = None
    nth: int = 1


@dataclass(frozen=True)
class Unanswered:
    """Requests get through, and no answer comes back; connections stay open."""


Passing: TypeAlias = Late | Held | Unanswered


@dataclass(frozen=True)
class Passed:
    """What became of what passed, since that is in force, or since the node's last start.

    Attributes:
        held: how many frames were held.
        released: how many of those are held no more.
        lost: bytes of packets with answers, and with the ends of connections, that the node sent in vain.
    """

    held: int = 0
    released: int = 0
    lost: int = 0
