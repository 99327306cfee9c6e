"""What a fault takes from a node, in the words that rules and checkers ask for: a fault says it, a history has it."""

from __future__ import annotations

from collections.abc import Mapping, Set
from enum import StrEnum


class Taken(StrEnum):
    """Something that a fault takes from each node that it is done to, if only for a moment."""

    #: Its process, which ends, and with it all that it had in memory. The data on its disk stays.
    PROCESS = "process"
    #: Its peers, the nodes of its role: they lose it before it could hand over to them what it alone has.
    PEERS = "peers"
    #: Its clients, or those whose client it is, nodes of other roles: nothing passes between it and some of them.
    CLIENTS = "clients"
    #: Its answers: nobody gets one, not even the harness, from when the fault has bitten until it is undone.
    ANSWERS = "answers"


#: What the faults took, by name, that histories have from before a fault said it. Closed: a later one says it itself.
_BEFORE: Mapping[str, Set[Taken]] = {
    "kill": frozenset(Taken),
    "stop": frozenset(Taken) - {Taken.PEERS},
    "restart": {Taken.PROCESS, Taken.CLIENTS},
    "pause": frozenset(Taken) - {Taken.PROCESS},
    "isolate": {Taken.PEERS, Taken.CLIENTS},
    "partial-partition": {Taken.CLIENTS},
}
#: What a fault may have taken of which nobody knows anything: all that excuses a node, and nothing that accuses it.
_UNKNOWN = frozenset(Taken) - {Taken.ANSWERS}


def taken_before_it_was_said(fault: str) -> frozenset[Taken]:
    """What a fault of this name took, in a history from before a fault said so."""
    return frozenset(_BEFORE.get(fault, _UNKNOWN))
