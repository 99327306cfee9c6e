"""The failure detectors of Hazelcast members, by profile."""

from __future__ import annotations

from collections.abc import Mapping

from harness.topology.timings import Profile, Timings

_SILENCE = "hazelcast.max.no.heartbeat.seconds"
#: What decides when a member's silence is noticed, and Hazelcast's defaults (documentation, "System Properties").
_SHIPPED = {_SILENCE: "60", "hazelcast.heartbeat.interval.seconds": "5"}
#: Their names.
DETECTORS = tuple(_SHIPPED)
#: System properties (Hazelcast documentation, "System Properties"), units in their names.
PROPERTIES: Mapping[Profile, Mapping[str, str]] = {
    "fast": {
        "hazelcast.heartbeat.interval.seconds": "1",
        _SILENCE: "5",
        "hazelcast.merge.first.run.delay.seconds": "1",
        "hazelcast.merge.next.run.delay.seconds": "1",
        "hazelcast.wait.seconds.before.join": "0",
        # A connection that breaks tells of a dead process, not of a busy one: no need to wait for three more failures,
        # which take the heartbeat's 5 s with a container, whose address is gone. What hangs is left to the heartbeat.
        "hazelcast.connection.monitor.max.faults": "0",
        "hazelcast.operation.call.timeout.millis": "5000",
        "hazelcast.operation.backup.timeout.millis": "2000",
    },
    "vendor": {},
}


def detectors(timings: Timings, settings: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """What decides when a member's silence is noticed: settings of its own, else of a profile, else the defaults."""
    known = {**_SHIPPED, **PROPERTIES[timings.name], **(settings or {})}
    return {name: known[name] for name in _SHIPPED}


def silence_s(timings: Timings, settings: Mapping[str, str] | None = None) -> float:
    """The silence after which members give one up, in seconds: by settings of their own, else by their profile."""
    return float(detectors(timings, settings)[_SILENCE])
