"""What a fault takes from a node, in the words that rules and checkers ask for: a fault says it, a history has it."""

from __future__ import annotations

from collections.abc import Mapping, Set
from enum import StrEnum


class Taken(StrEnum):
    """Something that a fault takes from each node that it is done to, if only for a moment."""

    #: Its process, which ends, and with it all that it had in memory.
    PROCESS = "process"
    #: Its peers, the nodes of its role: they lose it before it could hand over to them what it alone has.
    PEERS = "peers"
    #: Its clients, or those whose client it is, nodes of other roles: nothing passes between it and some of them.
    CLIENTS = "clients"
    #: Its answers: nobody gets one, not even the harness, from when the fault has bitten until it is undone.
    ANSWERS = "answers"
    #: What it had on its disk, or some of it: it goes on, or begins again, with what is left.
    DISK = "disk"


#: What a node is without, from one moment to the next, when it dies; what is on its disk it has when it is back.
DEATH: Set[Taken] = frozenset(Taken) - {Taken.DISK}
#: What the faults took, by name, that histories have from before a fault said it. Closed: a later one says it itself.
_BEFORE: Mapping[str, Set[Taken]] = {
    "kill": DEATH,
    "stop": DEATH - {Taken.PEERS},
    "restart": {Taken.PROCESS, Taken.CLIENTS},
    "pause": DEATH - {Taken.PROCESS},
    "isolate": {Taken.PEERS, Taken.CLIENTS},
    "partial-partition": {Taken.CLIENTS},
}
#: What a fault may have taken of which nobody knows anything: all that excuses a node, and nothing that accuses it. No
#: fault of that time took a disk.
_UNKNOWN = DEATH - {Taken.ANSWERS}


def taken_before_it_was_said(fault: str) -> frozenset[Taken]:
    """What a fault of this name took, in a history from before a fault said so."""
    return frozenset(_BEFORE.get(fault, _UNKNOWN))
