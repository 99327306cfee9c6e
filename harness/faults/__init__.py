"""The faults: what can be done to a node, each in a file of its own; each proves that it bit."""

from harness.faults.bridge import Bridge
from harness.faults.clock import Clock
from harness.faults.delay import Delay
from harness.faults.disconnect import Disconnect
from harness.faults.full_disk import FullDisk
from harness.faults.held_frame import HeldFrame
from harness.faults.isolate import Isolate
from harness.faults.kill import Kill
from harness.faults.lost_answers import LostAnswers
from harness.faults.majorities_ring import MajoritiesRing
from harness.faults.narrow_link import NarrowLink
from harness.faults.one_way import OneWay
from harness.faults.packet_loss import PacketLoss
from harness.faults.partial_partition import PartialPartition
from harness.faults.pause import Pause
from harness.faults.peer_partition import PeerPartition
from harness.faults.restart import Restart
from harness.faults.slow import Slow
from harness.faults.split import Split
from harness.faults.stop import Stop
from harness.faults.torn_tail import TornTail
from harness.faults.upgrade import Upgrade
from harness.faults.wipe import Wipe

__all__ = [
    "Bridge",
    "Clock",
    "Delay",
    "Disconnect",
    "FullDisk",
    "HeldFrame",
    "Isolate",
    "Kill",
    "LostAnswers",
    "MajoritiesRing",
    "NarrowLink",
    "OneWay",
    "PacketLoss",
    "PartialPartition",
    "Pause",
    "PeerPartition",
    "Restart",
    "Slow",
    "Split",
    "Stop",
    "TornTail",
    "Upgrade",
    "Wipe",
]
