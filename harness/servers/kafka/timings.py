"""The failure detectors of Kafka brokers and of their consumer groups, by profile."""

from __future__ import annotations

from collections.abc import Mapping

from harness.topology.timings import Profile, Timings

#: Broker properties (Kafka documentation, "Broker Configs"), in milliseconds.
PROPERTIES: Mapping[Profile, Mapping[str, str]] = {
    "fast": {
        "broker.session.timeout.ms": "2500",
        "broker.heartbeat.interval.ms": "300",
        "replica.lag.time.max.ms": "4000",
        # What a broker has asked a controller that hangs is not asked of the next one before this, 30 s by default.
        "controller.socket.timeout.ms": "2000",
        "group.initial.rebalance.delay.ms": "0",
        "group.min.session.timeout.ms": "1000",
        "offsets.topic.num.partitions": "3",
    },
    "vendor": {},
}
#: What decides when the loss of a broker is noticed, and Kafka's defaults (Kafka documentation, "Broker Configs").
_SHIPPED = {
    "broker.session.timeout.ms": "9000",
    "controller.quorum.fetch.timeout.ms": "2000",
    "controller.quorum.election.timeout.ms": "1000",
}
#: Their names, as brokers have them.
DETECTORS = tuple(_SHIPPED)
_SESSION_MS: Mapping[Profile, int] = {"fast": 3000, "vendor": 45_000}


def session_ms(timings: Timings) -> int:
    """The silence after which a consumer group gives a member's partitions to others, in milliseconds.

    The brokers refuse less than their group.min.session.timeout.ms.
    """
    return _SESSION_MS[timings.name]


def detectors(timings: Timings, settings: Mapping[str, str]) -> Mapping[str, str]:
    """What decides when the loss of a broker is noticed: settings of its own, else of a profile, else the defaults."""
    known = {**_SHIPPED, **PROPERTIES[timings.name], **settings}
    return {f"kafka.{name}": known[name] for name in _SHIPPED}
