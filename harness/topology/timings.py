"""Profiles of failure detectors: `fast` for tests, `vendor` as the servers are shipped.

Each kind of server has its settings for each profile in its own folder. Short detectors evict servers that are only
busy; the values of `fast` were chosen on 2 cores. The report says which profile a run used, because recovery times mean
nothing without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Profile = Literal["fast", "vendor"]


@dataclass(frozen=True)
class Timings:
    """A profile of failure-detector settings.

    Attributes:
        name: what `--timings` calls it.
        detection_s: by when a killed server must have been noticed by the others, in seconds.
    """

    name: Profile
    detection_s: float


FAST = Timings("fast", detection_s=20.0)
VENDOR = Timings("vendor", detection_s=120.0)
PROFILES: Mapping[str, Timings] = {"fast": FAST, "vendor": VENDOR}
