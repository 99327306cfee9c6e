"""Faults for histories by hand, ours and such as others may write, and what the nemesis records of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.backends.protocol import Killable
from harness.events import UNDO
from harness.faults import (
    Bridge,
    Isolate,
    Kill,
    LostAnswers,
    MajoritiesRing,
    NarrowLink,
    OneWay,
    PacketLoss,
    PartialPartition,
    Pause,
    PeerPartition,
    Restart,
    Split,
    Stop,
    TornTail,
    Wipe,
)
from harness.faults.protocol import Fault, record, taken
from harness.taken import Taken


class Foreign:
    """A fault of a suite elsewhere that is over by itself; the harness has never heard of its name."""

    needs = Killable

    def __init__(self, name: str, done: str, *takes: Taken) -> None:
        self.name = name
        self.done = done
        self.takes = frozenset(takes)

    def inject(self, nodes: Sequence[Killable]) -> None:
        """Ends the nodes and starts them, if it takes their processes."""
        for node in nodes if Taken.PROCESS in self.takes else ():
            node.kill()
            node.start()

    def proof(self, nodes: Sequence[Killable]) -> Mapping[str, str]:
        """That it was there."""
        return {node.spec.name: "seen" for node in nodes}


CRASH = Foreign("crash", "crashed", Taken.PROCESS, Taken.PEERS, Taken.CLIENTS)
HEAT = Foreign("heat", "heated")
FAULTS: Mapping[str, Fault] = {
    fault.name: fault
    for fault in (
        Kill(),
        Stop(),
        Restart(),
        Pause(),
        Isolate(),
        LostAnswers(),
        PeerPartition(),
        PartialPartition(("another",)),
        OneWay(),
        Split(),
        Bridge(),
        MajoritiesRing(),
        PacketLoss(),
        NarrowLink(),
        Wipe(),
        TornTail("*.log"),
        CRASH,
        HEAT,
    )
}


def said(f: str) -> Mapping[str, Any]:
    """What the nemesis records of a fault of that name, or of its undoing, beside nodes and phase."""
    fault = FAULTS[f.removeprefix(UNDO)]
    return {"takes": taken(fault)} if f.startswith(UNDO) else record(fault)
