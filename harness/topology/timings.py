"""Failure-detector settings of both servers: `fast` for tests, `vendor` as shipped.

Short detectors evict servers that are only busy; the values of `fast` were chosen on 2 cores. The report says which
profile a run used, because recovery times mean nothing without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Profile = Literal["fast", "vendor"]
_SILENCE = "hazelcast.max.no.heartbeat.seconds"


@dataclass(frozen=True)
class Timings:
    """A profile of failure-detector settings.

    Attributes:
        name: what `--timings` calls it.
        hazelcast: Hazelcast system properties (documentation: "System Properties"), units in their names.
        kafka: Kafka broker properties (documentation: "Broker Configs"), milliseconds.
        session_ms: after which silence a consumer group gives a member's partitions to others, in milliseconds; the
            brokers refuse less than their group.min.session.timeout.ms.
        detection_s: by when a killed server must have been noticed by the others, in seconds.
    """

    name: Profile
    hazelcast: Mapping[str, str] = field(default_factory=dict)
    kafka: Mapping[str, str] = field(default_factory=dict)
    session_ms: int = 45_000
    detection_s: float = 20.0

    @property
    def silence_s(self) -> float:
        """The silence after which the Hazelcast members give one up, in seconds (by default the vendor's)."""
        return float(self.hazelcast.get(_SILENCE, "60"))


FAST = Timings(
    name="fast",
    hazelcast={
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
    kafka={
        "broker.session.timeout.ms": "2500",
        "broker.heartbeat.interval.ms": "300",
        "replica.lag.time.max.ms": "4000",
        # What a broker has asked a controller that hangs is not asked of the next one before this, 30 s by default.
        "controller.socket.timeout.ms": "2000",
        "group.initial.rebalance.delay.ms": "0",
        "group.min.session.timeout.ms": "1000",
        "offsets.topic.num.partitions": "3",
    },
    session_ms=3000,
    detection_s=20.0,
)

VENDOR = Timings(name="vendor", detection_s=120.0)

PROFILES: Mapping[str, Timings] = {"fast": FAST, "vendor": VENDOR}
