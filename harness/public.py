"""The names of the engine that a scenario or a foreign suite imports from `harness`; nothing else of it is public.

A kind of server has its own in its folder, such as `harness.servers.kafka`, and a suite in its own.
"""

from harness.assertions import assert_broken, assert_holds, assert_recovered
from harness.faults import (
    Bridge,
    Clock,
    Delay,
    Disconnect,
    FullDisk,
    HeldFrame,
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
    Slow,
    Split,
    Stop,
    TornTail,
    Upgrade,
    Wipe,
)
from harness.faults.following import follow
from harness.faults.nemesis import Injected, Nemesis
from harness.faults.plan import Draw, Plan
from harness.system import System
from harness.targets import all_but, every, node, other_than, some, together

__all__ = [
    "Bridge",
    "Clock",
    "Delay",
    "Disconnect",
    "Draw",
    "FullDisk",
    "HeldFrame",
    "Injected",
    "Isolate",
    "Kill",
    "LostAnswers",
    "MajoritiesRing",
    "NarrowLink",
    "Nemesis",
    "OneWay",
    "PacketLoss",
    "PartialPartition",
    "Pause",
    "PeerPartition",
    "Plan",
    "Restart",
    "Slow",
    "Split",
    "Stop",
    "System",
    "TornTail",
    "Upgrade",
    "Wipe",
    "all_but",
    "assert_broken",
    "assert_holds",
    "assert_recovered",
    "every",
    "follow",
    "node",
    "other_than",
    "some",
    "together",
]
