"""A member of Hazelcast that hangs, and the others, which lose each other."""

import threading
import time

import httpx
import pytest

from harness import Nemesis, Pause, System, assert_holds, node
from tests.track_record import parted
from tests.track_record.defect import Defect, Side
from tests.track_record.one_port import Members

SETTINGS = (
    # One thread writes to all connections; there are three by default, and the defect strikes where two share one.
    ("hazelcast.io.output.thread.count", "1"),
    ("hazelcast.max.no.heartbeat.seconds", "10"),
    # They look for others soon, once they have given one up.
    ("hazelcast.merge.first.run.delay.seconds", "1"),
    ("hazelcast.merge.next.run.delay.seconds", "1"),
)
DEFECT = Defect(
    wrong="a member that looks for others, and connects to one that hangs, writes to nobody else meanwhile",
    links=(
        "https://github.com/hazelcast/hazelcast/issues/26473",
        "https://github.com/hazelcast/hazelcast/issues/26388",
    ),
    found_by="guss77, fposch; this harness by itself",
    anomaly="parted",
    affected=Side("Hazelcast 5.7.0, one port", (Members(True, SETTINGS),)),
    fixed=Side("not fixed; a port for each protocol", (Members(False, SETTINGS),)),
)
#: Many times the silence after which members give one up.
HANGS_S, LOOK_S = 120.0, 1.0


@pytest.mark.faulttolerance
@DEFECT.sides
def test_members_that_are_healthy_do_not_part(system: System, faults: Nemesis, side: None) -> None:
    """One of three members hangs for many times as long as the others wait for it.
    These give it up, and keep each other in their lists all the time.
    """
    members = system.clusters[Members]
    healthy = [member.spec.name for member in members.nodes[:2]]
    system.history.event(parted.HEALTHY, healthy)
    hanging = faults.inject(Pause(), node(members.nodes[2].spec.name))
    ends_s = time.monotonic() + HANGS_S
    while time.monotonic() < ends_s and all(set(healthy) <= listed_by(system, name) for name in healthy):
        threading.Event().wait(LOOK_S)
    hanging.undo()
    assert_holds(system.history, parted.check)


def listed_by(system: System, name: str) -> set[str]:
    """The names of those whom a member lists, which are recorded; all there are, if it does not answer now."""
    view = system.clusters[Members]
    everybody = {member.spec.name: member for member in view.nodes}
    operation = system.history.client().invoke(parted.MEMBERS, {"of": name})
    try:
        listed = [member.spec.name for member in view.members_seen_by(everybody[name])]
    except httpx.HTTPError as error:
        operation.info(str(error))
        return set(everybody)
    operation.ok({"of": name, "list": listed})
    return set(listed)
